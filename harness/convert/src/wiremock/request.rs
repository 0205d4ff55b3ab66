//! What a stub answers to, where that is one request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{LeftOut, Object};
use crate::coding;
use crate::entry::Entry;
use crate::fields::Fields;
use crate::flaw::Flaw;
use crate::note::Notes;

pub(super) fn read(
    mut fields: Fields<'_>,
    base: Option<&Url>,
    entry: &mut Entry,
    notes: &mut Notes,
) -> Result<LeftOut, Flaw> {
    let label = entry.label.clone();
    match fields.take::<String>("method")? {
        Some(method) if method != "ANY" => entry.method = method,
        _ => return Ok(Err("it answers any method, which is no single request")),
    }
    for pattern in ["urlPattern", "urlPathPattern", "urlPathTemplate"] {
        if fields.take::<String>(pattern)?.is_some() {
            return Ok(Err("its URL is a pattern, which is no single request"));
        }
    }
    let (whole, path) = (fields.take::<String>("url")?, fields.take::<String>("urlPath")?);
    let any_query = whole.is_none();
    let Some(path) = whole.or(path) else { return Ok(Err("it answers any URL, which is no single request")) };
    let host = host(&mut fields, base)?;
    let query: Option<Object> = fields.take("queryParameters")?;
    if any_query && query.is_none() {
        notes.add(&label, "it answers whatever the query is, and is kept as the request without one");
    }
    let Some(pairs) = equal_pairs(&label, "request.queryParameters", query)? else {
        return Ok(Err("its query is matched by a pattern, which is no single request"));
    };
    entry.url = with_query(&format!("{host}{path}"), &pairs);
    headers(&mut fields, entry, notes)?;
    let left_out = body(&mut fields, entry, notes)?;
    fields.say_rest(notes);
    Ok(left_out)
}

/// What stands before the path, without a slash at its end.
fn host(fields: &mut Fields<'_>, base: Option<&Url>) -> Result<String, Flaw> {
    #[derive(Deserialize)]
    struct Host {
        #[serde(rename = "equalTo")]
        equal_to: Option<String>,
    }
    let scheme: Option<String> = fields.take("scheme")?;
    let host = match fields.take::<Box<RawValue>>("host")? {
        Some(json) => match serde_json::from_str(json.get()) {
            Ok(Host { equal_to: Some(host) }) => Some(host),
            _ => return Err(Flaw::at(fields.entry(), "request.host", "wanted an object with `equalTo`")),
        },
        None => None,
    };
    let port: Option<u16> = fields.take("port")?;
    match (host, base) {
        (Some(host), _) => {
            let scheme = scheme.as_deref().or(base.map(Url::scheme)).unwrap_or("https");
            Ok(format!("{scheme}://{host}{}", port.map(|port| format!(":{port}")).unwrap_or_default()))
        }
        (None, Some(base)) => Ok(base.as_str().trim_end_matches('/').to_owned()),
        (None, None) => Err(Flaw::at(
            fields.entry(),
            "request",
            "wanted a base URL such as https://api.example.com to put its path behind, since a mapping names no host",
        )),
    }
}

fn with_query(url: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return url.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' })
}

/// The pairs of a map of matchers, if each of them says what a value is; `None` if one is a pattern.
fn equal_pairs(
    label: &str,
    field: &str,
    matchers: Option<Object>,
) -> Result<Option<Vec<(String, String)>>, Flaw> {
    let mut pairs = Vec::new();
    for (name, json) in matchers.unwrap_or_default() {
        match equal(label, &format!("{field}.{name}"), &json)? {
            Some(values) => pairs.extend(values.into_iter().map(|value| (name.clone(), value))),
            None => return Ok(None),
        }
    }
    Ok(Some(pairs))
}

