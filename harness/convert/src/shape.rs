//! What a body is, so that credentials are found by name, and which kind of body it becomes.

use std::borrow::Cow;

use connector_replay::Body;

use crate::entry::Message;

/// A body in the parts in which it is searched and rewritten.
pub(crate) enum Shape<'a> {
    Empty,
    Json(&'a str),
    Form(Vec<(String, String)>),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// The shape of a decoded body.
pub(crate) fn shape(message: &Message) -> Shape<'_> {
    let Ok(text) = std::str::from_utf8(&message.body) else { return Shape::Bytes(&message.body) };
    let content_type = match message.content_type() {
        None if looks_like_a_form(text) => Some(Cow::Borrowed("application/x-www-form-urlencoded")),
        said => said.map(Cow::Borrowed),
    };
    match Body::of(&message.body, content_type.as_deref()) {
        None => Shape::Empty,
        // Nested so deep that it could not be compared.
        Some(Body::Json(_)) if serde_json::from_str::<serde_json::Value>(text).is_err() => Shape::Text(text),
        Some(Body::Json(_)) => Shape::Json(text.trim()),
        Some(Body::Form(_)) => Shape::Form(form_urlencoded::parse(text.as_bytes()).into_owned().collect()),
        Some(_) => Shape::Text(text),
    }
}

/// Some formats keep no headers of requests.
fn looks_like_a_form(text: &str) -> bool {
    let name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(&byte))
    };
    let value =
        |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"{}<>=&".contains(&byte));
    // A single pair without a value is more likely base64 with its padding.
    let bare = !text.contains('&') && text.ends_with('=');
    !bare && text.split('&').all(|pair| pair.split_once('=').is_some_and(|(it, of)| name(it) && value(of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(body: &str, content_type: Option<&str>) -> &'static str {
        let headers = content_type.map(|it| ("content-type".to_owned(), it.into())).into_iter().collect();
        match shape(&Message { headers, body: body.into(), decoded: false }) {
            Shape::Empty => "empty",
            Shape::Json(_) => "json",
            Shape::Form(_) => "form",
            Shape::Text(_) => "text",
            Shape::Bytes(_) => "bytes",
        }
    }

    #[test]
    fn a_body_has_the_shape_that_its_header_says_or_that_it_looks_like() {
        for (body, content_type, wanted) in [
            ("", None, "empty"),
            (r#"{"a": 1}"#, None, "json"),
            ("a=1&b=x%20y+z", None, "form"),
            ("a=1&b=x%20y+z", Some("text/plain"), "text"),
            ("x", None, "text"),
            ("YWJj=", None, "text"),
            ("a == b", None, "text"),
            (r#"{"a""#, Some("application/json"), "text"),
            (&"[".repeat(200), Some("application/json"), "text"),
            (&format!("{}{}", "[".repeat(200), "]".repeat(200)), Some("application/json"), "text"),
        ] {
            assert_eq!(kind(body, content_type), wanted, "{body}");
        }
    }
}
