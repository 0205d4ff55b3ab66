//! Which kind of body bytes are written as.

use serde_json::value::RawValue;

use super::Body;
use crate::Template;

/// The fewest lines that are written one by one.
const LINES: usize = 2;

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
        let token = super::string(&rest[start..]);
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
    use crate::Terms;

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
}
