use connector_replay::Interaction;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::{OWN, verbatim};
use crate::entry::{Entry, Message};
use crate::flaw::{Flaw, line};
use crate::note::Notes;
use crate::{charset, coding};

#[derive(Deserialize)]
struct File {
    log: Log,
}

#[derive(Deserialize)]
pub(super) struct Log {
    #[serde(default, rename = "_cassette")]
    own: Option<u64>,
    #[serde(default, rename = "_meta")]
    pub(super) meta: Option<Box<RawValue>>,
    pub(super) entries: Vec<Har>,
}

/// An entry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Har {
    #[serde(default)]
    started_date_time: Option<String>,
    pub(super) request: Asked,
    pub(super) response: Answered,
    #[serde(default)]
    pub(super) comment: Option<String>,
    #[serde(default, rename = "_resourceType")]
    resource_type: Option<String>,
    #[serde(default, rename = "_webSocketMessages")]
    socket: Option<IgnoredAny>,
    #[serde(default, rename = "_repeat")]
    pub(super) repeat: bool,
    #[serde(default, rename = "_optional")]
    pub(super) optional: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Vec<Pair>,
    #[serde(default)]
    pub(super) post_data: Option<Content>,
    #[serde(default)]
    body_size: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct Answered {
    pub(super) status: i64,
    #[serde(default)]
    pub(super) headers: Vec<Pair>,
    #[serde(default)]
    pub(super) content: Option<Content>,
}

#[derive(Deserialize)]
pub(super) struct Pair {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: String,
}

/// The body of a request or an answer. What begins with an underscore is ours, or that of a tool that is named there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    #[serde(default)]
    mime_type: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default, alias = "_encoding")]
    pub(super) encoding: Option<String>,
    #[serde(default)]
    size: Option<f64>,
    #[serde(default)]
    compression: Option<f64>,
    #[serde(default, alias = "_params")]
    pub(super) params: Vec<Pair>,
    #[serde(default, rename = "_kind")]
    pub(super) kind: Option<String>,
    /// Playwright's too: where it keeps a body beside the HAR.
    #[serde(default, rename = "_file")]
    pub(super) file: Option<String>,
}

/// What a HAR holds.
pub(crate) enum Read {
    /// One that was written from a cassette: what its cassette held.
    Own { interactions: Vec<Interaction>, meta: Option<Box<RawValue>> },
    /// Any other.
    Foreign(Vec<Entry>),
}

pub(crate) fn read(text: &str, notes: &mut Notes) -> Result<Read, Flaw> {
    let File { log } = crate::fields::file(text)?;
    if log.own == Some(OWN) {
        let meta = log.meta.clone();
        return Ok(Read::Own { interactions: verbatim::interactions(&log)?, meta });
    }
    let mut entries = Vec::with_capacity(log.entries.len());
    for (place, har) in log.entries.into_iter().enumerate() {
        entries.extend(entry((place + 1).to_string(), har, notes)?);
    }
    // Their order in the file is not said to be that in which they began, as it is in a cassette.
    if entries.iter().all(|(began, _)| began.is_some()) {
        entries.sort_by_key(|(began, _)| *began);
    }
    Ok(Read::Foreign(entries.into_iter().map(|(_, entry)| entry).collect()))
}

