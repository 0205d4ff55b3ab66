//! What nock records with `output_objects: true`: a list of objects.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::coding::{self, hex};
use crate::entry::{Entry, Message};
use crate::fields::Fields;
use crate::flaw::Flaw;
use crate::note::Notes;
use crate::scalar::{Headers, Scalar, Several};

pub(crate) fn read(text: &str, notes: &mut Notes) -> Result<Vec<Entry>, Flaw> {
    let all: Vec<BTreeMap<String, Box<RawValue>>> = crate::fields::file(text)?;
    let mut entries = Vec::with_capacity(all.len());
    for (place, fields) in all.into_iter().enumerate() {
        let label = (place + 1).to_string();
        entries.extend(entry(Fields::new(&label, "", fields), notes)?);
    }
    Ok(entries)
}

fn entry(mut fields: Fields<'_>, notes: &mut Notes) -> Result<Option<Entry>, Flaw> {
    let label = fields.entry().to_owned();
    let scope: String = fields.need("scope", "a scope such as https://api.example.test:443")?;
    let path: String = fields.need("path", "a path")?;
    let method: String = fields.take("method")?.unwrap_or_else(|| "GET".to_owned());
    let status: Option<Scalar> = fields.take("status")?.or(fields.take("reply")?);
    let asked: Option<Headers> = fields.take("reqheaders")?;
    let headers = match (fields.take::<Raw>("rawHeaders")?, fields.take::<Headers>("headers")?) {
        (Some(Raw(headers)), _) => headers,
        (None, headers) => headers.unwrap_or_default().0,
    };
    let body: Option<Box<RawValue>> = fields.take("body")?;
    let response: Option<Box<RawValue>> = fields.take("response")?;
    let binary: bool = fields.take("responseIsBinary")?.unwrap_or(false);
    let optional: bool = fields.take("optional")?.unwrap_or(false);
    fields.say_rest(notes);

    if !scope.starts_with("http://") && !scope.starts_with("https://") {
        notes.add(&label, "left out: its scope is a pattern, which is no single host");
        return Ok(None);
    }
    if path.starts_with('*') {
        notes.add(&label, "left out: its path is a pattern, which is no single request");
        return Ok(None);
    }
    let mut request = Message { headers: asked.unwrap_or_default().0, ..Message::default() };
    let Some(body) = request_body(body.as_deref(), &request) else {
        notes.add(&label, "left out: its body is a pattern, which is no single request");
        return Ok(None);
    };
    request.body = body;
    let mut message = Message { headers, ..Message::default() };
    let encoded =
        message.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    message.body = response_body(response.as_deref(), binary || encoded)
        .map_err(|reason| Flaw::at(&label, "response", reason))?;
    if response
        .as_deref()
        .and_then(|json| serde_json::from_str(json.get()).ok())
        .is_some_and(|json| is_rounded(&json))
    {
        notes.add(
            &label,
            "an answer holds a whole number of more than 53 bits, which nock has rounded when it recorded",
        );
    }
    let status = match status.map(|Scalar(status)| String::from_utf8_lossy(&status).parse()) {
        None => 200,
        Some(Ok(status)) => status,
        Some(Err(_)) => return Err(Flaw::at(&label, "status", "wanted a number, got another text")),
    };
    let url = format!("{}{path}", scope.trim_end_matches('/'));
    Ok(Some(Entry { label, method, url, request, status, response: message, optional, ..Entry::default() }))
}

/// `None` of one that is a pattern.
fn request_body(body: Option<&RawValue>, request: &Message) -> Option<Vec<u8>> {
    let Some(body) = body else { return Some(Vec::new()) };
    let kind = request.content_type().unwrap_or_default();
    if let Ok(text) = serde_json::from_str::<String>(body.get()) {
        if text == "*" {
            return None;
        }
        // Bytes that are no text are recorded in hexadecimal, without a word on it.
        let is_text = ["text", "json", "form-urlencoded"].iter().any(|it| kind.contains(it))
            || request.header("content-length") == Some(&text.len().to_string());
        let bytes = hex(&text).filter(|bytes| !is_text && std::str::from_utf8(bytes).is_err());
        return Some(bytes.unwrap_or_else(|| text.into_bytes()));
    }
    match serde_json::from_str(body.get()) {
        Ok(Value::Null) => Some(Vec::new()),
        Ok(Value::Object(fields)) if kind.contains("x-www-form-urlencoded") => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                form.append_pair(&name, value.as_str().unwrap_or(&value.to_string()));
            }
            Some(form.finish().into_bytes())
        }
        _ => Some(body.get().as_bytes().to_vec()),
    }
}

/// `coded` says that texts stand for bytes: in hexadecimal, in older versions in base64, in one piece or several.
fn response_body(body: Option<&RawValue>, coded: bool) -> Result<Vec<u8>, String> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let bytes = |text: &str| match hex(text) {
        Some(bytes) => Ok(bytes),
        None if text.is_empty() => Ok(Vec::new()),
        None => coding::base64(text).map_err(|_| "wanted hexadecimal digits or base64".to_owned()),
    };
    if let Ok(text) = serde_json::from_str::<String>(body.get()) {
        return if coded { bytes(&text).or(Ok(text.into_bytes())) } else { Ok(text.into_bytes()) };
    }
    match serde_json::from_str::<Vec<String>>(body.get()) {
        Ok(pieces) if coded => {
            pieces.iter().map(|piece| bytes(piece)).collect::<Result<Vec<_>, _>>().map(|it| it.concat())
        }
        _ if body.get() == "null" => Ok(Vec::new()),
        _ => Ok(body.get().as_bytes().to_vec()),
    }
}

