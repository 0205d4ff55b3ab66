use std::collections::BTreeMap;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use url::form_urlencoded;

use super::address::Pairs;
use crate::{Error, Result};

/// What a request sends.
#[derive(Clone)]
pub(super) enum Payload {
    Nothing,
    Json(Box<RawValue>),
    Form(Pairs),
    /// What the author gave does not serialise. It is said once there is someone to say it to.
    Unusable(Error),
}

impl Payload {
    pub(super) fn json(body: &(impl Serialize + ?Sized)) -> Self {
        to_raw_value(body).map_or_else(
            |cause| Payload::Unusable(Error::system("the body of a request is no JSON").caused_by(cause)),
            Payload::Json,
        )
    }

    /// The same with a field that has this value, in place of any that has its name. False if it has no fields.
    pub(super) fn set(&mut self, name: &str, value: &Value) -> bool {
        match self {
            Payload::Nothing => return false,
            Payload::Json(body) => *self = with_field(body, name, value).unwrap_or_else(Payload::Unusable),
            Payload::Form(pairs) => {
                pairs.retain(|(known, _)| known != name);
                pairs.push((name.to_owned(), text(value)));
            }
            Payload::Unusable(_) => {}
        }
        true
    }

    /// The bytes and what they are.
    pub(super) fn encoded(&self) -> Result<Option<(Bytes, HeaderValue)>> {
        match self {
            Payload::Nothing => Ok(None),
            Payload::Json(body) => Ok(Some((
                Bytes::copy_from_slice(body.get().as_bytes()),
                HeaderValue::from_static("application/json"),
            ))),
            Payload::Form(pairs) => {
                let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                Ok(Some((body.into(), HeaderValue::from_static("application/x-www-form-urlencoded"))))
            }
            Payload::Unusable(error) => Err(error.clone()),
        }
    }
}

/// As a query or a form has it.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn with_field(body: &RawValue, name: &str, value: &Value) -> Result<Payload> {
    let unusable = |cause| {
        Error::system(format!("`{name}` cannot be put into the body of a request: it is no JSON object"))
            .caused_by(cause)
    };
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(body.get()).map_err(unusable)?;
    fields.insert(name.to_owned(), to_raw_value(value).map_err(unusable)?);
    Ok(Payload::Json(to_raw_value(&fields).map_err(unusable)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(payload: &Payload) -> String {
        String::from_utf8(payload.encoded().unwrap().unwrap().0.into()).unwrap()
    }

    #[test]
    fn a_field_of_json_is_replaced_and_the_others_keep_their_digits() {
        let body: &RawValue =
            serde_json::from_str(r#"{"limit": 10, "big": 12345678901234567890123.0}"#).unwrap();
        let mut payload = Payload::json(&body);
        assert!(payload.set("limit", &json!(5)) && payload.set("cursor", &json!("a")));
        assert_eq!(sent(&payload), r#"{"big":12345678901234567890123.0,"cursor":"a","limit":5}"#);
    }

    #[test]
    fn a_field_of_a_form_is_replaced() {
        let mut payload = Payload::Form(vec![("limit".into(), "10".into()), ("q".into(), "a b&c".into())]);
        assert!(payload.set("limit", &json!(5)));
        assert_eq!(sent(&payload), "q=a+b%26c&limit=5");
    }

    #[test]
    fn what_does_not_serialise_or_has_no_fields_is_an_error_when_it_is_sent() {
        let unserialisable = std::collections::HashMap::from([((1, 2), 3)]);
        let mut array = Payload::json(&[1]);
        array.set("limit", &json!(5));
        for payload in [Payload::json(&unserialisable), array] {
            assert!(payload.encoded().is_err());
        }
    }
}
