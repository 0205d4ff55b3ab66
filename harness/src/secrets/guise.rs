//! The guises in which a secret shows.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use serde_json::Value;

/// What a URL cannot carry as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Lines of a secret shorter than this could be anything.
const SHORTEST_LINE: usize = 8;

/// The texts by which a secret is looked for, each with the name of its guise.
pub(super) fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("as it is", secret.as_bytes().to_vec())];
    if secret.contains('\n') {
        // A key in several lines is seldom shown in one piece, and output is read line by line.
        let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
        forms.extend(lines.map(|line| ("in part", line.as_bytes().to_vec())));
    }
    let quoted = Value::String(secret.to_owned()).to_string();
    forms.push(("JSON-escaped", quoted.as_bytes()[1..quoted.len() - 1].to_vec()));
    let encoded = utf8_percent_encode(secret, RESERVED).to_string();
    forms.push(("URL-encoded", encoded.replace("%20", "+").into_bytes()));
    forms.push(("URL-encoded", encoded.into_bytes()));
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

/// The same bytes with JSON's escapes and URLs' percent signs resolved: there are more ways to write both than can be
/// listed. `None` where there is nothing to resolve.
pub(super) fn plainer(bytes: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr2(b'\\', b'%', bytes)?;
    let unescaped = unescape(bytes);
    Some(percent_decode(&unescaped).collect())
}

fn unescape(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        let (character, length) = escape(&rest[at + 1..]);
        match character {
            Some(character) => plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => plain.push(b'\\'),
        }
        rest = &rest[at + 1 + length..];
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// The character that the escape after a backslash stands for, and how many bytes it takes.
fn escape(bytes: &[u8]) -> (Option<char>, usize) {
    let simple = |character| (Some(character), 1);
    match bytes.first() {
        Some(b'n') => simple('\n'),
        Some(b't') => simple('\t'),
        Some(b'r') => simple('\r'),
        Some(byte @ (b'"' | b'\\' | b'/' | b'\'')) => simple(char::from(*byte)),
        Some(b'u') => match unit(bytes) {
            Some(high @ 0xd800..0xdc00) => {
                let low = bytes
                    .get(5..)
                    .filter(|rest| rest.first() == Some(&b'\\'))
                    .and_then(|rest| unit(&rest[1..]));
                let pair = char::decode_utf16([high, low.unwrap_or_default()]).next().and_then(Result::ok);
                (pair, if pair.is_some() { 11 } else { 5 })
            }
            Some(unit) => (char::from_u32(u32::from(unit)), 5),
            None => (None, 0),
        },
        _ => (None, 0),
    }
}

/// The number of `uXXXX`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        String::from_utf8(plainer(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn escapes_of_json_and_of_urls_are_resolved_together() {
        assert_eq!(plain(r"p\u00e4ss\ud83d\ude00 \/ \n."), "p\u{e4}ss\u{1f600} / \n.");
        assert_eq!(plain(r"a%2fb%2Fc \u0025"), "a/b/c %");
        assert_eq!(plain(r"\q \u00 \ud83d."), "\\q \\u00 \\.");
        assert_eq!(plainer(b"nothing here"), None);
    }
}
