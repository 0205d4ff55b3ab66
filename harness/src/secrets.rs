//! The secrets of a config: where they stand, and every form in which they could leak.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::excerpt;

/// Values shorter than this are not searched for: they would be found everywhere.
pub(crate) const SHORTEST: usize = 4;

/// What stands in place of a secret wherever we print or write.
const MASK: &str = "****";

/// The secrets of one config. Empty where the spec marks none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets {
    needles: Vec<Needle>,
}

#[derive(Clone)]
struct Needle {
    /// Path of the config field, such as `credentials.token`.
    field: String,
    /// In which guise: plain, base64, ...
    form: &'static str,
    finder: Finder<'static>,
}

impl std::fmt::Debug for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Needle({}, {})", self.field, self.form)
    }
}

/// A secret that was found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leak {
    /// Path of the config field.
    pub(crate) field: String,
    /// In which guise.
    pub(crate) form: &'static str,
}

impl Secrets {
    /// Collects the values of `config` that `connection_specification` marks `airbyte_secret`.
    pub(crate) fn of(connection_specification: &Value, config: &Value) -> Self {
        let mut walk = Walk { root: connection_specification, visited: BTreeSet::new(), found: Vec::new() };
        walk.collect(connection_specification, config, "", 0);
        let mut secrets = Secrets::default();
        for (field, value) in walk.found {
            for (form, bytes) in forms(&value) {
                let known = secrets.needles.iter().any(|needle| needle.finder.needle() == bytes);
                if bytes.len() >= SHORTEST && !known {
                    let finder = Finder::new(&bytes).into_owned();
                    secrets.needles.push(Needle { field: field.clone(), form, finder });
                }
            }
        }
        // Longest first, so that a secret which contains another is masked whole.
        secrets.needles.sort_by_key(|needle| std::cmp::Reverse(needle.finder.needle().len()));
        secrets
    }

    /// Whether there is anything to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Bytes of the longest form.
    pub(crate) fn longest(&self) -> usize {
        self.needles.first().map_or(0, |needle| needle.finder.needle().len())
    }

    /// The secrets that `bytes` contain.
    pub(crate) fn leaks_in(&self, bytes: &[u8]) -> impl Iterator<Item = Leak> {
        self.needles
            .iter()
            .filter(|needle| needle.finder.find(bytes).is_some())
            .map(|needle| Leak { field: needle.field.clone(), form: needle.form })
    }

    /// `text` with every secret masked.
    pub(crate) fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for needle in &self.needles {
            // Every form of a secret that is text is text itself.
            if let Ok(secret) = std::str::from_utf8(needle.finder.needle())
                && masked.contains(secret)
            {
                masked = masked.replace(secret, MASK);
            }
        }
        // An excerpt may have been cut in the middle of a secret: its beginning is masked too.
        if let Some(cut) = masked.strip_suffix(excerpt::CUT)
            && let Some(shown) =
                self.needles.iter().filter_map(|needle| begun_at_the_end_of(cut, needle)).max()
        {
            masked = format!("{}{MASK}{}", &cut[..cut.len() - shown], excerpt::CUT);
        }
        masked
    }
}

/// How many bytes at the end of `text` are the beginning of a secret.
fn begun_at_the_end_of(text: &str, needle: &Needle) -> Option<usize> {
    let secret = needle.finder.needle();
    let start =
        (SHORTEST..secret.len()).rev().find(|length| text.as_bytes().ends_with(&secret[..*length]))?;
    text.is_char_boundary(text.len() - start).then_some(start)
}

/// How deep the walk goes: deeper than any form that could be drawn.
const DEEPEST: u32 = 100;

/// Goes through the schema and the config together.
struct Walk<'a> {
    /// The whole schema, which local references point into.
    root: &'a Value,
    /// Where it has been, by addresses: references may run in circles.
    visited: BTreeSet<(usize, usize)>,
    /// The secret values, with the paths of their fields.
    found: Vec<(String, String)>,
}

