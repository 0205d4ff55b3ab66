//! Values that tools write in several ways.

use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Tagged;

use crate::coding::base64;

/// Text, a number or a truth, as its bytes; in YAML also `!!binary`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scalar(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        let Tagged(plain, tag) = Tagged::deserialize(deserializer)?;
        match plain {
            Plain::Text(text) => of(text, tag.as_deref()).map(Scalar).map_err(D::Error::custom),
            Plain::List(_) => Err(D::Error::custom("wanted text, got a list")),
            Plain::Nothing => Ok(Scalar::default()),
        }
    }
}

/// The bytes of a scalar that bears a tag of YAML or none.
pub(crate) fn of(text: String, tag: Option<&str>) -> Result<Vec<u8>, String> {
    if tag.is_some_and(|tag| tag.ends_with("binary")) { base64(&text) } else { Ok(text.into_bytes()) }
}

/// Headers as a map from a name to a value or a list of values, in the order in which they stand there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, Vec<u8>)>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Headers, D::Error> {
        struct Map;

        impl<'de> Visitor<'de> for Map {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, Several(values))) = map.next_entry::<String, Several>()? {
                    headers.extend(values.into_iter().map(|Scalar(value)| (name.clone(), value)));
                }
                Ok(Headers(headers))
            }

            fn visit_unit<E>(self) -> Result<Headers, E> {
                Ok(Headers::default())
            }
        }

        deserializer.deserialize_any(Map)
    }
}

/// One value or a list of them.
#[derive(Default)]
pub(crate) struct Several(pub(crate) Vec<Scalar>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Several, D::Error> {
        let Tagged(plain, tag) = Tagged::deserialize(deserializer)?;
        match plain {
            Plain::Text(text) => {
                let one = of(text, tag.as_deref()).map_err(D::Error::custom)?;
                Ok(Several(vec![Scalar(one)]))
            }
            Plain::List(list) => Ok(Several(list)),
            Plain::Nothing => Ok(Several::default()),
        }
    }
}

/// A value without its tag.
enum Plain {
    Text(String),
    List(Vec<Scalar>),
    Nothing,
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Plain, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Plain;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Plain, A::Error> {
                let mut several = Vec::new();
                while let Some(value) = list.next_element()? {
                    several.push(value);
                }
                Ok(Plain::List(several))
            }

            fn visit_str<E>(self, text: &str) -> Result<Plain, E> {
                Ok(Plain::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Plain, E> {
                Ok(Plain::Text(truth.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain::Text(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Plain, E> {
                Ok(Plain::Text(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Plain, E> {
                Ok(Plain::Text(number.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Plain, E> {
                Ok(Plain::Nothing)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_order_whatever_their_values_are() {
        let Headers(headers) =
            serde_json::from_str(r#"{"b": "1", "a": [2, "x", true], "c": null, "d": 1.5}"#).unwrap();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap()))
            .collect();
        assert_eq!(headers, [("b", "1"), ("a", "2"), ("a", "x"), ("a", "true"), ("d", "1.5")]);
        assert!(serde_json::from_str::<Headers>(r#"{"a": {}}"#).is_err());
        assert!(serde_json::from_str::<Headers>("[]").is_err());
    }
}