fn entry(label: String, har: Har, notes: &mut Notes) -> Result<Option<(Option<Timestamp>, Entry)>, Flaw> {
    let kind = har.resource_type.as_deref();
    if har.socket.is_some() || kind == Some("websocket") {
        notes.add(&label, "left out: a websocket is no exchange of a request and an answer");
        return Ok(None);
    }
    if kind == Some("preflight") {
        notes.add(&label, "left out: a browser's preflight, which no other client sends");
        return Ok(None);
    }
    let Asked { method, url, headers, post_data, body_size } = har.request;
    let mut request = Message { headers: split(headers), ..Message::default() };
    let length = request.header("content-length").and_then(|length| length.trim().parse::<f64>().ok());
    let sizes: Vec<u64> = [body_size, length].into_iter().filter_map(size).filter(|size| *size > 0).collect();
    match post_data {
        Some(content) => fill(&mut request, content, &sizes, &label, "request.postData", notes)?,
        None if !sizes.is_empty() => notes.add(&label, "the request had a body, which was not recorded"),
        None => {}
    }
    let mut response = Message { headers: split(har.response.headers), ..Message::default() };
    if let Some(content) = har.response.content {
        let told = size(content.size);
        // Tools differ in whether the size is that before compression.
        let whole = told.zip(size(content.compression)).map(|(size, saved)| size.saturating_add(saved));
        if content.text.is_none()
            && content.file.is_none()
            && told.is_some_and(|size| size > 0)
            && har.response.status != 304
        {
            notes.add(&label, "the answer had a body, which was not recorded");
        }
        if response.content_type().is_none()
            && let Some(kind) = content.mime_type.as_deref().filter(|kind| kind.contains('/'))
        {
            response.set_header("content-type", kind);
        }
        let sizes: Vec<u64> = [told, whole].into_iter().flatten().collect();
        fill(&mut response, content, &sizes, &label, "response.content", notes)?;
    }
    (request.decoded, response.decoded) = (true, true);
    let began = har.started_date_time.as_deref().and_then(|began| began.parse().ok());
    let status = har.response.status;
    Ok(Some((
        began,
        Entry {
            label,
            note: har.comment.filter(|it| !it.is_empty()),
            method,
            url,
            request,
            status,
            response,
            ..Entry::default()
        },
    )))
}

/// A length that is told and that bytes can have.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds")]
fn size(told: Option<f64>) -> Option<u64> {
    told.filter(|size| (0.0..1e15).contains(size)).map(|size| size as u64)
}

/// Some tools write headers of one name as one, with line breaks in it.
fn split(pairs: Vec<Pair>) -> Vec<(String, Vec<u8>)> {
    let lines = |Pair { name, value }: Pair| {
        let values: Vec<_> = value.split('\n').map(|value| value.trim().as_bytes().to_vec()).collect();
        values.into_iter().map(move |value| (name.clone(), value))
    };
    pairs.into_iter().flat_map(lines).collect()
}

