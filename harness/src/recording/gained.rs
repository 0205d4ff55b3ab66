//! What a connector asked to keep (CONTROL) and the first config has not.

use std::collections::BTreeSet;

use connector_record::Secret;
use serde_json::{Map, Value};

use crate::secrets::secret_values;
use crate::terms::below;

/// The secrets of several configs, the first one's and those that took their place, and apart from them those of fields that
/// later configs alone have.
pub(super) fn secrets(specification: &Value, configs: &[Value]) -> (Vec<Secret>, Vec<Secret>) {
    let mut all = configs.iter().map(|config| {
        let values = secret_values(specification, config).into_iter();
        values.map(|(name, value)| Secret { name, value }).collect::<Vec<_>>()
    });
    let mut first = all.next().unwrap_or_default();
    let names: BTreeSet<String> =
        first.iter().filter(|it| !it.value.is_empty()).map(|it| it.name.clone()).collect();
    let mut gained = Vec::new();
    for secret in all.flatten() {
        let list = if names.contains(&secret.name) { &mut first } else { &mut gained };
        if !list.contains(&secret) {
            list.push(secret);
        }
    }
    (first, gained)
}

/// A config with these fields of later ones added, so that whoever plays the recording has a value for each.
pub(super) fn completed(config: &Value, later: &[Value], names: &[String]) -> Value {
    let mut config = config.clone();
    for later in later {
        add(&mut config, later, "", names);
    }
    config
}

fn add(config: &mut Value, later: &Value, path: &str, names: &[String]) {
    let (Value::Object(members), Value::Object(later)) = (config, later) else { return };
    for (name, value) in later {
        let path = below(path, name);
        let holds =
            |wanted: &String| wanted.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '[']));
        if names.contains(&path) || (value.is_array() && names.iter().any(holds)) {
            let there = members.entry(name).or_insert(Value::Null);
            if there.is_null() || there == "" {
                *there = value.clone();
            }
        } else if value.is_object() && names.iter().any(holds) {
            let there = members.entry(name).or_insert(Value::Null);
            if there.is_null() {
                *there = Value::Object(Map::new());
            }
            add(there, value, &path, names);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_is_told_from_what_is_new() {
        let secret = json!({"airbyte_secret": true});
        let spec = json!({"properties": {"key": secret, "old": secret, "new": secret}});
        let configs = [
            json!({"key": "k-1", "old": "", "user": "me"}),
            json!({"key": "k-2", "old": "o-1", "new": "n-1", "user": "me"}),
            json!({"key": "k-2", "old": "o-1", "new": "n-2", "user": "me"}),
        ];
        let (first, gained) = secrets(&spec, &configs);
        let shown = |secrets: Vec<Secret>| -> Vec<String> {
            secrets.into_iter().map(|secret| format!("{}={}", secret.name, secret.value)).collect()
        };
        assert_eq!(shown(first), ["key=k-1", "old=", "key=k-2"]);
        assert_eq!(shown(gained), ["new=n-1", "old=o-1", "new=n-2"]);
    }

    #[test]
    fn only_the_fields_that_are_named_are_added() {
        let first = json!({"credentials": {"token": "t"}, "empty": ""});
        let later = json!({"credentials": {"token": "other", "device": "d", "access": "a"}, "empty": "e",
                           "session": {"id": "s", "at": 1}, "keys": ["k"], "more": {"x": 1}});
        let names = ["credentials.device", "empty", "session.id", "keys[0]"].map(str::to_owned);
        let wanted = json!({"credentials": {"token": "t", "device": "d"}, "empty": "e", "session": {"id": "s"},
                            "keys": ["k"]});
        assert_eq!(completed(&first, &[later], &names), wanted);
        assert_eq!(completed(&first, &[], &[]), first);
    }
}
