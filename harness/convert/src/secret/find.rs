use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::vault::{Vault, is_distinct};
use super::{cookie, name};
use crate::entry::{Entry, Message};
use crate::json::{self, Token};
use crate::shape::{Shape, shape};

/// All credentials of a recording. Its bodies must be decoded and its URLs whole.
pub(crate) fn all_in(entries: &[Entry], ordered: bool) -> Vault {
    let mut vault = Vault::default();
    for (position, entry) in entries.iter().enumerate() {
        of_request(entry, position, &mut vault);
        of_response(&entry.response, position, &mut vault);
    }
    if let Some(search) = vault.search() {
        let answers = entries.iter().enumerate().flat_map(|(position, entry)| {
            let headers = entry.response.headers.iter().map(|(_, value)| value.as_slice());
            headers.chain([entry.response.body.as_slice()]).map(move |bytes| (position, bytes))
        });
        vault.learn(&search, answers);
    }
    if !ordered {
        vault.forget_order();
    }
    vault
}

fn of_request(entry: &Entry, position: usize, vault: &mut Vault) {
    for (name, value) in &entry.request.headers {
        let Ok(text) = std::str::from_utf8(value) else { continue };
        if name == "cookie" {
            for (name, value) in cookie::pairs(text) {
                vault.asked(name, value.as_bytes(), position);
            }
        } else if name::is_request_header(name) {
            let (scheme, value) = scheme(text);
            vault.asked(name, value.as_bytes(), position);
            if scheme.eq_ignore_ascii_case("basic ")
                && let Ok(pair) = STANDARD.decode(value)
                && let Some(colon) = pair.iter().position(|byte| *byte == b':')
            {
                vault.asked("user", &pair[..colon], position);
                vault.asked("password", &pair[colon + 1..], position);
            }
        }
    }
    if let Ok(url) = Url::parse(&entry.url) {
        for (name, value) in url.query_pairs() {
            if name::is_parameter(&name, &value) {
                vault.asked(&name, value.as_bytes(), position);
            }
        }
    }
    fields(&entry.request, |name, value| {
        if name::is_field(name) {
            vault.asked(name, value.as_bytes(), position);
        }
    });
}

fn of_response(response: &Message, position: usize, vault: &mut Vault) {
    for (name, value) in &response.headers {
        let Ok(text) = std::str::from_utf8(value) else { continue };
        if name == "set-cookie" {
            let (name, value) = cookie::set(text);
            vault.answered(name, value.as_bytes(), position);
        } else if name::is_response_header(name) {
            vault.answered(name, scheme(text).1.as_bytes(), position);
        }
    }
    let mut each = |name: &str, value: &str| {
        if name::is_field(name) && (!name::is_vague(name) || is_distinct(value.as_bytes())) {
            vault.answered(name, value.as_bytes(), position);
        }
    };
    fields(response, &mut each);
    let headers = response.headers.iter().filter_map(|(_, value)| std::str::from_utf8(value).ok());
    headers.for_each(|text| parameters(text, &mut each));
}

/// Hands out the fields of a body that has such.
fn fields(message: &Message, mut each: impl FnMut(&str, &str)) {
    match shape(message) {
        Shape::Json(json) => {
            json::rewrite(json, |token| {
                if let Token::Value(name, value) = token {
                    each(name, value);
                    parameters(value, &mut each);
                }
                connector_replay::Template::default()
            });
        }
        Shape::Form(pairs) => pairs.iter().for_each(|(name, value)| each(name, value)),
        Shape::Text(text) => parameters(text, &mut each),
        Shape::Bytes(_) | Shape::Empty => {}
    }
}

/// Hands out the parameters of all URLs in a text: answers link to files with keys in their addresses.
fn parameters(text: &str, mut each: impl FnMut(&str, &str)) {
    for piece in text.split(['?', '&']).skip(1) {
        let end =
            piece.find(|character: char| character.is_whitespace() || "\"'<>()[]{}\\#,;".contains(character));
        let pair = &piece[..end.unwrap_or(piece.len())];
        if let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() {
            each(&name, &value);
        }
    }
}

/// The scheme of a header such as `authorization`, with the space after it, and what follows.
pub(super) fn scheme(value: &str) -> (&str, &str) {
    match value.split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) && !rest.trim().is_empty() => {
            (&value[..=scheme.len()], rest.trim())
        }
        _ => ("", value),
    }
}

/// A word, not a credential with a space in it.
fn is_scheme(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    text.len() <= 24 && !text.is_empty() && (letters || text == "AWS4-HMAC-SHA256")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_addresses_are_found_in_any_text() {
        let mut found = Vec::new();
        let text = "see <https://a.test/x?X-Amz-Signature=ab%2Bc&b=1>, https://b.test/?sig=d#e and a&b";
        parameters(text, |name, value| found.push(format!("{name}={value}")));
        assert_eq!(found, ["X-Amz-Signature=ab+c", "b=1", "sig=d", "b="]);
    }

    #[test]
    fn a_scheme_is_a_word_before_the_credential() {
        for (value, wanted) in [
            ("Bearer abc", ("Bearer ", "abc")),
            ("AWS4-HMAC-SHA256 Credential=x, y", ("AWS4-HMAC-SHA256 ", "Credential=x, y")),
            ("abc", ("", "abc")),
            ("s3cret pass", ("", "s3cret pass")),
            ("Bearer ", ("", "Bearer ")),
        ] {
            assert_eq!(scheme(value), wanted);
        }
    }
}
