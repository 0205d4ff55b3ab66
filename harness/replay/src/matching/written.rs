//! Bodies compared as they are written in two tapes, whatever their expressions stand for.

use super::json::Json;
use super::{Content, Difference, difference};
use crate::Body;

impl Body {
    /// The first ten or so places in which two bodies are not the same as they are written: JSON by its value, whatever
    /// its layout. Expressions are text.
    pub fn differences(wanted: Option<&Body>, got: Option<&Body>) -> Vec<Difference> {
        let content = |body: Option<&Body>| body.map_or(Content::Empty, Content::written);
        let (wanted, got) = (content(wanted), content(got));
        match (&wanted, &got) {
            _ if wanted == got => Vec::new(),
            // What is not there has no parts.
            (Content::Empty, _) => difference::of_content(&got, &[Content::Empty])
                .into_iter()
                .map(|Difference { part, wanted, got }| Difference { part, wanted: got, got: wanted })
                .collect(),
            _ => difference::of_content(&wanted, &[got]),
        }
    }
}

impl Content {
    fn written(body: &Body) -> Content {
        let text = |text: String| match text {
            text if text.is_empty() => Content::Empty,
            text => Content::Bytes(text.into_bytes()),
        };
        let json = |json: &str| Json::read(json).map(Content::Json);
        match body {
            Body::Json(value) => json(value.get()).unwrap_or_else(|| text(value.get().to_owned())),
            Body::Text(written) => text(written.clone()),
            Body::Lines(lines) => text(lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()),
            Body::Form(pairs) => {
                let mut pairs: Vec<_> = pairs
                    .iter()
                    .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes()))
                    .collect();
                pairs.sort_unstable();
                if pairs.is_empty() { Content::Empty } else { Content::Form(pairs) }
            }
            Body::Base64(bytes) => Content::Bytes(bytes.clone()),
            Body::File(file) => {
                let read = file.is("json").then(|| std::str::from_utf8(file.bytes()).ok().and_then(json));
                read.flatten().unwrap_or_else(|| Content::Bytes(file.bytes().to_vec()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(wanted: &str, got: &str) -> Vec<String> {
        let body = |text: &str| serde_json::from_str::<Option<Body>>(text).unwrap();
        let found = Body::differences(body(wanted).as_ref(), body(got).as_ref());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn bodies_are_compared_as_written() {
        for (wanted, got) in [
            (r#"{"json": {"a": 1.0, "b": "{{secret:x}}"}}"#, r#"{"json": {"b": "{{secret:x}}", "a": 1}}"#),
            (r#"{"text": "a\nb\n"}"#, r#"{"lines": ["a", "b"]}"#),
            (r#"{"text": ""}"#, "null"),
        ] {
            assert_eq!(differences(wanted, got), [""; 0], "{wanted} {got}");
        }
        for (wanted, got, difference) in [
            (
                r#"{"json": [1, "{{token:a}}"]}"#,
                r#"{"json": [1, "{{token:b}}"]}"#,
                "body /1: wanted \"{{token:a}}\", got \"{{token:b}}\"",
            ),
            (r#"{"json": {}}"#, "null", "body: wanted {}, got nothing"),
            ("null", r#"{"json": {}}"#, "body: wanted nothing, got {}"),
            (r#"{"json": {}}"#, r#"{"text": "{}"}"#, "body: wanted {}, got {}"),
        ] {
            assert_eq!(differences(wanted, got), [difference], "{wanted} {got}");
        }
    }
}
