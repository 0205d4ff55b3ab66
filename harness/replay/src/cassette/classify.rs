//! Which kind of body bytes are written as.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;

use super::Body;
use crate::{Template, Terms};

/// The fewest lines that are written one by one.
const LINES: usize = 2;

/// Headers of an answer by which a client counts or sums up the bytes of its body. A `*` ends a beginning.
const OF_BYTES: [&str; 7] = [
    "content-digest",
    "content-md5",
    "digest",
    "repr-digest",
    "x-amz-checksum-*",
    "x-goog-hash",
    "x-ms-blob-content-md5",
];

impl Body {
    /// The kind in which bytes are best read and reviewed, and from which the same are sent: JSON but for white space, a
    /// form where it was sent as one, lines, text, or base64. `None` of no bytes.
    ///
    /// What looks like an expression in it is written so that it means itself.
    pub fn of(bytes: &[u8], content_type: Option<&str>) -> Option<Body> {
        if bytes.is_empty() {
            return None;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return Some(Body::Base64(bytes.to_vec())) };
        let is = |kind: &str| content_type.is_some_and(|said| said.to_ascii_lowercase().contains(kind));
        let json = || literal_json(text).map(Body::Json);
        let form = || form(text).map(Body::Form);
        let structured = text.starts_with(['{', '[']);
        let body = if is("x-www-form-urlencoded") {
            // Curl calls whatever it posts a form.
            structured.then(json).flatten().or_else(form)
        } else if content_type.is_none() || is("json") || is("javascript") || structured {
            json()
        } else {
            None
        };
        Some(body.unwrap_or_else(|| lines(text)))
    }

    /// The kind of the body of an answer. It is that of [`Body::of`] where the client reads a value, so that white space says
    /// nothing; where it may count the bytes, since what it was told of is no JSON or a header speaks of them, it is one from which
    /// the very bytes are sent.
    pub fn of_answer(bytes: &[u8], headers: &HeaderMap) -> Option<Body> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let body = Body::of(bytes, content_type)?;
        let counted = speaks_of_bytes(headers);
        let is_loose = match &body {
            Body::Json(_) => counted || content_type.is_some_and(|said| !is_json(said)),
            Body::Form(_) => counted,
            Body::Text(_) | Body::Lines(_) | Body::Base64(_) | Body::File(_) => false,
        };
        let is_exact = || body.to_bytes(&Terms::default()).is_ok_and(|sent| sent == bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) if is_loose && !is_exact() => Some(lines(text)),
            _ => Some(body),
        }
    }
}

/// Whether a content type is of one JSON value, whatever the dialect; JSON by lines is another thing.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().to_ascii_lowercase();
    essence
        .split(|mark: char| !mark.is_ascii_alphanumeric())
        .any(|word| ["json", "javascript"].contains(&word))
}

/// A range may be one of items, which are the same however they are spelled.
fn speaks_of_bytes(headers: &HeaderMap) -> bool {
    let is_of_bytes = |name: &str| {
        OF_BYTES
            .iter()
            .any(|it| it.strip_suffix('*').map_or(*it == name, |beginning| name.starts_with(beginning)))
    };
    let ranged = headers.get(http::header::CONTENT_RANGE);
    ranged.is_some_and(|range| range.as_bytes().trim_ascii_start().starts_with(b"bytes"))
        || headers.keys().any(|name| is_of_bytes(name.as_str()))
}

/// JSON text whose strings mean themselves.
fn literal_json(text: &str) -> Option<Box<RawValue>> {
    let json: Box<RawValue> = serde_json::from_str(text).ok()?;
    if !json.get().contains("{{") && !json.get().contains("\\u007b") && !json.get().contains("\\u007B") {
        return Some(json);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = json.get();
    while let Some(start) = rest.find('"') {
        out.push_str(&rest[..start]);
        let token = super::leading_string(&rest[start..]);
        rest = &rest[start + token.len()..];
        let string: String = serde_json::from_str(token).ok()?;
        let literal = Template::literal(&string);
        if literal.as_str() == string {
            out.push_str(token);
        } else {
            out.push_str(&serde_json::Value::from(literal.as_str()).to_string());
        }
    }
    out.push_str(rest);
    RawValue::from_string(out).ok()
}

/// The pairs of a form, if all of it is text.
fn form(text: &str) -> Option<Vec<(String, String)>> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let sound = pairs.iter().all(|(name, value)| !name.contains('\u{fffd}') && !value.contains('\u{fffd}'));
    let literal = |text: String| Template::literal(&text).as_str().to_owned();
    (sound && !pairs.is_empty())
        .then(|| pairs.into_iter().map(|(name, value)| (literal(name), literal(value))).collect())
}

