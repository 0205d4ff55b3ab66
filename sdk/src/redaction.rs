use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::{Url, form_urlencoded};

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
    /// Hides these secrets as well. An empty one hides nothing.
    pub(crate) fn add(&mut self, secrets: &[String]) {
        let secrets = secrets.iter().filter(|secret| !secret.is_empty());
        self.needles.extend(secrets.flat_map(|secret| forms(secret)));
        self.needles.sort_by(|a, b| (b.len(), b).cmp(&(a.len(), a)));
        self.needles.dedup();
    }

    /// The text without the secrets.
    pub(crate) fn apply(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| text.replace(needle, MASK))
    }
}

/// The ways in which a secret appears in URLs, bodies, headers and messages.
fn forms(secret: &str) -> Vec<String> {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::Value::from(secret).to_string();
    // Serde quotes texts as Debug does, which escapes other characters than JSON does.
    let debug = format!("{secret:?}");
    let mut forms = vec![secret.to_owned(), form.replace('+', "%20"), form];
    forms.extend([json, debug].map(|quoted| quoted[1..quoted.len() - 1].to_owned()));
    forms.extend(in_url(secret));
    for offset in 0..3 {
        forms.extend(base64(secret, offset).into_iter().filter(|text| text.len() >= SHORTEST_BASE64));
    }
    forms
}

/// The secret as the crate `url` writes it: as a segment of a path, and where a path or a query with it is parsed.
/// Each has its own set of characters that it encodes.
fn in_url(secret: &str) -> impl Iterator<Item = String> {
    const BASE: &str = "http://h/";
    let parsed = |text: String| Url::parse(&text).ok();
    let mut pushed = parsed(BASE.to_owned());
    if let Some(mut segments) = pushed.as_mut().and_then(|url| url.path_segments_mut().ok()) {
        segments.push(secret);
    }
    let (in_path, in_query) = (parsed(format!("{BASE}{secret}")), parsed(format!("{BASE}?{secret}")));
    // Parsing leaves out line breaks and tabs, and resolves `..`: what is shorter than without the former has lost
    // something by the latter, and would be found in innocent words.
    let shortest = secret.trim().replace(['\t', '\n', '\r'], "").len().max(1);
    [(pushed, BASE), (in_path, BASE), (in_query, "http://h/?")]
        .into_iter()
        .filter_map(|(url, start)| Some(url?.as_str().strip_prefix(start)?.to_owned()))
        .filter(move |form| form.len() >= shortest)
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
        let mut redaction = Redaction::default();
        redaction.add(&secrets.iter().map(ToString::to_string).collect::<Vec<_>>());
        redaction
    }

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let redaction = redaction(&["p\"ss w/rd"]);
        for text in [r#"p"ss w/rd"#, r#"p\"ss w/rd"#, "p%22ss+w%2Frd", "p%22ss%20w%2Frd"] {
            assert_eq!(redaction.apply(&format!("<{text}>")), "<****>");
        }
    }

    #[test]
    fn a_secret_is_hidden_in_urls_as_they_are_written() {
        let secret = "k{}~'^ |=[é]/?`z";
        let redaction = redaction(&[secret]);
        let mut url = Url::parse("https://a.test/v1").unwrap();
        url.path_segments_mut().unwrap().push(secret).push("x");
        assert_eq!(redaction.apply(url.as_str()), "https://a.test/v1/****/x");
        for (start, end) in [("https://a.test/v1/", "/x"), ("https://a.test/v1?key=", "&x")] {
            let url = Url::parse(&format!("{start}{secret}{end}")).unwrap();
            assert_eq!(redaction.apply(url.as_str()), format!("{start}****{end}"));
        }
    }

    #[test]
    fn a_secret_that_a_url_would_shorten_hides_nothing_else() {
        assert_eq!(redaction(&["..", "a/../x"]).apply("https://a.test/x"), "https://a.test/x");
    }

    #[test]
    fn quotes_at_the_ends_belong_to_the_secret() {
        assert_eq!(redaction(&["\"quoted\""]).apply(r#"<\"quoted\"> quoted"#), "<****> quoted");
    }

    #[test]
    fn a_secret_that_is_quoted_by_debug_is_hidden() {
        let secret = "a\u{7f}b\nc";
        assert_eq!(redaction(&[secret]).apply(&format!("{secret:?}")), "\"****\"");
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
        let mut redaction = redaction(&["abc"]);
        redaction.add(&["abcdef".to_owned()]);
        assert_eq!(redaction.apply("abcdef abc"), "**** ****");
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(redaction(&[""]).apply("free text"), "free text");
    }
}