/// The values that a matcher asks for.
fn equal(label: &str, field: &str, json: &RawValue) -> Result<Option<Vec<String>>, Flaw> {
    let fields: Object = serde_json::from_str(json.get()).map_err(|error| Flaw::at(label, field, error))?;
    let mut fields = Fields::new(label, field, fields);
    let one: Option<String> = fields.take("equalTo")?;
    let several: Option<Vec<Box<RawValue>>> = fields.take("hasExactly")?;
    let absent: Option<bool> = fields.take("absent")?;
    fields.pass_over(&["caseInsensitive"]);
    if !fields.rest().is_empty() {
        return Ok(None);
    }
    match (one, several, absent) {
        (Some(one), None, None) => Ok(Some(vec![one])),
        (None, Some(several), None) => {
            let mut values = Vec::new();
            for json in several {
                // One level: a list in a list is no matcher.
                if json.get().contains("hasExactly") {
                    return Ok(None);
                }
                match equal(label, field, &json)? {
                    Some(value) => values.extend(value),
                    None => return Ok(None),
                }
            }
            Ok(Some(values))
        }
        (None, None, Some(true)) => Ok(Some(Vec::new())),
        _ => Ok(None),
    }
}

/// Headers are for the reader, since a cassette compares none of them; a credential's must be there.
fn headers(fields: &mut Fields<'_>, entry: &mut Entry, notes: &mut Notes) -> Result<(), Flaw> {
    #[derive(Deserialize)]
    struct BasicAuth {
        username: String,
        password: String,
    }
    for (name, json) in fields.take::<Object>("headers")?.unwrap_or_default() {
        let field = format!("request.headers.{name}");
        match equal(&entry.label, &field, &json)? {
            Some(values) => entry
                .request
                .headers
                .extend(values.into_iter().map(|value| (name.clone(), value.into_bytes()))),
            None => notes.add(&entry.label, format!("`{}` is not kept", crate::flaw::line(&field, 60))),
        }
    }
    if let Some(BasicAuth { username, password }) = fields.take("basicAuth")? {
        let value = format!("Basic {}", STANDARD.encode(format!("{username}:{password}")));
        entry.request.headers.push(("authorization".to_owned(), value.into_bytes()));
    }
    Ok(())
}

fn body(fields: &mut Fields<'_>, entry: &mut Entry, notes: &mut Notes) -> Result<LeftOut, Flaw> {
    const PATTERN: &str = "its body is matched by a pattern, which is no single request";
    let label = entry.label.clone();
    if fields.take::<Box<RawValue>>("multipartPatterns")?.is_some()
        || fields.take::<Box<RawValue>>("customMatcher")?.is_some()
    {
        return Ok(Err(PATTERN));
    }
    if let Some(form) = fields.take::<Object>("formParameters")? {
        let Some(pairs) = equal_pairs(&label, "request.formParameters", Some(form))? else {
            return Ok(Err(PATTERN));
        };
        entry.request.body =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes();
    }
    let patterns: Vec<Object> = fields.take("bodyPatterns")?.unwrap_or_default();
    let several = patterns.len() > 1;
    let mut found = None;
    let nothing_said = patterns.is_empty() && entry.request.body.is_empty();
    for (place, pattern) in patterns.into_iter().enumerate() {
        let pattern = Fields::new(&label, &format!("request.bodyPatterns[{place}]"), pattern);
        match equal_body(pattern, notes)? {
            Pattern::Equal(body) if found.is_none() => found = Some(body),
            Pattern::Anything if !several => notes.add(&label, ANY_BODY),
            Pattern::Other if !several => return Ok(Err(PATTERN)),
            _ => notes.add(
                &label,
                "it has several conditions on the body, of which only the first equality is kept",
            ),
        }
    }
    match found {
        Some(body) => entry.request.body = body,
        None if several => return Ok(Err(PATTERN)),
        None if nothing_said && matches!(entry.method.as_str(), "POST" | "PUT" | "PATCH") => {
            notes.add(&label, ANY_BODY);
        }
        None => {}
    }
    Ok(Ok(()))
}

const ANY_BODY: &str = "it answers whatever the body is, and is kept as the request without one";

enum Pattern {
    Equal(Vec<u8>),
    Anything,
    Other,
}