impl Walk<'_> {
    fn collect(&mut self, schema: &Value, config: &Value, path: &str, depth: u32) {
        let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
        let schema = pointer.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema);
        let here = (std::ptr::from_ref(schema).addr(), std::ptr::from_ref(config).addr());
        if depth > DEEPEST || !self.visited.insert(here) {
            return;
        }
        if schema.get("airbyte_secret") == Some(&Value::Bool(true)) {
            self.take_values(config, path);
        }
        if let (Some(properties), Some(config)) =
            (schema.get("properties").and_then(Value::as_object), config.as_object())
        {
            for (name, schema) in properties {
                if let Some(value) = config.get(name) {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.collect(schema, value, &path, depth + 1);
                }
            }
        }
        if let (Some(schema), Some(items)) = (schema.get("items"), config.as_array()) {
            for (index, item) in items.iter().enumerate() {
                self.collect(schema, item, &format!("{path}[{index}]"), depth + 1);
            }
        }
        for branches in ["oneOf", "anyOf", "allOf"] {
            for branch in schema.get(branches).and_then(Value::as_array).into_iter().flatten() {
                self.collect(branch, config, path, depth + 1);
            }
        }
    }

    fn take_values(&mut self, config: &Value, path: &str) {
        match config {
            Value::String(text) => self.found.push((path.to_owned(), text.clone())),
            Value::Number(number) => self.found.push((path.to_owned(), number.to_string())),
            Value::Array(items) => items.iter().for_each(|item| self.take_values(item, path)),
            Value::Object(members) => members.values().for_each(|value| self.take_values(value, path)),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// What a URL cannot carry as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("as it is", secret.as_bytes().to_vec())];
    let quoted = Value::String(secret.to_owned()).to_string();
    forms.push(("JSON-escaped", quoted.trim_matches('"').as_bytes().to_vec()));
    forms.push(("URL-encoded", utf8_percent_encode(secret, RESERVED).to_string().into_bytes()));
    // Base64 of a longer text shows a secret in one of three shapes, by where in the text it begins. Eight bytes are
    // the fewest for which the part that does not depend on the neighbours is long enough to be told from chance.
    if secret.len() >= 8 {
        for shift in 0..3 {
            let mut text = vec![0; shift];
            text.extend_from_slice(secret.as_bytes());
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let encoded = engine.encode(&text);
                let start = (shift * 8).div_ceil(6);
                let end = text.len() * 8 / 6;
                forms.push(("base64", encoded.as_bytes()[start..end].to_vec()));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let spec = json!({"properties": {
            "user": {"type": "string"},
            "credentials": {"oneOf": [
                {"properties": {"token": {"airbyte_secret": true}}},
                {"properties": {"keys": {"items": {"airbyte_secret": true}}}},
            ]},
        }});
        Secrets::of(
            &spec,
            &json!({"user": "someone", "credentials": {"token": "s3cr3t/\"value", "keys": ["other-key-1"]}}),
        )
    }

    fn forms_in(text: &str) -> Vec<&'static str> {
        secrets().leaks_in(text.as_bytes()).map(|leak| leak.form).collect()
    }

    #[test]
    fn a_secret_is_found_in_each_of_its_guises() {
        assert_eq!(forms_in("key=s3cr3t/\"value."), ["as it is"]);
        assert_eq!(forms_in(r#"{"k":"s3cr3t/\"value"}"#), ["JSON-escaped"]);
        assert_eq!(forms_in("?key=s3cr3t%2F%22value"), ["URL-encoded"]);
        for user in ["", "a", "ab", "abc"] {
            let header = STANDARD_NO_PAD.encode(format!("{user}:s3cr3t/\"value"));
            assert_eq!(forms_in(&header), ["base64"], "{header}");
        }
        assert_eq!(forms_in("someone else"), Vec::<&str>::new());
    }

    #[test]
    fn a_secret_behind_a_reference_is_one() {
        let spec = json!({"definitions": {"k": {"airbyte_secret": true}}, "properties": {
            "key": {"$ref": "#/definitions/k"}, "loop": {"$ref": "#/properties/loop"},
            "circle": {"allOf": [{"$ref": "#/properties/circle"}, {"$ref": "#/properties/circle"}]},
        }});
        let secrets = Secrets::of(&spec, &json!({"key": "hidden-value", "loop": "x", "circle": {}}));
        assert_eq!(secrets.mask("a hidden-value"), "a ****");
    }

    #[test]
    fn a_leak_names_the_field_and_the_mask_hides_the_value() {
        let leak = secrets().leaks_in(b"other-key-1").next().unwrap();
        assert_eq!(leak.field, "credentials.keys[0]");
        assert_eq!(secrets().mask("use other-key-1, or s3cr3t%2F%22value"), "use ****, or ****");
    }

    #[test]
    fn a_secret_that_an_excerpt_cut_in_two_is_masked_all_the_same() {
        assert_eq!(secrets().mask("key other-k…"), "key ****…");
        assert_eq!(secrets().mask("key oth…"), "key oth…");
    }
}
