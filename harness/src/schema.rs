//! JSON Schemas of the files that people write, by which editors complete and check them.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

/// The schema of a file that is read as `T`, as JSON for people.
pub(crate) fn of<T: JsonSchema>() -> String {
    // The draft that every editor knows.
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(without_null).transform(&mut schema);
    RecursiveTransform(on_one_line).transform(&mut schema);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Editors show descriptions as they are: where our lines end is not theirs.
fn on_one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// TOML has no null: a key that may be left out is left out.
fn without_null(schema: &mut Schema) {
    let null = Value::from("null");
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| *name != null);
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return };
    branches.retain(|branch| branch["type"] != null);
    if let [only] = branches.as_slice() {
        // Beside a reference nothing else counts in this draft.
        let only = Value::Array(vec![only.clone()]);
        schema.remove("anyOf");
        schema.insert("allOf".to_owned(), only);
    }
}

/// The schema of a list of [`connector_replay::Rule`]s.
pub(crate) fn rules(_: &mut SchemaGenerator) -> Schema {
    let part = json_schema!({
        "description": "`query NAME`, `body NAME` (of a form), `body /POINTER` (of JSON), `body`, or `header NAME`.",
        "type": "string",
        "pattern": "^(body|(query|body|header) .+)$",
    });
    json_schema!({
        "type": "array",
        "default": [],
        "items": {
            "anyOf": [
                part,
                {
                    "type": "object",
                    "properties": {
                        "path": {
                            "description": "The paths that it holds for, `*` standing for any text.",
                            "type": "string",
                        },
                        "part": part,
                    },
                    "required": ["part"],
                    "additionalProperties": false,
                },
            ],
        },
    })
}
