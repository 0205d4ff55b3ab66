//! What a scenario is started with, made-up values in the place of secrets.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use connector_record::Secret;
use serde_json::Value;

use super::fake;
use crate::terms::{below, item_of, values};

/// Shorter values are found in innocent words: they are replaced where they are marked, and nowhere else.
const LONG: usize = 6;

/// A config that can be published, and what stands in it for each secret.
pub(super) struct Disguise<'a> {
    pub(super) config: Value,
    /// Secrets and what is written in their place, the longest first: one may hold another.
    instead: Vec<(&'a str, String)>,
}

impl<'a> Disguise<'a> {
    /// Of the made-up config that is there already, `before`, what serves is kept.
    pub(super) fn of(
        config: &Value,
        secrets: &'a [Secret],
        before: Option<&Value>,
        hosts: &[String],
    ) -> Disguise<'a> {
        let before = before.map(values).unwrap_or_default();
        // The same for the same: a recording tells fields of one value from each other as little as anybody.
        let mut made_up: BTreeMap<String, Value> = BTreeMap::new();
        let mut disguised = config.clone();
        each(&mut disguised, "", &mut |path, value| {
            let Some(secret) = secrets.iter().find(|secret| secret.name == path) else { return };
            let made_up = made_up.entry(value.to_string()).or_insert_with(|| {
                match before.get(path).filter(|before| **before != secret.value && value.is_string()) {
                    Some(before) => Value::String(before.clone()),
                    None => fake::of(path, value, hosts),
                }
            });
            *value = made_up.clone();
        });
        let written = values(&disguised);
        let pair = |secret: &'a Secret| Some((&*secret.value, written.get(&secret.name)?.clone()));
        let mut instead: Vec<_> = secrets.iter().filter_map(pair).collect();
        instead.retain(|(secret, made_up)| secret.len() >= LONG && secret != made_up);
        instead.sort_by_key(|(secret, _)| Reverse(secret.len()));
        let mut disguise = Disguise { config: Value::Null, instead };
        disguise.config = disguise.over(&disguised);
        disguise
    }

    /// A value in which a secret may stand that nobody marked there: the key again, a token in a state.
    pub(super) fn over(&self, value: &Value) -> Value {
        let mut over = value.clone();
        each(&mut over, "", &mut |_, value| {
            if let Value::String(text) = value {
                for (secret, made_up) in &self.instead {
                    if text.contains(secret) {
                        *text = text.replace(secret, made_up);
                    }
                }
            }
        });
        over
    }
}

/// Shows every string and number with its path.
fn each(value: &mut Value, path: &str, see: &mut dyn FnMut(&str, &mut Value)) {
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| each(value, &below(path, name), see));
        }
        Value::Array(items) => {
            items.iter_mut().enumerate().for_each(|(index, value)| each(value, &item_of(path, index), see));
        }
        Value::String(_) | Value::Number(_) => see(path, value),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::secrets::secret_values;

    fn secrets(spec: &Value, config: &Value) -> Vec<Secret> {
        let values = secret_values(spec, config).into_iter();
        values.map(|(name, value)| Secret { name, value }).collect()
    }

    #[test]
    fn a_secret_is_made_up_wherever_and_whatever_it_is() {
        let spec = json!({"properties": {
            "a.b[0]": {"airbyte_secret": true}, "keys": {"airbyte_secret": true}, "login": {"airbyte_secret": true},
        }});
        let login = json!({"password": "canary-7", "scopes": ["canary-scope-8"], "type": "service_account",
                           "universe_domain": "googleapis.com"});
        let config = json!({
            "a.b[0]": "canary-1-dots", "keys": ["canary-2-list", {"x": "canary-3-map"}], "login": login.to_string(),
            "unmarked": "Bearer canary-1-dots", "plain": "plain",
        });
        let secrets = secrets(&spec, &config);
        let disguise = Disguise::of(&config, &secrets, None, &[]);
        let text = disguise.config.to_string();
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(disguise.config["plain"], "plain");
        let made_up: Value = serde_json::from_str(disguise.config["login"].as_str().unwrap()).unwrap();
        for name in ["type", "universe_domain"] {
            assert_eq!(made_up[name], login[name], "it says what to do");
        }
        // A replay knows all of them by the names that the recording gives them.
        let known = values(&disguise.config);
        assert!(secrets.iter().all(|secret| known.contains_key(&secret.name)), "{secrets:?} {known:?}");
        let state = json!([{"cursor": "after canary-2-list"}]);
        assert!(!disguise.over(&state).to_string().contains("canary"));
    }

    #[test]
    fn fields_of_one_value_stay_fields_of_one_value() {
        let spec = json!({"properties": {"a": {"airbyte_secret": true}, "b": {"airbyte_secret": true}}});
        let config = json!({"a": "canary-9f2c41d0", "b": "canary-9f2c41d0"});
        let secrets = secrets(&spec, &config);
        let first = Disguise::of(&config, &secrets, None, &[]).config;
        assert_eq!(first["a"], first["b"]);
        let again = Disguise::of(&config, &secrets, Some(&json!({"a": "mine"})), &[]).config;
        assert_eq!(again, json!({"a": "mine", "b": "mine"}), "what is there already is kept");
    }
}
