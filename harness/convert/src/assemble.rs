//! From what a recording says to what a cassette holds.

use connector_replay::{Interaction, RecordedRequest, RecordedResponse};
use http::Method;
use url::Url;

use crate::coding::{self, Outcome};
use crate::entry::Entry;
use crate::flaw::Flaw;
use crate::note::Notes;
use crate::secret::{self, Scrub};

/// Belongs to the connection or is computed when it is sent.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Makes interactions of entries, in their order: what no cassette can hold is noted, and credentials are taken out.
///
/// `ordered` says whether the entries stand in the order in which they happened. With each interaction comes the label
/// of its entry.
pub(crate) fn assemble(
    entries: Vec<Entry>,
    ordered: bool,
    notes: &mut Notes,
) -> Result<Vec<(String, Interaction)>, Flaw> {
    let mut left = coding::MOST;
    let mut sound = Vec::with_capacity(entries.len());
    let mut methods_and_urls = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some((entry, method, url)) = normal(entry, &mut left, notes)? {
            sound.push(entry);
            methods_and_urls.push((method, url));
        }
    }
    let scrub = Scrub::new(secret::all_in(&sound, ordered));
    let interactions = sound.into_iter().zip(methods_and_urls).map(|(entry, (method, url))| {
        let Entry { label, note, request, response, .. } = &entry;
        let interaction = Interaction {
            note: note.as_ref().map(|note| scrub.note(note)),
            request: RecordedRequest {
                method,
                url: scrub.url(&url, label, notes),
                headers: scrub.request_headers(request, label, notes),
                body: scrub.request_body(request, label, notes),
            },
            response: RecordedResponse {
                // Within bounds since `normal`.
                status: u16::try_from(entry.status).unwrap_or_default(),
                headers: scrub.response_headers(response, label, notes),
                body: scrub.response_body(response, label, notes),
            },
            repeat: entry.repeat,
            optional: entry.optional,
        };
        (entry.label, interaction)
    });
    Ok(interactions.collect())
}

