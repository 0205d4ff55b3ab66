use connector_protocol::JsonObject;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::choice::{constant, discriminator};
use super::order::number;

/// The schema of a config, in the dialect that platforms read: draft 7, all in one piece, open to unknown fields,
/// without null, and each field with its place in the form.
pub(crate) fn config_schema<C: JsonSchema>() -> JsonObject {
    let mut schema = generate::<C>(SchemaSettings::draft07());
    number(&mut schema, &generate::<C>(SchemaSettings::draft07().for_serialize()));
    schema
}

fn generate<C: JsonSchema>(settings: SchemaSettings) -> JsonObject {
    let settings = settings
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(translate));
    let mut schema = settings.into_generator().into_root_schema_for::<C>();
    std::mem::take(schema.ensure_object())
}

fn translate(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    without_null(schema);
    unite_words(schema);
    name_branches(schema);
    // `uint32` and its kind are Rust's; the limits that they mean stand beside them.
    if ["integer", "number"].iter().any(|kind| schema.get("type").is_some_and(|own| own == kind)) {
        schema.remove("format");
    }
    // A config may hold more than this release of the connector knows.
    if schema.contains_key("properties") {
        schema.entry("additionalProperties").or_insert(Value::Bool(true));
    }
}

/// An optional field is one that is not required: forms cannot show `null`.
fn without_null(schema: &mut JsonObject) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            schema.insert("type".to_owned(), kind);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        branches.retain(|branch| *branch != json!({ "type": "null" }));
        if let [Value::Object(only)] = branches.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            // What is said of the field goes before what is said of its type.
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

/// An enum without content is a choice of words, which forms know as `enum`; what was said of each word goes into the
/// description.
fn unite_words(schema: &mut JsonObject) {
    let Some(Value::Array(branches)) = schema.get("oneOf") else { return };
    let (mut words, mut notes) = (Vec::new(), Vec::new());
    for branch in branches {
        match (branch.get("const"), branch.get("enum").and_then(Value::as_array)) {
            (Some(Value::String(word)), _) => {
                words.push(word.as_str().into());
                let note = branch.get("description").or(branch.get("title")).and_then(Value::as_str);
                notes.extend(note.map(|note| format!("`{word}`: {note}")));
            }
            (None, Some(more)) => words.extend(more.iter().cloned()),
            _ => return,
        }
    }
    let said = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let description: Vec<String> = said.into_iter().chain(notes).collect();
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), Value::Array(words));
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.join("\n").into());
    }
}

/// A choice between objects is shown as one of titles, so each branch must have one.
fn name_branches(schema: &mut JsonObject) {
    let Some(Value::Array(branches)) = schema.get_mut("oneOf") else { return };
    let Some(tag) = discriminator(branches).map(str::to_owned) else { return };
    for branch in branches {
        let title = constant(branch, &tag).map(title);
        if let (Some(branch), Some(title)) = (branch.as_object_mut(), title) {
            branch.entry("title").or_insert(title.into());
        }
    }
    schema.insert("type".to_owned(), "object".into());
}

/// `client_credentials` as people write it.
fn title(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str()).replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::{Date, Secret};

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
        credentials: Credentials,
        /// # Key file
        #[schemars(extend("multiline" = true, "examples" = ["-----BEGIN"]))]
        key: Option<Secret>,
        end_date: Option<Date>,
        /// # Second login
        fallback: Option<Credentials>,
        detail: Option<Detail>,
        #[schemars(extend("airbyte_hidden" = true))]
        headers: Option<BTreeMap<String, u8>>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(tag = "auth_type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema matters")]
    enum Credentials {
        /// # Sign in
        /// By your browser.
        #[serde(rename = "oauth2.0")]
        OAuth {
            /// # Client
            client_id: String,
            account: Option<i64>,
            access_token: Secret,
        },
        ApiKey(Key),
        Nothing,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Key {
        /// # Token
        token: Secret,
    }

    /// How much.
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Detail {
        /// All there is.
        Full,
        Brief,
    }

    fn credentials() -> Value {
        json!([
            {
                "title": "Sign in", "description": "By your browser.", "type": "object",
                "required": ["auth_type", "client_id", "access_token"],
                "properties": {
                    "auth_type": { "type": "string", "const": "oauth2.0", "order": 0 },
                    "client_id": { "title": "Client", "type": "string", "order": 1 },
                    "account": { "type": "integer", "order": 2 },
                    "access_token": { "type": "string", "airbyte_secret": true, "order": 3 }
                },
                "additionalProperties": true
            },
            {
                "title": "Api key", "type": "object", "required": ["auth_type", "token"],
                "properties": {
                    "auth_type": { "type": "string", "const": "api_key", "order": 0 },
                    "token": { "title": "Token", "type": "string", "airbyte_secret": true, "order": 1 }
                },
                "additionalProperties": true
            },
            {
                "title": "Nothing", "type": "object", "required": ["auth_type"],
                "properties": { "auth_type": { "type": "string", "const": "nothing", "order": 0 } },
                "additionalProperties": true
            }
        ])
    }

    #[test]
    fn a_config_type_becomes_a_schema_that_platforms_can_show() {
        let day = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
        let schema = Value::from(config_schema::<Config>());
        let want = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Example",
            "description": "What the connector must be told.",
            "type": "object",
            "required": ["start_date", "credentials"],
            "properties": {
                "start_date": {
                    "title": "Start date", "description": "The first day.",
                    "type": "string", "format": "date", "pattern": day, "order": 0
                },
                "page": {
                    "description": "How many at a time.",
                    "type": "integer", "minimum": 1, "default": 10, "order": 1
                },
                "credentials": { "type": "object", "oneOf": credentials(), "order": 2 },
                "key": {
                    "title": "Key file", "type": "string", "airbyte_secret": true, "multiline": true,
                    "examples": ["-----BEGIN"], "order": 3
                },
                "end_date": { "type": "string", "format": "date", "pattern": day, "order": 4 },
                "fallback": { "title": "Second login", "type": "object", "oneOf": credentials(), "order": 5 },
                "detail": {
                    "type": "string", "enum": ["brief", "full"],
                    "description": "How much.\n`full`: All there is.", "order": 6
                },
                "headers": {
                    "type": "object", "airbyte_hidden": true, "order": 7,
                    "additionalProperties": { "type": "integer", "minimum": 0, "maximum": 255 }
                }
            },
            "additionalProperties": true
        });
        assert_eq!(schema, want, "{schema:#}");
    }

    #[test]
    fn an_order_of_the_authors_own_stands() {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema matters")]
        struct Own {
            #[schemars(extend("order" = 7))]
            a: bool,
        }
        assert_eq!(config_schema::<Own>()["properties"]["a"]["order"], 7);
    }
}