fn equal_body(mut fields: Fields<'_>, notes: &mut Notes) -> Result<Pattern, Flaw> {
    let label = fields.entry();
    let text: Option<String> = fields.take("equalTo")?;
    let json: Option<Box<RawValue>> = fields.take("equalToJson")?;
    let bytes: Option<String> = fields.take("binaryEqualTo")?;
    let anything = fields.take::<Box<RawValue>>("anything")?.is_some();
    let absent = fields.take::<bool>("absent")?.unwrap_or(false);
    for loose in ["ignoreArrayOrder", "ignoreExtraElements", "caseInsensitive"] {
        if fields.take::<bool>(loose)?.unwrap_or(false) {
            notes.add(label, format!("`{loose}` is not kept: the whole body is compared"));
        }
    }
    if !fields.rest().is_empty() {
        return Ok(Pattern::Other);
    }
    Ok(match (text, json, bytes) {
        (Some(text), None, None) => Pattern::Equal(text.into_bytes()),
        // JSON as it is, or as text in JSON.
        (None, Some(json), None) => {
            let text = serde_json::from_str::<String>(json.get()).unwrap_or_else(|_| json.get().to_owned());
            Pattern::Equal(text.into_bytes())
        }
        (None, None, Some(base64)) => {
            let bytes = coding::base64(&base64);
            Pattern::Equal(
                bytes.map_err(|reason| Flaw::at(label, "request.bodyPatterns.binaryEqualTo", reason))?,
            )
        }
        (None, None, None) if absent => Pattern::Equal(Vec::new()),
        (None, None, None) if anything => Pattern::Anything,
        _ => Pattern::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(request: &str) -> (Entry, LeftOut, Vec<String>) {
        let mut entry = Entry { label: "1".into(), ..Entry::default() };
        let mut notes = Notes::default();
        let fields = serde_json::from_str(&format!(r#"{{"method": "PUT", {request}}}"#)).unwrap();
        let base = Url::parse("https://a.test").unwrap();
        let left_out =
            read(Fields::new("1", "request", fields), Some(&base), &mut entry, &mut notes).unwrap();
        (entry, left_out, notes.into_lines())
    }

    #[test]
    fn a_query_is_put_together_of_what_its_parameters_are_equal_to() {
        let (entry, ..) = read_one(
            r#""urlPath": "/x", "queryParameters": {"b": {"equalTo": "1 &"}, "a": {"hasExactly": [{"equalTo": "2"}, {"equalTo": "3"}]},
               "none": {"absent": true}}"#,
        );
        assert_eq!(entry.url, "https://a.test/x?a=2&a=3&b=1+%26");
    }

    #[test]
    fn bodies_are_read_however_they_are_matched() {
        for (patterns, wanted, notes) in [
            (r#""bodyPatterns": [{"equalTo": "a=1", "caseInsensitive": false}]"#, &b"a=1"[..], 0),
            (
                r#""bodyPatterns": [{"equalToJson": "{\"a\": 1}", "ignoreArrayOrder": true}]"#,
                br#"{"a": 1}"#,
                1,
            ),
            (r#""bodyPatterns": [{"equalToJson": {"a": 1.0}}]"#, br#"{"a": 1.0}"#, 0),
            (r#""bodyPatterns": [{"binaryEqualTo": "AP8="}]"#, b"\x00\xff", 0),
            (r#""bodyPatterns": [{"contains": "x"}, {"equalTo": "xy"}]"#, b"xy", 1),
            (r#""formParameters": {"a": {"equalTo": "x y"}}"#, b"a=x+y", 0),
            (r#""bodyPatterns": [{"anything": "anything"}]"#, b"", 1),
            (r#""bodyPatterns": [{"absent": true}]"#, b"", 0),
        ] {
            let (entry, left_out, said) = read_one(&format!(r#""url": "/x", {patterns}"#));
            assert_eq!(
                (&entry.request.body[..], left_out, said.len()),
                (wanted, Ok(()), notes),
                "{patterns}: {said:?}"
            );
        }
        for patterns in [r#"[{"matchesJsonPath": "$.a"}]"#, r#"[{"contains": "a"}, {"contains": "b"}]"#] {
            assert!(read_one(&format!(r#""url": "/x", "bodyPatterns": {patterns}"#)).1.is_err());
        }
    }

    #[test]
    fn basic_auth_becomes_its_header() {
        let (entry, ..) = read_one(
            r#""url": "/x", "basicAuth": {"username": "me", "password": "p"}, "bodyPatterns": [{"absent": true}]"#,
        );
        assert_eq!(entry.request.header("authorization"), Some("Basic bWU6cA=="));
    }
}
