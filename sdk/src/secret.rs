use std::borrow::Cow;
use std::fmt;

use connector_protocol::JsonObject;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

use crate::scope::current;

/// A text of the config that must not be shown, such as a key or a password.
///
/// It prints as `****`; the spec marks it with `airbyte_secret`; and what the connector logs or reports has it taken
/// out, in the forms in which it may appear there. That begins when it is deserialized, wherever in the config it
/// stands; a token that an API hands out is hidden likewise if it is deserialized as a secret.
///
/// ```
/// # use connector_sdk::Secret;
/// let key: Secret = serde_json::from_str(r#""k-123""#)?;
/// assert_eq!(format!("{key} {key:?}"), "**** ****");
/// assert_eq!(key.expose(), "k-123");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value, to be sent to the API and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// One that did not stand where a `Secret` was expected. From now on it is hidden.
    pub(crate) fn learnt(text: String) -> Self {
        if let Some(output) = current() {
            output.redact(std::slice::from_ref(&text));
        }
        Secret(text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Of any type at first, since the error about a number quotes it: that is hidden too.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Some(output) = current() {
            let mut found = Vec::new();
            leaves(&value, &mut found);
            output.redact(&found);
        }
        String::deserialize(value).map(Secret).map_err(de::Error::custom)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "airbyte_secret": true })
    }
}

/// The values of `config` that its `schema` marks as secret.
///
/// Found in the raw JSON, before any [`Secret`] is made: a config that does not parse has secrets all the same, and the
/// error that says so may quote them.
pub(crate) fn secrets(schema: &JsonObject, config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, config, &mut found);
    found
}

fn collect(schema: &JsonObject, value: &Value, found: &mut Vec<String>) {
    if schema.get("airbyte_secret") == Some(&Value::Bool(true)) {
        leaves(value, found);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, value) in value.as_object().into_iter().flatten() {
        let property = properties.and_then(|properties| properties.get(name));
        if let Some(schema) = property.or(schema.get("additionalProperties")).and_then(Value::as_object) {
            collect(schema, value, found);
        }
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        let items = schema.get("items");
        let item = items.and_then(|items| items.get(index)).or(items).and_then(Value::as_object);
        if let Some(schema) = item {
            collect(schema, value, found);
        }
    }
    for branches in ["oneOf", "anyOf", "allOf"] {
        let branches = schema.get(branches).and_then(Value::as_array).into_iter().flatten();
        branches.filter_map(Value::as_object).for_each(|schema| collect(schema, value, found));
    }
}

fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::json;

    use super::*;
    use crate::output::tests::Page;
    use crate::scope::within;

    #[test]
    fn secrets_are_found_at_every_depth_and_of_every_type() {
        let schema = json!({
            "properties": {
                "plain": { "type": "string" },
                "pin": { "airbyte_secret": true },
                "auth": { "oneOf": [
                    { "properties": { "password": { "airbyte_secret": true } } },
                    { "properties": { "token": { "airbyte_secret": true } } }
                ] },
                "keys": { "items": { "airbyte_secret": true } },
                "pair": { "items": [{ "type": "string" }, { "airbyte_secret": true }] },
                "map": { "properties": { "a": {} }, "additionalProperties": { "airbyte_secret": true } }
            }
        });
        let config = json!({
            "plain": "open", "pin": 1234, "auth": { "token": "t-1" }, "keys": ["k-1", "k-2"], "other": "o",
            "pair": ["name", "p-1"], "map": { "a": "open", "b": "m-1" }
        });
        let mut found = secrets(schema.as_object().unwrap(), &config);
        found.sort();
        assert_eq!(found, ["1234", "k-1", "k-2", "m-1", "p-1", "t-1"]);
    }

    #[tokio::test]
    async fn a_secret_that_no_schema_shows_is_hidden_once_it_is_read() {
        let output = Rc::new(Page::default().output());
        within(Rc::clone(&output), async {
            serde_json::from_value::<Vec<Secret>>(json!(["s-1"])).unwrap();
            let error = serde_json::from_value::<Secret>(json!(98765)).unwrap_err();
            assert_eq!(error.to_string(), "invalid type: integer `98765`, expected a string");
        })
        .await;
        assert_eq!(output.redacted("s-1 98765 s-2"), "**** **** s-2");
    }
}