fn lines(text: &str) -> Body {
    let literal = |text: &str| Template::literal(text).as_str().to_owned();
    match text.strip_suffix('\n') {
        Some(whole) if text.matches('\n').count() >= LINES => {
            Body::Lines(whole.split('\n').map(literal).collect())
        }
        _ => Body::Text(literal(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_and_gives_the_same_bytes() {
        for (bytes, content_type, kind) in [
            (&br#"{"a":1.0}"#[..], Some("application/json; charset=utf-8"), "json"),
            (br#"{"a":"{{secret:x}} {{y}}"}"#, Some("application/json"), "json"),
            (br#"["\u007b{now:date}}"]"#, None, "json"),
            (b"{broken", Some("application/json"), "text"),
            (b"a=1&b=x+y", Some("application/x-www-form-urlencoded"), "form"),
            (b"a=%7B%7Bopaque%7D%7D", Some("application/x-www-form-urlencoded"), "form"),
            (br#"{"a":"b&c=d"}"#, Some("application/x-www-form-urlencoded"), "json"),
            (b"a,b\n1,{{open}}\n", Some("text/csv"), "lines"),
            (b"one line\n", Some("text/plain"), "text"),
            (b"\xff\x00", None, "base64"),
        ] {
            let body = Body::of(bytes, content_type).unwrap();
            assert!(serde_json::to_string(&body).unwrap().starts_with(&format!("{{\"{kind}\"")), "{body:?}");
            let sent = body.to_bytes(&Terms::default()).unwrap();
            let same = match &body {
                Body::Json(_) => {
                    serde_json::from_slice::<serde_json::Value>(&sent).unwrap()
                        == serde_json::from_slice::<serde_json::Value>(bytes).unwrap()
                }
                _ => sent == bytes,
            };
            assert!(same, "{sent:?}");
        }
        assert!(Body::of(b"", None).is_none());
        let form = Body::of(b"[a]=1", Some("application/x-www-form-urlencoded"));
        assert!(matches!(form, Some(Body::Form(_))), "what begins like JSON need not be: {form:?}");
    }

    #[test]
    fn an_answer_whose_bytes_may_be_counted_is_sent_to_the_byte() {
        const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
        for (bytes, headers, kind) in [
            ("{\"a\": 1}\n", &[("content-type", "binary/octet-stream")][..], "text"),
            ("{\n  \"a\": 1\n}\n", &[("content-type", "text/plain")], "lines"),
            ("{\"a\": 1}", &[("content-range", "bytes 0-7/8")], "text"),
            ("{\"a\":1}\n", &[("content-type", "application/x-ndjson")], "text"),
            ("{\"a\":1.0}", &[("content-type", "binary/octet-stream")], "json"),
            ("[1, \"{{now:date}}\"]", &[JSON, ("content-range", "bytes 0-18/19")], "text"),
            ("[1]\n", &[JSON, ("x-amz-checksum-crc32", "q")], "text"),
            ("[1 ]", &[JSON, ("content-md5", "q")], "text"),
            ("a=%7e", &[("content-type", "application/x-www-form-urlencoded"), ("digest", "q")], "text"),
        ] {
            let body = Body::of_answer(bytes.as_bytes(), &map(headers)).unwrap();
            assert_eq!(body.to_bytes(&Terms::default()).unwrap(), bytes, "{headers:?}");
            assert!(serde_json::to_string(&body).unwrap().starts_with(&format!("{{\"{kind}\"")), "{body:?}");
        }
    }

    #[test]
    fn an_answer_that_is_read_as_a_value_is_json_however_it_is_spelled() {
        for headers in [
            &[][..],
            &[("content-type", "application/json")],
            &[("content-type", "application/vnd.api+json"), ("etag", "\"x\"")],
            &[("content-type", "application/x-amz-json-1.0")],
            &[("content-type", "text/javascript"), ("content-range", "items 0-24/319")],
        ] {
            let body = Body::of_answer(b"{\n  \"a\": 1\n}\n", &map(headers));
            assert!(matches!(body, Some(Body::Json(_))), "{headers:?} {body:?}");
        }
        assert!(Body::of_answer(b"", &map(&[("content-md5", "q")])).is_none());
    }

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        pairs.collect()
    }
}
