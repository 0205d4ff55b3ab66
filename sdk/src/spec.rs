use connector_protocol::{ConnectorSpecification, JsonObject};
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// What there is to say of a connector beside its config.
///
/// The config's own schema is derived from [`Source::Config`](crate::Source::Config): a doc comment is a field's
/// description, and its first line, if a heading, the title; a field with `#[serde(default)]` is optional and shows
/// its default; a [`Secret`](crate::Secret) is marked as one.
#[derive(Clone, Debug)]
pub struct Spec {
    documentation_url: String,
}

impl Spec {
    /// A connector whose documentation stands at this URL.
    pub fn new(documentation_url: impl Into<String>) -> Self {
        Spec { documentation_url: documentation_url.into() }
    }

    /// The SPEC message's content.
    pub(crate) fn describe<C: JsonSchema>(self) -> ConnectorSpecification {
        ConnectorSpecification {
            documentation_url: Some(self.documentation_url),
            connection_specification: config_schema::<C>(),
            ..ConnectorSpecification::default()
        }
    }
}

/// The schema of a config, in the dialect that platforms read: draft 7, all in one piece, open to unknown fields.
pub(crate) fn config_schema<C: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(opened));
    let mut schema = settings.into_generator().into_root_schema_for::<C>();
    std::mem::take(schema.ensure_object())
}

/// A config may hold more than this release of the connector knows.
fn opened(schema: &mut Schema) {
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".into(), Value::Bool(true));
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::{Date, Secret};

    #[derive(Deserialize, JsonSchema)]
    struct Login {
        #[expect(dead_code, reason = "only its schema matters")]
        password: Secret,
    }

    fn ten() -> u32 {
        10
    }

    /// # Example
    /// What the connector must be told.
    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Config {
        /// # Start date
        /// The first day.
        start_date: Date,
        /// How many at a time.
        #[serde(default = "ten")]
        #[schemars(range(min = 1))]
        page: u32,
        login: Login,
    }

    #[test]
    fn a_config_type_becomes_a_draft_7_schema_in_one_piece() {
        let schema = Value::from(config_schema::<Config>());
        let want = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Example",
            "description": "What the connector must be told.",
            "type": "object",
            "required": ["start_date", "login"],
            "properties": {
                "start_date": {
                    "title": "Start date",
                    "description": "The first day.",
                    "type": "string",
                    "format": "date",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
                },
                "page": {
                    "description": "How many at a time.",
                    "type": "integer", "format": "uint32", "minimum": 1, "default": 10
                },
                "login": {
                    "type": "object",
                    "required": ["password"],
                    "properties": { "password": { "type": "string", "airbyte_secret": true } },
                    "additionalProperties": true
                }
            },
            "additionalProperties": true
        });
        assert_eq!(schema, want, "{schema:#}");
    }
}
