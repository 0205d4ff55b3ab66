use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::{Url, form_urlencoded};

/// What stands in a secret's place.
const MASK: &str = "****";

/// Shorter than this, a piece of base64 is found in innocent words as well.
const SHORTEST_BASE64: usize = 6;

/// A line of a key file that is shorter tells nothing, or is found in innocent words.
const SHORTEST_LINE: usize = 16;

/// Takes secrets out of what people read.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    /// Each secret in each of its forms, and each form once.
    needles: BTreeSet<String>,
}

impl Redaction {
    /// Hides these secrets as well. One that is empty or blank hides nothing.
    pub(crate) fn add(&mut self, secrets: &[String]) {
        for secret in secrets {
            let lines =
                secret.lines().filter(|line| line.len() >= SHORTEST_LINE && !line.starts_with("-----"));
            // White space at the ends is lost in headers, and may go on being seen.
            let texts = iter::once(secret.as_str()).chain(lines).map(str::trim);
            self.needles.extend(texts.filter(|text| !text.is_empty()).flat_map(forms));
        }
    }

    /// The text without the secrets.
    ///
    /// All that is to go is found in the text as it was, and goes at once: taken out one by one, secrets that overlap
    /// would leave a piece of each other, whichever came first. There are a few dozen needles and a text is a line or
    /// two, so that each is looked for by itself.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut found: Vec<Range<usize>> =
            self.needles.iter().flat_map(|needle| occurrences(text, needle)).collect();
        found.sort_by_key(|found| found.start);
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        for Range { start, end } in found {
            if start >= at {
                shown.push_str(&text[at..start]);
                shown.push_str(MASK);
            }
            at = at.max(end);
        }
        shown.push_str(&text[at..]);
        shown
    }
}

/// Where the needle stands in the text, also within itself.
fn occurrences<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = Range<usize>> {
    let step = needle.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    iter::from_fn(move || {
        let start = from + text.get(from..)?.find(needle)?;
        from = start + step;
        Some(start..start + needle.len())
    })
}

/// The ways in which a secret appears in URLs, bodies, headers and messages.
fn forms(secret: &str) -> Vec<String> {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![secret.to_owned(), form.replace('+', "%20"), form];
    forms.extend(in_url(secret));
    let lower: Vec<String> = forms.iter().skip(1).map(|form| in_lower_hex(form)).collect();
    forms.extend(lower);
    forms.extend(in_json(secret));
    for offset in 0..3 {
        forms.extend(base64(secret, offset).into_iter().filter(|text| text.len() >= SHORTEST_BASE64));
    }
    forms
}

/// The secret between quotes, as the writers of JSON that are about write it; each once more within JSON.
fn in_json(secret: &str) -> Vec<String> {
    let quoted = |text: &str| inside(&serde_json::Value::from(text).to_string());
    let json = quoted(secret);
    // Serde quotes texts as Debug does, which escapes other characters than JSON does.
    let debug = inside(&format!("{secret:?}"));
    let for_html = escaped(&json, |letter| matches!(letter, '<' | '>' | '&'));
    let ascii = escaped(&json, |letter| !letter.is_ascii());
    let slashes = [&json, &ascii].map(|text| text.replace('/', "\\/"));
    let mut forms = Vec::from(slashes);
    forms.extend([json, debug, for_html, ascii]);
    let again: Vec<String> = forms.iter().map(|form| quoted(form)).collect();
    forms.extend(again);
    forms
}

/// A quoted text without its quotes.
fn inside(quoted: &str) -> String {
    quoted[1..quoted.len() - 1].to_owned()
}

/// The text with some characters in the form `\u00e9`.
fn escaped(text: &str, which: impl Fn(char) -> bool) -> String {
    let mut units = [0; 2];
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if which(letter) {
            out.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(letter);
        }
    }
    out
}

/// What is percent-encoded with `%2f` in place of `%2F`.
fn in_lower_hex(encoded: &str) -> String {
    let mut rest = 0;
    let lower = |letter: char| {
        rest = if letter == '%' { 2 } else { i32::max(rest - 1, -1) };
        if rest >= 0 { letter.to_ascii_lowercase() } else { letter }
    };
    encoded.chars().map(lower).collect()
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
    fn secrets_that_overlap_leave_nothing_of_each_other() {
        let mut redaction = redaction(&["abc", "cdef", "aa"]);
        redaction.add(&["abcdef".to_owned(), "*".to_owned()]);
        assert_eq!(redaction.apply("abcdef abc abcde cdefabc aaa"), "**** **** ****de ******** ****");
        let redaction = self::redaction(&["abcdef", "defghi"]);
        assert_eq!(redaction.apply("<abcdefghi>"), "<****>");
    }

    #[test]
    fn a_secret_is_hidden_as_other_languages_write_it() {
        let redaction = redaction(&["a/b&é😀\"z"]);
        for text in [
            r#"a\/b&é😀\"z"#,
            r#"a\/b&\u00e9\ud83d\ude00\"z"#,
            r#"a/b&\u00e9\ud83d\ude00\"z"#,
            r#"a/b\u0026é😀\"z"#,
            r#"a/b&é😀\\\"z"#,
            "a%2fb%26%c3%a9%f0%9f%98%80%22z",
        ] {
            assert_eq!(redaction.apply(&format!("<{text}>")), "<****>", "{text}");
        }
    }

    #[test]
    fn letters_after_an_encoded_one_keep_their_case() {
        assert_eq!(in_lower_hex("AB%2FCD%C3%A9E"), "AB%2fCD%c3%a9E");
    }

    #[test]
    fn of_a_key_file_each_line_is_hidden() {
        let redaction = redaction(&["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END KEY-----\n"]);
        assert_eq!(redaction.apply("at MIIEvQIBADANBgkqhkiG: short"), "at ****: short");
        assert_eq!(redaction.apply("want -----BEGIN KEY-----"), "want -----BEGIN KEY-----");
    }

    #[test]
    fn white_space_around_a_secret_is_no_part_of_it() {
        assert_eq!(redaction(&["k-123\n", " "]).apply("with k-123 or so"), "with **** or so");
    }

    #[test]
    fn an_empty_secret_hides_nothing() {
        assert_eq!(redaction(&[""]).apply("free text"), "free text");
    }
}
