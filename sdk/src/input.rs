use std::fmt;
use std::path::{Path, PathBuf};

use connector_protocol::{JsonObject, StateInput};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::{Complaint, complaints, without_nulls};
use crate::{Error, Result};

/// Why a type cannot be read from JSON, and where.
type Unreadable = serde_path_to_error::Error<serde_json::Error>;

/// Where a command finds its config, its catalog or its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    File(PathBuf),
    /// Within the process: by a test.
    Given(Value),
}

impl<T: Into<PathBuf>> From<T> for Input {
    fn from(path: T) -> Self {
        Input::File(path.into())
    }
}

impl fmt::Display for Input {
    /// Who reads that a file is wrong knows where it is, and the folder may be one that the platform made up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::File(path) => path.file_name().unwrap_or(path.as_os_str()).display().fmt(f),
            Input::Given(_) => f.write_str("given"),
        }
    }
}

/// The JSON that is `what` of the command: the config, the catalog, the state.
fn load(what: &str, input: &Input) -> Result<Value> {
    match input {
        Input::File(path) => parse(what, input, &text(what, path)?),
        Input::Given(value) => Ok(value.clone()),
    }
}

/// The same, where only an object will do. Serde would fill a struct from an array as well, field by field.
pub(crate) fn load_object(what: &str, input: &Input) -> Result<Value> {
    let value = load(what, input)?;
    let kind = match &value {
        Value::Object(_) => return Ok(value),
        Value::Array(_) => "an array",
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
        Value::Null => "null",
    };
    Err(Error::config(format!("invalid {what} ({input}): want a JSON object, got {kind}")))
}

/// What the platform kept from an earlier sync. An empty file is the state of a first sync.
pub(crate) fn load_state(input: &Input) -> Result<StateInput> {
    let value = match input {
        Input::File(path) if text("state", path)?.trim().is_empty() => Value::Null,
        _ => load("state", input)?,
    };
    understand("state", input, value)
}

/// The value as the type that it should be; else an error that names the file and the field.
pub(crate) fn understand<T: DeserializeOwned>(what: &str, input: &Input, value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| Error::config(format!("invalid {what} ({input}): {}", told(&error))))
}

fn told(error: &Unreadable) -> String {
    match error.path().to_string().as_str() {
        "." => error.inner().to_string(),
        field => format!("`{field}`: {}", error.inner()),
    }
}

/// The config as its type; else an error that says all that is wrong with it.
///
/// The type has the last word on what it can read, since the schema knows nothing of its aliases and of what it reads
/// of its own accord; the schema has it on limits, of which the type knows nothing.
pub(crate) fn understand_config<T: DeserializeOwned>(
    input: &Input,
    schema: &JsonObject,
    value: &Value,
) -> Result<T> {
    let complaints = complaints(schema, value);
    let filled = without_nulls(schema, value);
    let read = |value| serde_path_to_error::deserialize::<_, T>(value);
    let (of_limit, refused) = match read(value).or_else(|_| read(&filled)) {
        Ok(config) if !complaints.iter().any(|complaint| complaint.of_limit) => return Ok(config),
        Ok(_) => (true, None),
        Err(error) => (false, Some(error)),
    };
    let heard = complaints.iter().filter(|complaint| complaint.of_limit || !of_limit);
    let mut said: Vec<String> = heard.map(Complaint::to_string).collect();
    // What the type alone can tell, such as that a day does not exist. What it says of an object is that a field is
    // missing or a choice unknown, which has been said.
    let is_news = |error: &Unreadable| {
        let field = error.path().to_string();
        let pointer = format!("/{}", field.replace(['.', '['], "/").replace(']', ""));
        value.pointer(&pointer).is_some_and(|value| !value.is_object())
            && complaints.iter().all(|complaint| complaint.path != field)
    };
    said.extend(refused.filter(|error| complaints.is_empty() || is_news(error)).map(|error| told(&error)));
    Err(Error::config(format!("invalid config ({input}): {}", said.join("; "))))
}

fn text(what: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::config(format!("failed to read the {what} ({}): {error}", path.display())))
}

