use std::fmt::{self, Display};

use connector_protocol::JsonObject;
use serde_json::Value;

use super::choice::branch;
use super::member::{is_required, property};
use super::word::{fits, one_of, quoted, wanted};

/// One thing that is wrong with a config, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Complaint {
    /// As in `credentials.keys[0]`.
    pub(crate) path: String,
    text: String,
    /// The value is of the right kind, but too large, too small, too long.
    pub(crate) of_limit: bool,
}

impl Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.text)
    }
}

/// All that is wrong with a config by its schema, as far as [`config_schema`](super::config_schema) makes schemas:
/// what this does not know is left to the type.
pub(crate) fn complaints(schema: &JsonObject, config: &Value) -> Vec<Complaint> {
    let mut walk = Walk { path: String::new(), found: Vec::new() };
    walk.value(schema, config);
    walk.found
}

struct Walk {
    path: String,
    found: Vec<Complaint>,
}

impl Walk {
    fn value(&mut self, schema: &JsonObject, value: &Value) {
        // Whether it may be null is for the type to say, which knows its `Option`s.
        if value.is_null() {
            return;
        }
        if !fits(schema, value) {
            return self.complain(format!("want {}, got {}", wanted(schema), quoted(schema, value)));
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, value),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let schemas = schema.get("items");
                    let schema = schemas.and_then(|schemas| schemas.get(index)).or(schemas);
                    self.within(&format!("[{index}]"), schema, item);
                }
            }
            _ => self.limits(schema, value),
        }
    }

    fn object(&mut self, schema: &JsonObject, fields: &JsonObject, value: &Value) {
        self.properties(schema, fields);
        match branch(schema, value) {
            Ok(Some(branch)) => self.properties(branch, fields),
            Ok(None) => {}
            Err((tag, known)) => {
                let got = match fields.get(tag) {
                    None | Some(Value::Null) => "missing".to_owned(),
                    Some(got) => format!("unknown: {}", quoted(&JsonObject::new(), got)),
                };
                self.step(tag, |walk| walk.complain(format!("{got}, want {}", one_of(known))));
            }
        }
        for (name, value) in fields {
            if property(schema, name).is_none() {
                self.within(name, schema.get("additionalProperties"), value);
            }
        }
    }

    fn properties(&mut self, schema: &JsonObject, fields: &JsonObject) {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, property) in properties {
            match (fields.get(name), property.as_object()) {
                (Some(value), Some(_)) if !value.is_null() => self.within(name, Some(property), value),
                (got, Some(property)) if is_required(schema, name) => {
                    let got = if got.is_some() { "is null" } else { "missing" };
                    self.step(name, |walk| walk.complain(format!("{got}, want {}", wanted(property))));
                }
                _ => {}
            }
        }
    }

    fn limits(&mut self, schema: &JsonObject, value: &Value) {
        let (size, unit) = match value {
            #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
            Value::String(text) => (Some(text.chars().count() as f64), "Length"),
            _ => (value.as_f64(), "imum"),
        };
        let limit = |end| schema.get(&format!("{end}{unit}")).and_then(Value::as_f64);
        let [least, most] = ["min", "max"].map(limit);
        let size = size.unwrap_or_default();
        let bound = match (least, most) {
            (Some(least), _) if size < least => format!("at least {least}"),
            (_, Some(most)) if size > most => format!("at most {most}"),
            _ => return,
        };
        let text = match value {
            Value::String(_) => format!("want {bound} characters, got {size}"),
            _ => format!("want {bound}, got {}", quoted(schema, value)),
        };
        self.found.push(Complaint { path: self.path.clone(), text, of_limit: true });
    }

    fn within(&mut self, name: &str, schema: Option<&Value>, value: &Value) {
        if let Some(schema) = schema.and_then(Value::as_object) {
            self.step(name, |walk| walk.value(schema, value));
        }
    }

    /// Goes to a field or an item and comes back.
    fn step(&mut self, name: &str, then: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        if before > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        then(self);
        self.path.truncate(before);
    }

    fn complain(&mut self, text: String) {
        self.found.push(Complaint { path: self.path.clone(), text, of_limit: false });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::Secret;
    use crate::config::config_schema;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Config {
        #[schemars(extend("examples" = ["eu"]))]
        region: String,
        #[schemars(range(min = 1, max = 500))]
        page: Option<u32>,
        #[schemars(length(max = 3))]
        code: Option<String>,
        detail: Option<Detail>,
        active: Option<bool>,
        accounts: Option<Vec<Account>>,
        headers: Option<BTreeMap<String, u8>>,
        credentials: Option<Credentials>,
    }

    #[derive(JsonSchema)]
    #[schemars(rename_all = "lowercase")]
    #[expect(dead_code, reason = "only its schema matters")]
    enum Detail {
        Full,
        Brief,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Account {
        id: i64,
        share: Option<f64>,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "auth_type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema matters")]
    enum Credentials {
        Token { token: Secret },
        Login { user: String, password: Option<Secret> },
    }

    fn complaints_of(config: &Value) -> Vec<String> {
        complaints(&config_schema::<Config>(), config).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let config = json!({
            "page": "ten", "detail": "half", "active": "yes", "headers": { "x": 1, "y": "z" },
            "accounts": [{ "id": 1, "share": 1 }, { "share": [] }, 7], "credentials": { "auth_type": "login" }
        });
        assert_eq!(
            complaints_of(&config),
            [
                r"`accounts[1].id`: missing, want an integer",
                r"`accounts[1].share`: want a number, got an array",
                r"`accounts[2]`: want an object, got 7",
                r#"`active`: want true or false, got "yes""#,
                r"`credentials.user`: missing, want a string",
                r#"`detail`: want one of `full`, `brief`, got "half""#,
                r#"`headers.y`: want an integer, got "z""#,
                r#"`page`: want an integer, got "ten""#,
                r#"`region`: missing, want a string such as "eu""#,
            ]
        );
    }

    #[test]
    fn a_right_config_is_not_complained_of_whatever_else_it_holds() {
        let config = json!({
            "region": "eu", "page": null, "code": "é€ß", "detail": "full", "more": { "page": "ten" },
            "credentials": { "auth_type": "token", "token": "t", "user": 7 }
        });
        assert_eq!(complaints_of(&config), [""; 0]);
    }

    #[test]
    fn an_unknown_choice_lists_those_there_are() {
        for (credentials, complaint) in [
            (json!({ "auth_type": "oauth" }), "unknown: \"oauth\", want one of `token`, `login`"),
            (json!({}), "missing, want one of `token`, `login`"),
        ] {
            let config = json!({ "region": "eu", "credentials": credentials });
            assert_eq!(complaints_of(&config), [format!("`credentials.auth_type`: {complaint}")]);
        }
    }

    #[test]
    fn a_secret_is_not_quoted_wherever_it_was_put() {
        for credentials in [json!("k-123"), json!({ "auth_type": "token", "token": 98765 })] {
            let said = complaints_of(&json!({ "region": null, "credentials": credentials })).concat();
            assert!(said.contains("got a "), "{said}");
            assert!(said.ends_with("`region`: is null, want a string such as \"eu\""), "{said}");
            assert!(!said.contains("k-123") && !said.contains("98765"), "{said}");
        }
    }

    #[test]
    fn a_value_beyond_its_limits_says_which() {
        for (field, value, complaint) in [
            ("page", json!(0), "want at least 1, got 0"),
            ("page", json!(501), "want at most 500, got 501"),
            ("code", json!("four"), "want at most 3 characters, got 4"),
        ] {
            let config = json!({ "region": "eu", field: value });
            let found = complaints(&config_schema::<Config>(), &config);
            assert_eq!(found[0].to_string(), format!("`{field}`: {complaint}"));
            assert!(found[0].of_limit && found.len() == 1, "{found:?}");
        }
    }
}
