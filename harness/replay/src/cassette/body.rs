use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::BodyFile;
use crate::excerpt::short;
use crate::template::{bind_json, bind_text};
use crate::{Template, Terms};

/// A body as a cassette holds it: the kind says how it is written, how it is sent and how it is compared.
///
/// Text may hold expressions: see [`Template`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Any JSON, its numbers to the digit and its keys in order; sent without white space, compared by value.
    Json(Box<RawValue>),
    /// Text, sent and compared as it is.
    Text(String),
    /// Text by lines, each of which is sent with a newline at its end.
    Lines(Vec<String>),
    /// Pairs, sent URL-encoded in this order, compared in any.
    Form(Vec<(String, String)>),
    /// Bytes that are no text.
    #[serde(serialize_with = "encode")]
    Base64(Vec<u8>),
    /// In a file of its own.
    File(BodyFile),
}

impl Body {
    /// As it is sent, before any compression.
    ///
    /// # Errors
    /// The expression that cannot be filled in, and why.
    pub fn to_bytes(&self, terms: &Terms) -> Result<Bytes, String> {
        Ok(match self {
            Body::Json(value) => bind_json(value, terms)?.into(),
            Body::Text(text) => Template::new(text).bind(terms)?.into(),
            Body::Lines(lines) => {
                let lines = lines.iter().map(|line| Template::new(line).bind(terms));
                let lines: Vec<Vec<u8>> = lines.collect::<Result<_, _>>()?;
                lines.into_iter().flat_map(|line| line.into_iter().chain(*b"\n")).collect()
            }
            Body::Form(pairs) => {
                let pairs =
                    pairs.iter().map(|(name, value)| Ok((bind_text(name, terms)?, bind_text(value, terms)?)));
                let pairs: Vec<_> = pairs.collect::<Result<_, String>>()?;
                form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into()
            }
            Body::Base64(bytes) => bytes.clone().into(),
            Body::File(file) => match (file.json(), file.text()) {
                (Some(json), _) => {
                    let json: &RawValue = serde_json::from_slice(json).map_err(|error| error.to_string())?;
                    bind_json(json, terms)?.into()
                }
                (_, Some(text)) => {
                    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
                    Template::new(text).bind(terms)?.into()
                }
                _ => file.bytes().clone(),
            },
        })
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Body, D::Error> {
        deserializer.deserialize_map(Kinds)
    }
}

/// By hand, since what serde derives says of two kinds at once only that the JSON does not read.
struct Kinds;

const KINDS: &str = "exactly one of json, text, lines, form, base64, file";

impl<'de> Visitor<'de> for Kinds {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {KINDS}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut kinds: A) -> Result<Body, A::Error> {
        let wanted = |got: &str| A::Error::custom(format_args!("wanted {KINDS}, got {got}"));
        let kind: String = kinds.next_key()?.ok_or_else(|| wanted("none"))?;
        let body = match kind.as_str() {
            "json" => Body::Json(kinds.next_value()?),
            "text" => Body::Text(kinds.next_value()?),
            "lines" => Body::Lines(kinds.next_value()?),
            "form" => Body::Form(kinds.next_value()?),
            "base64" => Body::Base64(kinds.next_value::<Encoded>()?.0),
            "file" => Body::File(kinds.next_value()?),
            _ => return Err(wanted(&short(&kind))),
        };
        match kinds.next_key::<String>()? {
            Some(other) => Err(wanted(&format!("{kind} and {}", short(&other)))),
            None => Ok(body),
        }
    }
}

struct Encoded(Vec<u8>);

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Encoded, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(&text).map(Encoded).map_err(|error| {
            D::Error::custom(format_args!("wanted base64 with padding, got {}: {error}", short(&text)))
        })
    }
}

fn encode<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_sent_as_its_bytes() {
        for (body, sent) in [
            (
                r#"{"json": {"b": 1.00, "a": [12345678901234567890]}}"#,
                "{\"b\":1.00,\"a\":[12345678901234567890]}",
            ),
            (r#"{"text": "a\n"}"#, "a\n"),
            (r#"{"lines": ["a", "", "b"]}"#, "a\n\nb\n"),
            (r#"{"lines": []}"#, ""),
            (r#"{"form": [["b", "1 2"], ["a", "&"], ["b", "é"]]}"#, "b=1+2&a=%26&b=%C3%A9"),
            (r#"{"base64": "aGk="}"#, "hi"),
        ] {
            assert_eq!(
                serde_json::from_str::<Body>(body).unwrap().to_bytes(&Terms::default()).unwrap(),
                sent,
                "{body}"
            );
        }
    }
}
