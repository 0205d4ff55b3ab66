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
            Value::String(text) if is_secret_leaf(path, text) => {
                self.found.push((path.to_owned(), text.clone()));
            }
            Value::Number(number) if is_secret_leaf(path, &number.to_string()) => {
                self.found.push((path.to_owned(), number.to_string()));
            }
            _ => {}
        }
    }
}

/// Words in the names of what lets its bearer in.
const LETS_IN: [&str; 10] =
    ["pass", "passwd", "password", "passphrase", "pwd", "pw", "pin", "secret", "token", "key"];

/// Whether a value within a secret, at `path`, is one itself: not what says who (an address), where (a URL without a
/// password, a domain) or of which kind (words).
pub(crate) fn is_secret_leaf(path: &str, text: &str) -> bool {
    const SHORTEST: usize = 8;
    let name = path.rsplit('.').next().unwrap_or_default().split('[').next().unwrap_or_default();
    let named = name
        .split(|mark: char| !mark.is_ascii_alphanumeric())
        .any(|word| LETS_IN.contains(&word.to_ascii_lowercase().as_str()));
    let plain = |text: &str, marks: &str| {
        text.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || marks.contains(it))
    };
    let is_host = |text: &str| text.contains('.') && plain(text, ".-");
    if let Some((_, rest)) = text.split_once("://") {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        return !is_host_of_url(&rest[..end]);
    }
    let is_address = text.split_once('@').is_some_and(|(user, host)| plain(user, "._+-") && is_host(host));
    if is_address || is_host(text) {
        return false;
    }
    let is_kind = plain(text, "_") && !text.contains(|it: char| it.is_ascii_digit());
    if named { !text.is_empty() } else { text.len() >= SHORTEST && !is_kind }
}

/// Whether nobody's name and password stand before the host.
fn is_host_of_url(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric() || ".-[]:".contains(it))
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
    fn within_a_text_of_json_what_says_who_where_or_of_which_kind_is_no_secret() {
        for (name, value) in [
            ("type", "service_account"),
            ("universe_domain", "googleapis.com"),
            ("client_email", "bot@a-1.iam.example.test"),
            ("token_uri", "https://oauth2.example.test:8443/token"),
            ("pass", ""),
        ] {
            assert!(!is_secret_leaf(&format!("account.{name}"), value), "{name}");
        }
        let inner = json!({"pass": "short1!", "mail_pw": "p@ssword-of-mail", "pin": 55_667_788, "keys": ["canary-000001"],
                           "uri": "https://me:canary@a.test/", "nested": {"k": "canary-canary-1"}});
        let schema = json!({"properties": {"k": {"airbyte_secret": true}}});
        let wanted = ["k", "k.keys[0]", "k.mail_pw", "k.nested.k", "k.pass", "k.pin", "k.uri"];
        let mut found = fields(&schema, &json!({"k": inner.to_string()}));
        found.sort();
        assert_eq!(found, wanted);
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
