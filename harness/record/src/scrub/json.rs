//! JSON text as text: numbers keep their digits, keys their order, and what is not touched every byte.

use std::borrow::Cow;

use connector_replay::leading_string;
use serde::de::IgnoredAny;

/// What can be looked at in JSON, its escapes resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Leaf<'a> {
    Key(&'a str),
    String(&'a str),
    Number(&'a str),
}

/// Takes JSON in, token by token.
pub(super) trait Sink {
    /// What stands between the leaves.
    fn plain(&mut self, text: &str);

    /// A leaf, the names on the way to it, and how it is written. Items of a list have the name `*`.
    fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, written: &str);
}

/// Whether a text is JSON with something in it.
pub(super) fn is_structure(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && is_valid(text)
}

/// Whether a text is JSON.
pub(super) fn is_valid(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Shows valid JSON to a sink.
pub(super) fn walk(json: &str, sink: &mut impl Sink) {
    let mut path: Vec<String> = Vec::new();
    let mut in_object = Vec::new();
    let mut key_comes = false;
    let (mut rest, mut plain) = (json, 0);
    while let Some(at) = rest[plain..].find(|it: char| it.is_ascii_digit() || "\"-{}[],:".contains(it)) {
        let start = plain + at;
        let length = match rest.as_bytes()[start] {
            b'"' => leading_string(&rest[start..]).len(),
            b'-' | b'0'..=b'9' => number(&rest[start..]).len(),
            mark => {
                match mark {
                    b'{' | b'[' => {
                        in_object.push(mark == b'{');
                        path.push("*".to_owned());
                    }
                    b'}' | b']' => {
                        in_object.pop();
                        path.pop();
                    }
                    _ => {}
                }
                key_comes = mark != b':' && in_object.last() == Some(&true) && matches!(mark, b'{' | b',');
                plain = start + 1;
                continue;
            }
        };
        sink.plain(&rest[..start]);
        let written = &rest[start..start + length];
        if written.starts_with('"') {
            let text = unescaped(written);
            if key_comes {
                sink.leaf(
                    path.get(..path.len().saturating_sub(1)).unwrap_or_default(),
                    Leaf::Key(&text),
                    written,
                );
                path.last_mut().into_iter().for_each(|name| text.as_ref().clone_into(name));
            } else {
                sink.leaf(&path, Leaf::String(&text), written);
            }
        } else {
            sink.leaf(&path, Leaf::Number(written), written);
        }
        (rest, plain) = (&rest[start + length..], 0);
    }
    sink.plain(rest);
}

/// As JSON writes it, without the quotes.
pub(super) fn escaped(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What a string says; of half a character that cannot be said, how it is written.
fn unescaped(written: &str) -> Cow<'_, str> {
    let inner = &written[1..written.len() - 1];
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(written).map_or(Cow::Borrowed(inner), Cow::Owned)
}

fn number(json: &str) -> &str {
    let end = json.find(|it: char| !(it.is_ascii_digit() || "+-.eE".contains(it)));
    &json[..end.unwrap_or(json.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(String, Vec<String>);

    impl Sink for Seen {
        fn plain(&mut self, text: &str) {
            self.0.push_str(text);
        }

        fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, written: &str) {
            self.0.push_str(written);
            self.1.push(format!("{} {leaf:?}", path.join("/")));
        }
    }

    #[test]
    fn every_leaf_is_shown_with_its_path_and_every_byte_is_there() {
        let json =
            r#" {"a": [1, -2.50e3, {"b\u0041": "x\"y"}], "c": {"d": null, "e": true}, "f": "\ud800"} "#;
        let mut seen = Seen::default();
        walk(json, &mut seen);
        assert_eq!(seen.0, json);
        let wanted = [
            " Key(\"a\")",
            "a/* Number(\"1\")",
            "a/* Number(\"-2.50e3\")",
            "a/* Key(\"bA\")",
            "a/*/bA String(\"x\\\"y\")",
            " Key(\"c\")",
            "c Key(\"d\")",
            "c Key(\"e\")",
            " Key(\"f\")",
            "f String(\"\\\\ud800\")",
        ];
        assert_eq!(seen.1, wanted);
    }
}
