use std::borrow::Cow;
use std::fmt;

use connector_protocol::JsonObject;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

/// A text of the config that must not be shown, such as a key or a password.
///
/// It prints as `****`; the spec marks it with `airbyte_secret`; and what the connector logs or reports has it taken
/// out, in the forms in which it may appear there.
///
/// ```
/// # use connector_sdk::Secret;
/// let key: Secret = serde_json::from_str(r#""k-123""#)?;
/// assert_eq!(format!("{key} {key:?}"), "**** ****");
/// assert_eq!(key.expose(), "k-123");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The value, to be sent to the API and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
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
/// Found in the raw JSON rather than in the parsed config: a config that does not parse has secrets all the same, and
/// the error that says so may quote them.
pub(crate) fn secrets(schema: &JsonObject, config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, config, &mut found);
    found
}

fn collect(schema: &JsonObject, value: &Value, found: &mut Vec<String>) {
    if schema.get("airbyte_secret") == Some(&Value::Bool(true)) {
        leaves(value, found);
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let pairs =
            properties.iter().filter_map(|(name, schema)| Some((schema.as_object()?, value.get(name)?)));
        pairs.for_each(|(schema, value)| collect(schema, value, found));
    }
    if let Some(items) = schema.get("items").and_then(Value::as_object) {
        value.as_array().into_iter().flatten().for_each(|value| collect(items, value, found));
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
    use serde_json::json;

    use super::*;

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
                "keys": { "items": { "airbyte_secret": true } }
            }
        });
        let config = json!({
            "plain": "open", "pin": 1234, "auth": { "token": "t-1" }, "keys": ["k-1", "k-2"], "other": "o"
        });
        let mut found = secrets(schema.as_object().unwrap(), &config);
        found.sort();
        assert_eq!(found, ["1234", "k-1", "k-2", "t-1"]);
    }
}
