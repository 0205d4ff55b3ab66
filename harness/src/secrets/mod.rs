//! The secrets of a config: where they stand, and every form in which they could leak.

mod field;
mod guise;

pub(crate) use field::{is_secret_leaf, secret_values};

use memchr::memmem::Finder;
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
        Secrets::of_all(connection_specification, [config])
    }

    /// Likewise of several configs.
    pub(crate) fn of_all<'a>(
        connection_specification: &Value,
        configs: impl IntoIterator<Item = &'a Value>,
    ) -> Self {
        let mut secrets = Secrets::default();
        let configs = configs.into_iter();
        for (field, value) in configs.flat_map(|config| secret_values(connection_specification, config)) {
            for (form, bytes) in guise::forms(&value) {
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

    /// How many bytes of a stream may have to be seen together to find a secret in it, however it is escaped.
    pub(crate) fn reach(&self) -> usize {
        // `\u0041`: six bytes for one.
        6 * self.needles.first().map_or(0, |needle| needle.finder.needle().len())
    }

    /// The secrets that `bytes` contain, each once.
    pub(crate) fn leaks_in(&self, bytes: &[u8]) -> Vec<Leak> {
        if self.needles.is_empty() {
            return Vec::new();
        }
        let mut leaks = self.found_in(bytes);
        if let Some(plainer) = guise::plainer(bytes) {
            let escaped = self.found_in(&plainer).into_iter().filter(|leak| leak.form == "as it is");
            leaks.extend(escaped.map(|leak| Leak { form: "escaped", ..leak }));
        }
        // Of one secret in several guises the first is said.
        leaks.sort_by(|one, other| one.field.cmp(&other.field));
        leaks.dedup_by(|later, earlier| later.field == earlier.field);
        leaks
    }

    fn found_in(&self, bytes: &[u8]) -> Vec<Leak> {
        let found = self.needles.iter().filter(|needle| needle.finder.find(bytes).is_some());
        found.map(|needle| Leak { field: needle.field.clone(), form: needle.form }).collect()
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
        // What is left is a secret in escapes: it cannot be cut out, so nothing of the text is shown.
        if self.leaks_in(masked.as_bytes()).is_empty() { masked } else { MASK.to_owned() }
    }
}

/// How many bytes at the end of `text` are the beginning of a secret.
fn begun_at_the_end_of(text: &str, needle: &Needle) -> Option<usize> {
    let secret = needle.finder.needle();
    let start =
        (SHORTEST..secret.len()).rev().find(|length| text.as_bytes().ends_with(&secret[..*length]))?;
    text.is_char_boundary(text.len() - start).then_some(start)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
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
        secrets().leaks_in(text.as_bytes()).into_iter().map(|leak| leak.form).collect()
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
    fn a_secret_in_any_escapes_is_found_and_hides_all_of_its_text() {
        assert_eq!(forms_in(r"?key=s3cr3t/%22value"), ["escaped"]);
        assert_eq!(forms_in(r"s3cr3t\u002f\u0022value"), ["escaped"]);
        assert_eq!(secrets().mask(r"see s3cr3t\u002f\u0022value"), "****");
    }

    #[test]
    fn a_key_of_several_lines_is_found_by_each() {
        let spec = json!({"properties": {"key": {"airbyte_secret": true}}});
        let secrets =
            Secrets::of(&spec, &json!({"key": "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n"}));
        assert_eq!(secrets.leaks_in(b"line: MIIEvQIBADANBg").remove(0).form, "in part");
        assert_eq!(secrets.mask("MIIEvQIBADANBg"), "****");
    }

    #[test]
    fn a_leak_names_the_field_and_the_mask_hides_the_value() {
        let leak = secrets().leaks_in(b"other-key-1").remove(0);
        assert_eq!(leak.field, "credentials.keys[0]");
        assert_eq!(secrets().mask("use other-key-1, or s3cr3t%2F%22value"), "use ****, or ****");
    }

    #[test]
    fn a_secret_that_an_excerpt_cut_in_two_is_masked_all_the_same() {
        assert_eq!(secrets().mask("key other-k…"), "key ****…");
        assert_eq!(secrets().mask("key oth…"), "key oth…");
    }
}
