//! What a recording is played with: the values of a scenario's config, its time, and what the settings pass over.

use std::collections::BTreeMap;

use connector_replay::{Rule, Terms};
use jiff::Timestamp;
use serde_json::Value;

/// The terms of a scenario.
pub(crate) fn of(config: &Value, now: Timestamp, ignore: &[Rule]) -> Terms {
    Terms { values: values(config), now: Some(now), ignore: ignore.to_vec(), ..Terms::default() }
}

/// Every plain value of a config by its path, such as `credentials.api_key` or `hosts[0]`. A string that is itself a JSON
/// object is entered too, as the keys of service accounts are.
pub(crate) fn values(config: &Value) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    collect(config, "", &mut values);
    values
}

fn collect(value: &Value, path: &str, values: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, &below(path, name), values);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, &item_of(path, index), values);
            }
        }
        Value::String(text) => {
            values.insert(path.to_owned(), text.clone());
            if let Some(inner) = json_within(text) {
                collect(&inner, path, values);
            }
        }
        Value::Number(number) => drop(values.insert(path.to_owned(), number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The path of a member.
pub(crate) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The path of an item.
pub(crate) fn item_of(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// The JSON object that a string holds.
pub(crate) fn json_within(text: &str) -> Option<Value> {
    let text = text.trim_start();
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_named_by_their_paths() {
        let config = json!({"a": {"b": ["x", 7]}, "key": "{\"id\": \"me\"}", "on": true});
        let values = values(&config);
        let shown: Vec<_> = values.iter().map(|(path, value)| format!("{path}={value}")).collect();
        assert_eq!(shown, ["a.b[0]=x", "a.b[1]=7", "key={\"id\": \"me\"}", "key.id=me"]);
    }
}
