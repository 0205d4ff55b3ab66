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
            note: note.clone(),
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
