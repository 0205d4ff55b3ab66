//! The last rung: the config names the replay server's own address in the place of the API's.
//!
//! For clients that trust nobody but the roots they were built with, and for what no variable reaches.

use connector_replay::Target;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::json_pointer::unescaped;

/// The `[base_url]` table of `harness.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BaseUrl {
    /// JSON pointers into the config, to the fields that say where the API is.
    #[serde(deserialize_with = "pointers")]
    #[schemars(with = "OneOrMany")]
    pointer: Vec<String>,
    /// The API's own URL, without a path; where it is left out, the config's value says it.
    #[serde(default, deserialize_with = "host")]
    #[schemars(with = "Option<String>", extend("pattern" = "^https?://[^/]+/?$"))]
    host: Option<Target>,
}

/// A JSON pointer, or a list of them.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "want a JSON pointer into the config, such as \"/api_url\", or a list of them")]
#[schemars(inline)]
enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

fn pointers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let pointers = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(pointer) => vec![pointer],
        OneOrMany::Many(pointers) => pointers,
    };
    match pointers.iter().find(|pointer| !pointer.starts_with('/')) {
        Some(wrong) => Err(de::Error::custom(format!(
            "{wrong:?} is no JSON pointer into the config: want one that begins with `/`, such as \"/api_url\""
        ))),
        None if pointers.is_empty() => Err(de::Error::custom("want one JSON pointer at least")),
        None => Ok(pointers),
    }
}

fn host<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let target = Target::parse(&text).map_err(de::Error::custom)?;
    if target.path != "/" || target.query.is_some() {
        let origin = target.origin();
        return Err(de::Error::custom(format!(
            "{text:?} has a path, which the config's own value says: want \"{origin}\""
        )));
    }
    Ok(Some(target))
}

impl BaseUrl {
    /// The config with a value for each pointer, and whose part the replay server plays.
    ///
    /// A field that the config leaves out, and the spec has, is filled with what it stands for. The error says what is
    /// lacking.
    pub(crate) fn complete(&self, config: &Value, specification: &Value) -> Result<(Value, Target), String> {
        let mut complete = config.clone();
        let mut named: Option<(&str, Target)> = None;
        for pointer in &self.pointer {
            let value = match config.pointer(pointer) {
                Some(Value::String(value)) => value.clone(),
                Some(other) => return Err(format!("the value at {pointer:?} is {other}: want a text")),
                None => self.fill(&mut complete, pointer, specification)?,
            };
            if let (None, Ok(target)) = (&self.host, Target::parse(&value)) {
                match &named {
                    Some((first, one)) if one.origin() != target.origin() => {
                        return Err(format!(
                            "{first:?} is at {}, {pointer:?} at {}: one base URL stands for one host; leave one of \
                             them out, or say `host` if both are the same",
                            one.origin(),
                            target.origin()
                        ));
                    }
                    _ => named = Some((pointer, target)),
                }
            }
        }
        let named = named.map(|(_, target)| target);
        let part = self.host.clone().or(named).ok_or_else(|| {
            let pointer = &self.pointer[0];
            format!("the value at {pointer:?} is no URL: say which host it stands for, as in host = \"https://api.example.com\"")
        })?;
        Ok((complete, part))
    }

    /// Sets a field that the config leaves out to what the spec gives it, or to the host; returns that.
    fn fill(&self, config: &mut Value, pointer: &str, specification: &Value) -> Result<String, String> {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let lacks = || {
            let there: Vec<String> = fields(config).into_iter().chain(properties(specification)).collect();
            let there = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
            format!("there is no {pointer:?}, neither in the config nor in the spec: there is {there}")
        };
        let property = property(specification, pointer).ok_or_else(lacks)?;
        let default = property["default"].as_str().map(str::to_owned);
        let value = default.or_else(|| self.host.as_ref().map(Target::origin)).ok_or_else(|| {
            format!(
                "the config leaves {pointer:?} out, and its spec has no default: say which host it stands for, as in \
                 host = \"https://api.example.com\""
            )
        })?;
        match config.pointer_mut(parent).and_then(Value::as_object_mut) {
            Some(object) => {
                object.insert(unescaped(name), value.clone().into());
                Ok(value)
            }
            None => Err(format!("the config has no object at {parent:?} to set {pointer:?} in")),
        }
    }

    /// The config with `base_url` in the place of the host; paths stay. What is no text stays too.
    pub(crate) fn redirected(&self, config: &Value, base_url: &str) -> Value {
        self.over(config, |value| Some(format!("{base_url}{}", path_of(value.as_str()?))), config)
    }

    /// The config that a connector was given and handed back, with the values of `original` in the place of ours.
    pub(crate) fn restored(&self, config: &Value, original: &Value) -> Value {
        self.over(config, |value| value.as_str().map(str::to_owned), original)
    }

    fn over(&self, config: &Value, value: impl Fn(&Value) -> Option<String>, of: &Value) -> Value {
        let mut changed = config.clone();
        for pointer in &self.pointer {
            let value = of.pointer(pointer).and_then(&value);
            if let (Some(place), Some(value)) = (changed.pointer_mut(pointer), value) {
                *place = value.into();
            }
        }
        changed
    }
}