/// Whether there is a number that JavaScript cannot tell from its neighbours.
fn is_rounded(json: &Value) -> bool {
    match json {
        Value::Number(number) => {
            number.as_f64().is_some_and(|it| it.abs() >= 9_007_199_254_740_992.0 && !number.is_f64())
        }
        Value::Array(items) => items.iter().any(is_rounded),
        Value::Object(members) => members.values().any(is_rounded),
        _ => false,
    }
}

/// Names and values in turn, or an object.
struct Raw(Vec<(String, Vec<u8>)>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        use serde::de::Error as _;
        let json = Box::<RawValue>::deserialize(deserializer)?;
        if json.get().starts_with('{') {
            let Headers(headers) = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
            return Ok(Raw(headers));
        }
        let flat: Vec<Several> = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
        if !flat.len().is_multiple_of(2) {
            return Err(D::Error::custom("wanted names and values in turn, got one more of them"));
        }
        let mut headers = Vec::new();
        let mut flat = flat.into_iter();
        while let (Some(Several(name)), Some(Several(values))) = (flat.next(), flat.next()) {
            let name: Vec<u8> = name.into_iter().flat_map(|Scalar(name)| name).collect();
            let name = String::from_utf8_lossy(&name).into_owned();
            headers.extend(values.into_iter().map(|Scalar(value)| (name.clone(), value)));
        }
        Ok(Raw(headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(fields: &str) -> Result<(Option<Entry>, Vec<String>), Flaw> {
        let mut notes = Notes::default();
        let text =
            format!(r#"[{{"scope": "https://a.test:443", "path": "/x?y=1", "method": "post", {fields}}}]"#);
        let entries = read(&text, &mut notes)?;
        Ok((entries.into_iter().next(), notes.into_lines()))
    }

    #[test]
    fn bodies_are_read_however_they_are_written() {
        let gzip = r#""headers": {"content-encoding": ["gzip"]}, "response": ["1f8b", "0800"]"#;
        for (fields, asked, answered) in [
            (r#""body": "", "response": """#, "", &b""[..]),
            (
                r#""body": {"b": 1.0, "a": 2}, "response": {"n": 10000000000000000001}"#,
                r#"{"b": 1.0, "a": 2}"#,
                br#"{"n": 10000000000000000001}"#,
            ),
            (r#""body": "a=1", "response": "text""#, "a=1", b"text"),
            (
                r#""body": {"a": "x y", "n": 1}, "reqheaders": {"content-type": "application/x-www-form-urlencoded"}"#,
                "a=x+y&n=1",
                b"",
            ),
            (r#""body": "beef", "responseIsBinary": true, "response": "00ff""#, "", b"\x00\xff"),
            (r#""body": "ff00", "reqheaders": {"content-length": 4}"#, "ff00", b""),
            (r#""body": "ff00", "reqheaders": {"content-type": "text/plain"}"#, "ff00", b""),
            (r#""body": "6869", "response": ["6869"]"#, "6869", br#"["6869"]"#),
            (gzip, "", b"\x1f\x8b\x08\x00"),
            (&gzip.replace(r#""1f8b", "0800""#, r#""H4sI""#), "", b"\x1f\x8b\x08"),
        ] {
            let (entry, notes) = one(fields).unwrap();
            let entry = entry.unwrap();
            let wanted = if fields.contains("beef") { b"\xbe\xef" } else { asked.as_bytes() };
            assert_eq!((&entry.request.body[..], &entry.response.body[..]), (wanted, answered), "{fields}");
            assert_eq!((entry.url.as_str(), entry.status), ("https://a.test:443/x?y=1", 200));
            assert_eq!(notes.len(), usize::from(fields.contains("10000000000000000001")), "{notes:?}");
        }
    }

    #[test]
    fn headers_are_read_flat_and_as_an_object() {
        for fields in [
            r#""status": "201", "rawHeaders": ["A", "1", "A", ["2", 3]]"#,
            r#""status": 201, "rawHeaders": {"A": ["1", "2", 3]}"#,
        ] {
            let (entry, _) = one(fields).unwrap();
            let entry = entry.unwrap();
            assert_eq!(entry.status, 201);
            assert_eq!(
                entry.response.headers,
                [("A".into(), b"1".into()), ("A".into(), b"2".into()), ("A".into(), b"3".into())]
            );
        }
    }

    #[test]
    fn patterns_and_unknown_fields_are_noted() {
        let (entry, notes) = one(r#""body": "*""#).unwrap();
        assert!(
            entry.is_none() && notes[0].starts_with("entry 1: left out: its body is a pattern"),
            "{notes:?}"
        );
        let (entry, notes) = one(r#""delay": 100"#).unwrap();
        assert!(entry.is_some());
        assert_eq!(notes, ["entry 1: `delay` is not kept"]);
    }

    #[test]
    fn what_does_not_read_is_named_by_entry_and_field() {
        for (fields, wanted) in [
            (r#""status": {}"#, "entry 1: status: invalid type: map"),
            (r#""rawHeaders": ["a"]"#, "entry 1: rawHeaders: wanted names and values in turn"),
            (r#""responseIsBinary": true, "response": ["*canary"]"#, "entry 1: response: wanted hexadecimal"),
            (r#""status": "canary""#, "entry 1: status: wanted a number"),
        ] {
            let flaw = one(fields).unwrap_err();
            let flaw = format!("{}{}", flaw.place, flaw.reason);
            assert!(flaw.starts_with(wanted) && !flaw.contains("canary"), "{flaw}");
        }
        assert_eq!(read(r#"[{"path": "/"}]"#, &mut Notes::default()).unwrap_err().place, "entry 1: scope: ");
    }
}
