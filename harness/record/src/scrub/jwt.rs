//! JSON Web Tokens in texts.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// `{"` in base64.
const BEGINNING: &str = "eyJ";

/// What is said of one token and no other: all else is the same in every token of its kind.
const OF_ONE: [&str; 5] = ["iat", "nbf", "exp", "jti", "auth_time"];

/// A JSON Web Token within a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Jwt {
    pub(super) span: Range<usize>,
    /// Its first two parts, in base64.
    pub(super) header: String,
    pub(super) claims: String,
}

impl Jwt {
    pub(super) fn all_in(text: &str) -> Vec<Jwt> {
        let mut found: Vec<Jwt> = Vec::new();
        for (start, _) in text.match_indices(BEGINNING) {
            let begins =
                !text[..start].ends_with(is_of) && found.last().is_none_or(|last| last.span.end <= start);
            found.extend(begins.then(|| Jwt::read(text, start)).flatten());
        }
        found
    }

    fn read(text: &str, start: usize) -> Option<Jwt> {
        let length = text[start..].find(|it| !is_of(it) && it != '.').unwrap_or(text.len() - start);
        let mut parts = text[start..start + length].splitn(3, '.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        object(header)?;
        object(claims)?;
        let signature = signature.find('.').unwrap_or(signature.len());
        let end = start + header.len() + claims.len() + 2 + signature;
        Some(Jwt { span: start..end, header: header.to_owned(), claims: claims.to_owned() })
    }

    /// The JSON of both parts.
    pub(super) fn texts(&self) -> [String; 2] {
        [&self.header, &self.claims].map(|part| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default()
        })
    }

    /// What it has in common with those of its kind.
    pub(super) fn kind(&self) -> String {
        let [header, claims] = [&self.header, &self.claims].map(|part| object(part).unwrap_or_default());
        let mut claims = claims;
        claims.retain(|name, _| !OF_ONE.contains(&name.as_str()));
        format!("{} {}", Value::Object(header), Value::Object(claims))
    }
}

fn is_of(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
pub(super) fn token(claims: &str, signature: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"RS256","typ":"JWT"}"#), part(claims), part(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_texts() {
        let one = token(r#"{"sub":"a","exp":1}"#, "one");
        let other = token(r#"{"sub":"a","exp":2}"#, "other");
        let text = format!("Bearer {one}, \"{other}\" and xeyJ.a.b or eyJ.eyJ.x");
        let found = Jwt::all_in(&text);
        let spans: Vec<_> = found.iter().map(|jwt| &text[jwt.span.clone()]).collect();
        assert_eq!(spans, [&one, &other]);
        assert_eq!(found[0].kind(), found[1].kind());
        assert_eq!(found[1].texts()[1], r#"{"sub":"a","exp":2}"#);
    }
}