/// What follows the host in a text that names one, with or without a scheme.
fn path_of(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.find(['/', '?', '#']).map_or("", |begin| &rest[begin..])
}

/// The schema of a field, whichever of several forms it is in.
fn property<'a>(schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    let Some((name, rest)) = pointer.strip_prefix('/').map(|it| it.split_once('/').unwrap_or((it, "")))
    else {
        return Some(schema);
    };
    let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    let own = schema["properties"].get(unescaped(name)).and_then(|schema| property(schema, &rest));
    own.or_else(|| {
        let mut forms =
            ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
        forms.find_map(|form| property(form, pointer))
    })
}

/// The texts of a config, by their pointers.
fn fields(config: &Value) -> Vec<String> {
    fn collect(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(pointer.to_owned()),
            Value::Object(members) => {
                for (name, member) in members {
                    collect(member, &format!("{pointer}/{name}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(config, "", &mut found);
    found
}

/// The fields that the spec names beside those.
fn properties(specification: &Value) -> Vec<String> {
    let names = specification["properties"].as_object().into_iter().flat_map(serde_json::Map::keys);
    names.map(|name| format!("/{name} (spec)")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(text: &str) -> BaseUrl {
        toml::from_str(text).unwrap()
    }

    fn spec() -> Value {
        json!({"properties": {
            "api_url": {"default": "https://api.a.test/v1"},
            "region": {},
            "login": {"oneOf": [{"properties": {"token_url": {}}}]},
        }})
    }

    #[test]
    fn the_server_stands_in_the_place_of_the_host_and_the_path_stays() {
        let table = table("pointer = [\"/api_url\", \"/login/token_url\"]");
        let config = json!({"api_url": "https://api.a.test/v1", "login": {"token_url": "https://api.a.test/token?x"}, "n": 1});
        let (complete, part) = table.complete(&config, &spec()).unwrap();
        assert_eq!((&complete, part.origin().as_str()), (&config, "https://api.a.test"));
        let given = table.redirected(&complete, "http://127.0.0.1:9");
        let wanted = json!({
            "api_url": "http://127.0.0.1:9/v1", "login": {"token_url": "http://127.0.0.1:9/token?x"}, "n": 1,
        });
        assert_eq!(given, wanted);
        assert_eq!(table.restored(&given, &config), config);
    }

    #[test]
    fn a_field_that_is_left_out_stands_for_its_default_or_for_the_host() {
        let (complete, part) = table("pointer = \"/api_url\"").complete(&json!({}), &spec()).unwrap();
        assert_eq!(
            (complete, part.origin().as_str()),
            (json!({"api_url": "https://api.a.test/v1"}), "https://api.a.test")
        );
        let told = table("pointer = \"/region\"\nhost = \"https://eu.a.test\"");
        let (complete, part) = told.complete(&json!({}), &spec()).unwrap();
        assert_eq!(
            (complete, part.origin().as_str()),
            (json!({"region": "https://eu.a.test"}), "https://eu.a.test")
        );
        // One that is no URL may be a host without a scheme.
        let given = told.redirected(&json!({"region": "eu.a.test/x"}), "http://127.0.0.1:9");
        assert_eq!(given, json!({"region": "http://127.0.0.1:9/x"}));
    }

    #[test]
    fn what_is_lacking_is_said_with_what_there_is() {
        let config =
            json!({"key": "k", "api_url": 3, "region": "eu", "login": {"token_url": "https://b.test"}});
        for (text, wanted) in [
            (
                "pointer = \"/url\"",
                "no \"/url\", neither in the config nor in the spec: there is /key, /login/token_url, /region, /api_url (spec)",
            ),
            ("pointer = \"/api_url\"", "is 3: want a text"),
            ("pointer = \"/region\"", "is no URL: say which host it stands for"),
        ] {
            let error = table(text).complete(&config, &spec()).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
        let both = table("pointer = [\"/api_url\", \"/login/token_url\"]");
        let config = json!({"login": {"token_url": "https://b.test"}});
        let error = both.complete(&config, &spec()).unwrap_err();
        assert!(error.contains("https://api.a.test") && error.contains("one host"), "{error}");
        let error = table("pointer = \"/login/token_url\"").complete(&json!({}), &spec()).unwrap_err();
        assert!(error.contains("say which host"), "{error}");
    }

    #[test]
    fn a_table_that_makes_no_sense_is_refused() {
        for (text, wanted) in [
            ("pointer = \"api_url\"", "begins with `/`"),
            ("pointer = []", "one JSON pointer"),
            ("pointer = 3", "want a JSON pointer"),
            ("pointer = \"/a\"\nhost = \"api.a.test\"", "wanted a URL"),
            ("pointer = \"/a\"\nhost = \"https://a.test/v1\"", "want \"https://a.test\""),
        ] {
            let error = toml::from_str::<BaseUrl>(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
