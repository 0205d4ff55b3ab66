use connector_protocol::JsonObject;
use serde_json::Value;

use super::choice::branch;
use super::member::{is_required, property};

/// The config without what is null and optional, as forms leave a field that was emptied.
pub(crate) fn without_nulls(schema: &JsonObject, config: &Value) -> Value {
    let Value::Object(fields) = config else { return config.clone() };
    let parts = [Some(schema), branch(schema, config).ok().flatten()];
    let kept = fields.iter().filter_map(|(name, value)| {
        let found = parts.iter().flatten().find_map(|schema| Some((schema, property(schema, name)?)));
        match found {
            Some((schema, _)) if value.is_null() && !is_required(schema, name) => None,
            Some((_, property)) => Some((name.clone(), without_nulls(property, value))),
            None => Some((name.clone(), value.clone())),
        }
    });
    Value::Object(kept.collect())
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;
    use crate::config::config_schema;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Config {
        region: String,
        page: Option<u32>,
        credentials: Credentials,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "auth_type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema matters")]
    enum Credentials {
        Login { user: String, password: Option<String> },
    }

    #[test]
    fn what_was_emptied_is_left_out_and_nothing_else() {
        let config = json!({
            "region": null, "page": null, "other": null,
            "credentials": { "auth_type": "login", "user": null, "password": null }
        });
        let want =
            json!({ "region": null, "other": null, "credentials": { "auth_type": "login", "user": null } });
        assert_eq!(without_nulls(&config_schema::<Config>(), &config), want);
    }
}
