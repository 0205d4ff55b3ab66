use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::form_urlencoded;

/// What stands in a secret's place.
const MASK: &str = "****";

/// Shorter than this, a piece of base64 is found in innocent words as well.
const SHORTEST_BASE64: usize = 6;

/// Takes secrets out of what people read.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    /// Each secret in each of its forms, longest first: else a short one would break a long one that holds it.
    needles: Vec<String>,
}

impl Redaction {
    /// Of these secrets. An empty one hides nothing.
    pub(crate) fn new(secrets: &[String]) -> Self {
        let forms: BTreeSet<String> =
            secrets.iter().filter(|secret| !secret.is_empty()).flat_map(|secret| forms(secret)).collect();
        let mut needles: Vec<String> = forms.into_iter().collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Redaction { needles }
    }

    /// The text without the secrets.
    pub(crate) fn apply(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| text.replace(needle, MASK))
    }
}

/// The ways in which a secret appears in URLs, bodies and headers.
fn forms(secret: &str) -> Vec<String> {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::Value::from(secret).to_string();
    let mut forms =
        vec![secret.to_owned(), form.replace('+', "%20"), form, json.trim_matches('"').to_owned()];
    for offset in 0..3 {
        forms.extend(base64(secret, offset).into_iter().filter(|text| text.len() >= SHORTEST_BASE64));
    }
    forms
}

/// The characters that a secret alone decides when it stands `offset` bytes into what is encoded, as a password does
/// in the header of basic auth.
fn base64(secret: &str, offset: usize) -> [String; 2] {
    let bytes = [&[0; 2][..offset], secret.as_bytes()].concat();
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .map(|text| text.get(first..last).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn redaction(secrets: &[&str]) -> Redaction {
        Redaction::new(&secrets.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let redaction = redaction(&["p\"ss w/rd"]);
        for text in [r#"p"ss w/rd"#, r#"p\"ss w/rd"#, "p%22ss+w%2Frd", "p%22ss%20w%2Frd"] {
            assert_eq!(redaction.apply(&format!("<{text}>")), "<****>");
        }
    }

    #[test]
    fn a_secret_is_hidden_in_base64_wherever_it_stands() {
        let redaction = redaction(&["secret-0123"]);
        for prefix in ["", "a", "ab", "user:", "any-user:"] {
            let encoded = STANDARD.encode(format!("{prefix}secret-0123"));
            let redacted = redaction.apply(&encoded);
            assert!(redacted.contains(MASK), "{prefix}: {encoded}");
            assert!(redacted.replace(MASK, "").len() <= prefix.len() * 4 / 3 + 5, "{prefix}: {redacted}");
        }
    }

    #[test]
    fn the_longest_secret_goes_first() {
        assert_eq!(redaction(&["abc", "abcdef"]).apply("abcdef abc"), "**** ****");
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(redaction(&[""]).apply("free text"), "free text");
    }
}