fn parse(what: &str, input: &Input, text: &str) -> Result<Value> {
    serde_json::from_str(text)
        .map_err(|error| Error::config(format!("invalid {what} ({input}): not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use connector_protocol::ConfiguredCatalog;
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Config {
        #[expect(dead_code, reason = "only its type matters")]
        page: u32,
    }

    fn refusal<T: DeserializeOwned + fmt::Debug>(what: &str, value: Value) -> String {
        understand::<T>(what, &"some/file.json".into(), value).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_field_is_named_with_its_file() {
        assert_eq!(
            refusal::<Config>("config", json!({})),
            "invalid config (file.json): missing field `page`"
        );
    }

    #[test]
    fn a_wrong_type_says_where_what_came_and_what_was_wanted() {
        assert_eq!(
            refusal::<Config>("config", json!({ "page": "three" })),
            "invalid config (file.json): `page`: invalid type: string \"three\", expected u32"
        );
        let catalog = json!({ "streams": [{ "sync_mode": "sideways" }] });
        let error = refusal::<ConfiguredCatalog>("catalog", catalog);
        assert!(error.contains("`streams[0].sync_mode`: unknown variant `sideways`"), "{error}");
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Limited {
        start: crate::Date,
        #[serde(alias = "size", default)]
        #[schemars(range(max = 500))]
        page: u32,
        #[serde(alias = "area")]
        region: String,
        other: Option<bool>,
    }

    fn limited(value: &Value) -> Result<Limited> {
        understand_config(&"config.json".into(), &crate::config::config_schema::<Limited>(), value)
    }

    #[test]
    fn all_that_is_wrong_with_a_config_is_one_error() {
        for (value, complaint) in [
            (
                json!({ "start": "2023-02-29", "page": "ten" }),
                "`page`: want an integer, got \"ten\"; `region`: missing, want a string",
            ),
            (
                json!({ "start": "2023-02-29", "page": 501 }),
                "`page`: want at most 500, got 501; `region`: missing, want a string; `start`: want a date such as \
                 2024-01-02, got `2023-02-29`",
            ),
            (
                json!({ "start": "2023-02-29", "region": "eu" }),
                "`start`: want a date such as 2024-01-02, got `2023-02-29`",
            ),
            (
                json!({ "start": "2024-02-29", "area": "eu", "page": 501 }),
                "`page`: want at most 500, got 501",
            ),
        ] {
            assert_eq!(
                limited(&value).unwrap_err().to_string(),
                format!("invalid config (config.json): {complaint}")
            );
        }
    }

    #[test]
    fn a_config_that_the_type_can_read_is_right_whatever_its_fields_are_called() {
        let config =
            limited(&json!({ "start": "2024-02-29", "area": "eu", "size": 7, "other": null })).unwrap();
        assert_eq!((config.page, config.region.as_str(), config.other), (7, "eu", None));
        assert_eq!(config.start.to_string(), "2024-02-29");
    }

    #[test]
    fn what_the_type_alone_refuses_is_said_in_its_words() {
        let value = json!({ "start": "2023-02-29", "page": null, "region": "eu" });
        assert_eq!(
            limited(&value).unwrap_err().to_string(),
            "invalid config (config.json): `start`: want a date such as 2024-01-02, got `2023-02-29`"
        );
    }

    #[test]
    fn a_field_that_was_emptied_has_its_default() {
        assert_eq!(limited(&json!({ "start": "2024-02-29", "region": "eu", "page": null })).unwrap().page, 0);
    }

    #[test]
    fn a_file_that_holds_no_object_is_refused_without_its_content() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, kind) in [(r#"["k-123"]"#, "an array"), (r#""k-123""#, "a string"), ("null", "null")] {
            std::fs::write(file.path(), text).unwrap();
            let error = load_object("config", &file.path().into()).unwrap_err().to_string();
            assert!(error.starts_with("invalid config (") && !error.contains("k-123"), "{error}");
            assert!(error.ends_with(&format!("): want a JSON object, got {kind}")), "{error}");
        }
    }

    #[test]
    fn an_empty_file_is_the_state_of_a_first_sync() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(load_state(&file.path().into()).unwrap().is_empty());
        std::fs::write(file.path(), "\n").unwrap();
        assert!(load_state(&file.path().into()).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = load("catalog", &"no/such.json".into()).unwrap_err().to_string();
        assert!(error.starts_with("failed to read the catalog (no/such.json): No such file"), "{error}");
    }
}