/// The entry in one form, with its method and URL; `None` of one that no cassette can hold.
fn normal(
    mut entry: Entry,
    left: &mut usize,
    notes: &mut Notes,
) -> Result<Option<(Entry, Method, Url)>, Flaw> {
    let label = entry.label.clone();
    let mut left_out = |why: &str| {
        notes.add(&label, format!("left out: {why}"));
        Ok(None)
    };
    let method = entry.method.to_ascii_uppercase();
    if method == "CONNECT" {
        return left_out("a request for a tunnel is no exchange of its own");
    }
    let plausible = method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let Some(method) = Method::from_bytes(method.as_bytes()).ok().filter(|_| plausible) else {
        return Err(Flaw::at(&label, "method", "wanted a method such as GET, got another text"));
    };
    let mut url = Url::parse(&entry.url).map_err(|error| {
        Flaw::at(&label, "url", format_args!("wanted a whole URL, got one that does not read: {error}"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return left_out("it is neither http nor https");
    }
    if !(200..1000).contains(&entry.status) {
        return left_out(match entry.status {
            0 => "it was aborted or blocked and has no answer",
            101 => "it became another protocol, such as a websocket",
            _ => "its status is that of no answer",
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        let removed = url.set_username("").and_then(|()| url.set_password(None));
        removed.map_err(|()| Flaw::at(&label, "url", "wanted a URL without user name and password"))?;
        notes.add(&label, "user name and password in the URL are left out");
    }
    url.set_fragment(None);
    entry.url = url.to_string();
    for (message, part) in [(&mut entry.request, "request.body"), (&mut entry.response, "response.body")] {
        for (name, _) in &mut message.headers {
            name.make_ascii_lowercase();
        }
        let decoded = coding::decode(message, left).map_err(|reason| Flaw::at(&label, part, reason))?;
        match decoded {
            Outcome::Plain => {}
            Outcome::Kept(coding) => notes.add(
                &label,
                format!(
                    "a body is compressed with {} and kept so, since that is not \
                                                                decoded here",
                    crate::flaw::line(&coding, 20)
                ),
            ),
            Outcome::Broken(coding) => {
                notes.add(&label, format!("a body is not the {coding} that its header says, and kept as it came without the header"));
            }
        }
    }
    let head = method == Method::HEAD;
    entry.request.headers.retain(|(name, _)| name != "host" && !is_of_the_connection(name));
    entry.response.headers.retain(|(name, value)| match name.as_str() {
        "content-length" => head,
        "transfer-encoding" => value == b"chunked",
        _ => !is_of_the_connection(name),
    });
    if entry.request.content_type().is_some_and(|it| it.starts_with("multipart/"))
        && !entry.request.body.is_empty()
    {
        notes.add(&label, "the request's body is multipart and compared byte for byte: a client that makes up another boundary \
                           each time is not answered unless the body is passed over");
    }
    if (head || matches!(entry.status, 204 | 304)) && !entry.response.body.is_empty() {
        entry.response.body.clear();
        notes.add(
            &label,
            "the answer's body is left out, since an answer to HEAD or with its status has none",
        );
    }
    Ok(Some((entry, method, url)))
}

/// Whether a header, in lower case, says nothing of the message itself. HTTP/2 writes the first line as headers.
fn is_of_the_connection(name: &str) -> bool {
    name.starts_with(':') || OF_THE_CONNECTION.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Message;

    fn message(headers: &[(&str, &str)], body: &str) -> Message {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        Message { headers: headers.collect(), body: body.into(), decoded: false }
    }

    fn entry(method: &str, url: &str, request: Message, status: i64, response: Message) -> Entry {
        Entry {
            label: "1".into(),
            method: method.into(),
            url: url.into(),
            request,
            status,
            response,
            ..Entry::default()
        }
    }

    /// Interactions as JSON, and notes.
    fn assembled(entries: Vec<Entry>) -> (Vec<String>, Vec<String>) {
        let mut notes = Notes::default();
        let interactions = assemble(entries, true, &mut notes).unwrap();
        let written = interactions.iter().map(|(_, interaction)| serde_json::to_string(interaction).unwrap());
        (written.collect(), notes.into_lines())
    }

    #[test]
    fn headers_of_the_connection_go_and_those_of_the_message_stay() {
        let request =
            message(&[(":path", "/"), ("Host", "a.test"), ("Accept", "*/*"), ("Content-Length", "1")], "x");
        let response =
            message(&[("Transfer-Encoding", "chunked"), ("Connection", "close"), ("ETag", "1")], "y");
        let (written, notes) =
            assembled(vec![entry("post", "https://A.test:443/#top", request, 200, response)]);
        assert_eq!(
            written[0],
            r#"{"request":{"method":"POST","url":"https://a.test/","headers":[["accept","*/*"]],"body":{"text":"x"}},"response":{"status":200,"headers":[["transfer-encoding","chunked"],["etag","1"]],"body":{"text":"y"}}}"#
        );
        assert_eq!(notes, [""; 0]);
        let head = message(&[("content-length", "7"), ("a\u{7f}", "b")], "body");
        let (written, notes) =
            assembled(vec![entry("HEAD", "https://a.test/", Message::default(), 200, head)]);
        assert!(
            written[0].ends_with(r#""response":{"status":200,"headers":[["content-length","7"]]}}"#),
            "{written:?}"
        );
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn what_no_cassette_can_hold_is_left_out_and_said() {
        for (method, url, status, why) in [
            ("CONNECT", "https://a.test/", 200, "a request for a tunnel"),
            ("GET", "data:text/plain,x", 200, "it is neither http nor https"),
            ("GET", "https://a.test/", 0, "it was aborted"),
            ("GET", "https://a.test/", 101, "it became another protocol"),
            ("GET", "https://a.test/", 1_000, "its status is that of no answer"),
        ] {
            let (written, notes) =
                assembled(vec![entry(method, url, Message::default(), status, Message::default())]);
            assert!(written.is_empty());
            assert!(notes[0].starts_with(&format!("entry 1: left out: {why}")), "{notes:?}");
        }
    }

    #[test]
    fn a_credential_is_taken_out_wherever_it_stands() {
        let plain = |body: &str| message(&[("content-type", "text/plain")], body);
        let entries = vec![
            entry(
                "GET",
                "https://me:canary-pass@a.test/?api_key=canary-1%2F2",
                message(&[("authorization", "canary-333")], ""),
                200,
                plain("saw canary-1/2, canary-1%2F2 and canary-333"),
            ),
            entry(
                "GET",
                "https://a.test/?page=1",
                message(&[("x-trace", "canary-333")], ""),
                200,
                message(
                    &[("location", "https://b.test/f?sig=canary-sig-1&n=1")],
                    r#"{"token": "7", "next": "https://a.test/?x=1&access_token=canary-next-1"}"#,
                ),
            ),
            entry(
                "POST",
                "https://b.test/canary-sig-1",
                message(&[("x-session", "canary-next-1")], r#"{"password": "canary", "n": "7"}"#),
                200,
                Message { body: b"\xffcanary-333".to_vec(), ..Message::default() },
            ),
        ];
        let (written, notes) = assembled(entries);
        let (all, said) = (written.join("\n"), notes.join("\n"));
        assert!(!all.contains("canary") && !said.contains("canary"), "{all}\n{said}");
        for wanted in [
            r#""url":"https://a.test/?api_key=made-up-api_key""#,
            r#"["authorization","{{opaque}}"]"#,
            r#""text":"saw made-up-api_key, made-up-api_key and made-up-authorization""#,
            r#"["x-trace","made-up-authorization"]"#,
            r#"["location","https://b.test/f?sig={{token:sig}}&n=1"]"#,
            r#""json":{"token": "7", "next": "https://a.test/?x=1&access_token={{token:access_token}}"}"#,
            r#""url":"https://b.test/{{token:sig}}""#,
            r#"["x-session","{{token:access_token}}"]"#,
            r#""json":{"password": "made-up-password", "n": "7"}"#,
            r#""base64":"/3h4eHh4eHh4eHg=""#,
        ] {
            assert!(all.contains(wanted), "{wanted} in\n{all}");
        }
        for wanted in [
            "user name and password in the URL",
            "request's URL is replaced by `made-up-api_key`",
            "request header `authorization`",
            "stands in an answer too and is replaced by `made-up-authorization`",
            "the token `sig`",
            "request's body is replaced by `made-up-password`",
            "whose bytes are all `x` now",
        ] {
            assert!(said.contains(wanted), "{wanted} in\n{said}");
        }
    }

    #[test]
    fn what_looks_like_an_expression_means_itself() {
        let body = message(&[], r#"{"{{secret:a}}": "{{now:epoch}}"}"#);
        let (written, _) =
            assembled(vec![entry("GET", "https://a.test/?q={{token:x}}", Message::default(), 200, body)]);
        assert!(written[0].contains(r#"{"{{open}}secret:a}}": "{{open}}now:epoch}}"}"#), "{}", written[0]);
        assert!(written[0].contains("q={{open}}token:x}}"), "{}", written[0]);
    }
}
