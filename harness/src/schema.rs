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

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::scenario;
    use crate::settings::Settings;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn read(path: impl AsRef<Path>) -> String {
        let path = repository().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn validator(schema: &str) -> jsonschema::Validator {
        jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
    }

    fn faults(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
        let file: Value = toml::from_str(text).unwrap();
        validator.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// The files of that name so many folders below `folder`.
    fn files(folder: &str, depth: usize, name: &str) -> Vec<PathBuf> {
        let mut folders = vec![repository().join(folder)];
        for _ in 0..depth {
            let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
            folders = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        }
        folders.iter().map(|folder| folder.join(name)).filter(|path| path.is_file()).collect()
    }

    #[test]
    fn the_files_of_the_documentation_are_what_is_printed() {
        for (kind, file, schema) in
            [("settings", "harness", of::<Settings>()), ("scenario", "scenario", of::<scenario::File>())]
        {
            let path = format!("docs/schema/{file}.schema.json");
            assert!(read(&path) == schema, "renew it: `cargo harness schema {kind} > {path}`");
        }
    }

    #[test]
    fn every_file_of_this_repository_satisfies_its_schema() {
        let settings = validator(&of::<Settings>());
        let scenario = validator(&of::<scenario::File>());
        let (mut harnesses, scenarios) =
            (files("reference-connectors", 1, "harness.toml"), files("fixtures", 2, "scenario.toml"));
        harnesses.extend(files(".ci/real", 1, "harness.toml"));
        assert!(harnesses.len() >= 5 && scenarios.len() >= 30, "{} {}", harnesses.len(), scenarios.len());
        for (validator, files) in [(&settings, harnesses), (&scenario, scenarios)] {
            for file in files {
                assert_eq!(faults(validator, &read(&file)), Vec::<String>::new(), "{}", file.display());
            }
        }
    }

    #[test]
    fn a_schema_refuses_what_the_program_refuses() {
        let settings = validator(&of::<Settings>());
        for text in [
            "timeouts = 3",
            "[timeout]\nread = 0",
            "[timeout]\nread = 100000",
            "[clock]\nwaits = 1.5",
            "command = []",
            "allowed_hosts = [\"https://a.test\"]",
            "allowed_hosts = [\"a.test:443\"]",
            "ignore = [\"path\"]",
            "ignore = [{ path = \"/a\" }]",
            "[environment]\nA = 1",
            "[budget]\nmax_requests = -1",
            "[budget]\npage_size = { query = \"\", at_least = 1 }",
            "[[waiver]]\ncheck = \"*\"",
            "[[waiver]]\ncheck = \"*\"\nreason = \" \"",
        ] {
            assert!(!faults(&settings, text).is_empty(), "{text}");
            assert!(toml::from_str::<Settings>(text).is_err(), "{text}");
        }
        let scenario = validator(&of::<scenario::File>());
        for text in ["volatile = [\"a\"]", "[expect]\nread = \"maybe\"", "[[empty_stream]]\nname = \"a\""] {
            assert!(!faults(&scenario, text).is_empty(), "{text}");
            assert!(toml::from_str::<scenario::File>(text).is_err(), "{text}");
        }
    }

    /// The names of all keys, each with what it is described by.
    fn keys(schema: &Value, found: &mut Vec<(String, Option<String>)>) {
        match schema {
            Value::Object(object) => {
                let described = |(name, key): (&String, &Value)| {
                    (name.clone(), key["description"].as_str().map(str::to_owned))
                };
                found.extend(
                    object.get("properties").and_then(Value::as_object).into_iter().flatten().map(described),
                );
                object.values().for_each(|value| keys(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_key_is_described_and_shown_in_the_documentation() {
        let settings = read("docs/settings.md");
        // What both files may say is told of the one.
        let scenarios = format!("{settings}{}", read("docs/scenarios.md"));
        for (schema, page) in [(of::<Settings>(), settings), (of::<scenario::File>(), scenarios)] {
            let mut found = Vec::new();
            keys(&serde_json::from_str(&schema).unwrap(), &mut found);
            assert!(found.len() > 10);
            for (key, description) in found {
                assert!(description.is_some_and(|text| text.len() > 10), "{key} is not described");
                assert!(
                    [format!("{key} ="), format!("[{key}]"), format!(".{key}]")]
                        .iter()
                        .any(|it| page.contains(it)),
                    "{key} is not shown"
                );
            }
        }
    }

    #[test]
    fn the_examples_of_the_documentation_are_understood() {
        let page = read("docs/settings.md");
        let examples: Vec<&str> =
            page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert!(!examples.is_empty());
        for example in examples {
            toml::from_str::<Settings>(example).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(faults(&validator(&of::<Settings>()), example), Vec::<String>::new());
        }
    }
}
