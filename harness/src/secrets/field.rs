//! Where the secrets of a config stand: the schema and the config, gone through together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::terms::{below, item_of, json_within};

/// How deep the walk goes: deeper than any form that could be drawn.
const DEEPEST: u32 = 100;

/// The values of `config` that `schema` marks `airbyte_secret`, with the paths of their fields.
pub(crate) fn secret_values(schema: &Value, config: &Value) -> Vec<(String, String)> {
    let mut walk = Walk { root: schema, visited: BTreeSet::new(), found: Vec::new() };
    walk.collect(schema, config, "", 0);
    walk.found
}

struct Walk<'a> {
    /// The whole schema, which local references point into.
    root: &'a Value,
    /// Where it has been, by addresses: references may run in circles.
    visited: BTreeSet<(usize, usize)>,
    found: Vec<(String, String)>,
}

impl Walk<'_> {
    fn collect(&mut self, schema: &Value, config: &Value, path: &str, depth: u32) {
        let here = (std::ptr::from_ref(schema).addr(), std::ptr::from_ref(config).addr());
        if depth > DEEPEST || !self.visited.insert(here) {
            return;
        }
        // What stands beside a reference counts as well as what it points at.
        let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
        if let Some(target) = pointer.and_then(|pointer| self.root.pointer(pointer)) {
            self.collect(target, config, path, depth + 1);
        }
        if schema.get("airbyte_secret") == Some(&Value::Bool(true)) {
            self.take_values(config, path);
        }
        match config {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = below(path, name);
                    let own = schema.get("properties").and_then(|properties| properties.get(name));
                    let by_pattern = schema.get("patternProperties").and_then(Value::as_object);
                    let others = by_pattern.into_iter().flat_map(|patterns| patterns.values());
                    for schema in own.into_iter().chain(others).chain(schema.get("additionalProperties")) {
                        self.collect(schema, value, &path, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let schema = match schema.get("items") {
                        Some(Value::Array(places)) => places.get(index),
                        schema => schema,
                    };
                    if let Some(schema) = schema {
                        self.collect(schema, item, &item_of(path, index), depth + 1);
                    }
                }
            }
            _ => {}
        }
        let lists =
            ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let branches = ["if", "then", "else"].iter().filter_map(|key| schema.get(key));
        for branch in lists.chain(branches) {
            self.collect(branch, config, path, depth + 1);
        }
    }

    fn take_values(&mut self, config: &Value, path: &str) {
        match config {
            Value::String(text) => {
                self.found.push((path.to_owned(), text.clone()));
                if let Some(inner) = json_within(text) {
                    self.take_leaves(&inner, path);
                }
            }
            Value::Number(number) => self.found.push((path.to_owned(), number.to_string())),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.take_values(item, &item_of(path, index)));
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.take_values(value, &below(path, name)));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The secrets of a text that is JSON itself, such as the key of a service account.
    fn take_leaves(&mut self, inner: &Value, path: &str) {
        match inner {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.take_leaves(value, &below(path, name)));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.take_leaves(item, &item_of(path, index)));
            }
            Value::String(text) if is_secret_leaf(text) => self.found.push((path.to_owned(), text.clone())),
            _ => {}
        }
    }
}

/// Whether a text within a secret is one itself: not what says who (an address), where (a URL, a host) or of which kind
/// (`service_account`), and not so short that it is found everywhere.
pub(crate) fn is_secret_leaf(text: &str) -> bool {
    const SHORTEST: usize = 8;
    let is_lower = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let kind = text.contains('_') && text.split('_').all(is_lower);
    let host = text.contains('.') && text.split('.').all(is_lower);
    text.len() >= SHORTEST && !text.contains("://") && !text.contains('@') && !kind && !host
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(schema: &Value, config: &Value) -> Vec<String> {
        let mut fields: Vec<String> =
            secret_values(schema, config).into_iter().map(|(field, _)| field).collect();
        fields.dedup();
        fields
    }

    #[test]
    fn a_secret_is_found_behind_references_and_beside_them() {
        let schema = json!({"definitions": {"k": {"airbyte_secret": true}, "plain": {"type": "string"}}, "properties": {
            "a": {"$ref": "#/definitions/k"},
            "b": {"$ref": "#/definitions/plain", "airbyte_secret": true},
            "c": {"$ref": "#/definitions/plain"},
            "loop": {"allOf": [{"$ref": "#/properties/loop"}, {"$ref": "#/properties/loop"}]},
        }});
        let config = json!({"a": "1", "b": "2", "c": "3", "loop": {}});
        assert_eq!(fields(&schema, &config), ["a", "b"]);
    }

    #[test]
    fn a_secret_is_found_in_maps_lists_and_branches() {
        let secret = json!({"airbyte_secret": true});
        let schema = json!({"properties": {
            "whole": secret,
            "map": {"additionalProperties": secret},
            "list": {"items": secret},
            "pair": {"items": [{}, secret]},
            "one": {"oneOf": [{"properties": {"token": secret}}]},
            "then": {"then": {"properties": {"token": secret}}},
        }});
        let config = json!({
            "whole": {"a": ["0"]}, "map": {"x": "1"}, "list": ["2"], "pair": ["3", "4"], "one": {"token": "5"}, "then": {"token": 6},
        });
        let wanted = ["list[0]", "map.x", "one.token", "pair[1]", "then.token", "whole.a[0]"];
        assert_eq!(fields(&schema, &config), wanted);
    }
}