/// Puts a body into a message.
fn fill(
    message: &mut Message,
    content: Content,
    sizes: &[u64],
    label: &str,
    field: &str,
    notes: &mut Notes,
) -> Result<(), Flaw> {
    if content.file.is_some() {
        notes.add(label, "a body stands in a file of its own beside the HAR, which is not read");
    }
    let kind = content.mime_type.as_deref().unwrap_or_default();
    let text = match content.text {
        Some(text) if !text.is_empty() => text,
        _ if content.params.is_empty() => return Ok(()),
        _ if kind.starts_with("multipart/") => {
            notes.add(label, "the request's body is multipart, recorded without its bytes, and left out");
            return Ok(());
        }
        _ => form_urlencoded::Serializer::new(String::new())
            .extend_pairs(content.params.iter().map(|pair| (&pair.name, &pair.value)))
            .finish(),
    };
    message.body = match content.encoding.as_deref() {
        Some("base64") => {
            coding::base64(&text).map_err(|reason| Flaw::at(label, &format!("{field}.text"), reason))?
        }
        encoding => {
            if let Some(encoding) = encoding.filter(|encoding| !encoding.is_empty()) {
                notes.add(
                    label,
                    format!(
                        "a body is said to be written as {}, which is not known here, and kept as text",
                        line(encoding, 20)
                    ),
                );
            }
            let said = message.content_type().unwrap_or(kind);
            let encoded = charset::encode(&text, charset::of(said), sizes);
            if encoded.replaced {
                charset::call_utf8(message);
                notes.add(label, "a body is sent in UTF-8 in place of its own charset, and says so");
            }
            encoded.bytes
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(request: &str, response: &str) -> (Entry, Vec<String>) {
        let text = format!(
            r#"{{"log": {{"entries": [{{"request": {{"method": "POST", "url": "https://a.test/", {request}}}, "response": {{"status": 200, {response}}}}}]}}}}"#
        );
        let mut notes = Notes::default();
        match read(&text, &mut notes).unwrap() {
            Read::Foreign(mut entries) => (entries.remove(0), notes.into_lines()),
            Read::Own { .. } => panic!("not ours"),
        }
    }

    #[test]
    fn bodies_are_read_however_they_are_written() {
        let none = r#""headers": []"#;
        for (request, wanted) in [
            (none, &b""[..]),
            (r#""postData": {"mimeType": "", "text": "", "params": []}"#, b""),
            (
                r#""postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "x y"}, {"name": "b"}]}"#,
                b"a=x+y&b=",
            ),
            (r#""postData": {"text": "AP8=", "encoding": "base64"}"#, b"\x00\xff"),
            (r#""bodySize": 2, "postData": {"text": "\u00e9\u00ff"}"#, b"\xe9\xff"),
            (r#""bodySize": -1, "postData": {"text": "\u00e9"}"#, "é".as_bytes()),
        ] {
            let (entry, notes) = read_one(request, none);
            assert_eq!((&entry.request.body[..], notes.len()), (wanted, 0), "{request}");
        }
        for (content, wanted) in [
            (r#""size": 150, "compression": 420, "text": "x""#, &b"x"[..]),
            (r#""size": 1, "compression": 2, "text": "\u00e9x""#, "éx".as_bytes()),
            (r#""size": 2, "text": "\u00e9x""#, b"\xe9x"),
            (r#""mimeType": "text/csv; charset=iso-8859-1", "text": "\u00e9""#, b"\xe9"),
        ] {
            let (entry, notes) = read_one(none, &format!(r#""content": {{{content}}}"#));
            assert_eq!((&entry.response.body[..], notes.len()), (wanted, 0), "{content}");
        }
    }

    #[test]
    fn what_was_not_recorded_is_said() {
        let none = r#""headers": []"#;
        for (request, response, wanted) in [
            (
                r#""headers": [{"name": "Content-Length", "value": "7"}]"#,
                none,
                "entry 1: the request had a body, which was not recorded",
            ),
            (
                r#""postData": {"mimeType": "multipart/form-data", "params": [{"name": "a"}]}"#,
                none,
                "entry 1: the request's body is multipart",
            ),
            (none, r#""content": {"size": 7}"#, "entry 1: the answer had a body, which was not recorded"),
            (
                none,
                r#""content": {"size": 7, "_file": "x.json"}"#,
                "entry 1: a body stands in a file of its own",
            ),
            (
                none,
                r#""content": {"text": "x", "encoding": "quoted-printable"}"#,
                "entry 1: a body is said to be written as quoted-printable",
            ),
            (
                none,
                r#""content": {"text": "ł", "mimeType": "text/csv; charset=iso-8859-2"}"#,
                "entry 1: a body is sent in UTF-8",
            ),
        ] {
            let (_, notes) = read_one(request, response);
            assert_eq!(notes.len(), 1, "{notes:?}");
            assert!(notes[0].starts_with(wanted), "{notes:?}");
        }
    }

    #[test]
    fn entries_stand_in_the_order_in_which_they_began() {
        let entry = |began: &str, url: &str| {
            format!(
                r#"{{"startedDateTime": "{began}", "request": {{"method": "GET", "url": "{url}"}}, "response": {{"status": 200}}}}"#
            )
        };
        let order = |entries: &[String]| match read(
            &format!(r#"{{"log": {{"entries": [{}]}}}}"#, entries.join(",")),
            &mut Notes::default(),
        )
        .unwrap()
        {
            Read::Foreign(entries) => entries.into_iter().map(|entry| entry.label).collect::<Vec<_>>(),
            Read::Own { .. } => panic!("not ours"),
        };
        let mut entries = vec![
            entry("2026-01-01T01:00:01.5+01:00", "b"),
            entry("2026-01-01T00:00:01.25Z", "a"),
            entry("2026-01-01T00:00:01.5Z", "c"),
        ];
        assert_eq!(order(&entries), ["2", "1", "3"]);
        entries.push(entry("yesterday", "d"));
        assert_eq!(order(&entries), ["1", "2", "3", "4"], "as they stand where one does not say");
    }
}
