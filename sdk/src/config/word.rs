use std::fmt;

use connector_protocol::JsonObject;
use serde_json::Value;

use super::choice::choice;

/// No more of a wrong value is quoted.
const QUOTED: usize = 40;

/// Whether the value is of the schema's kind and among its words.
pub(super) fn fits(schema: &JsonObject, value: &Value) -> bool {
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    let words = schema.get("enum").and_then(Value::as_array);
    kind && words.is_none_or(|words| words.contains(value))
        && schema.get("const").is_none_or(|word| word == value)
}

/// What may stand there.
pub(super) fn wanted(schema: &JsonObject) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return one_of(
            words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)),
        );
    }
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some("object") => "an object",
        Some("array") => "an array",
        Some("string") => "a string",
        Some("integer") => "an integer",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        _ => "a value",
    };
    let example = schema.get("examples").and_then(|examples| examples.get(0));
    match (example, choice(schema)) {
        (Some(example), _) => format!("{kind} such as {example}"),
        (None, Some((tag, _))) => format!("{kind} with `{tag}`"),
        (None, None) => kind.to_owned(),
    }
}

/// A choice of words, or the only one.
pub(super) fn one_of(words: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", words.join(", ")),
    }
}

/// The value as far as it may be shown. Who writes a secret one level too high has it here.
pub(super) fn quoted(schema: &JsonObject, value: &Value) -> String {
    let kind = match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) | Value::Null => return value.to_string(),
    };
    let text = value.to_string();
    let short = !value.is_object() && !value.is_array() && text.chars().count() <= QUOTED;
    if short && !holds_secret(&Value::Object(schema.clone())) { text } else { kind.to_owned() }
}

fn holds_secret(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            fields.get("airbyte_secret") == Some(&Value::Bool(true)) || fields.values().any(holds_secret)
        }
        Value::Array(schemas) => schemas.iter().any(holds_secret),
        _ => false,
    }
}
