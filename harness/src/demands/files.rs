//! The files that demands stand in.

use std::collections::BTreeMap;
use std::path::Path;

use connector_protocol::StateInput;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::ledger::StreamName;

/// The text of a file; `None` where there is none.
///
/// # Errors
/// Where it cannot be read.
fn text_of(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::metadata(path) {
        // A pipe would be waited for.
        Ok(kind) if !kind.is_file() => Ok(None),
        Ok(_) => {
            let text = std::fs::read_to_string(path);
            text.map(Some).map_err(|source| Error::Read { path: path.to_owned(), source })
        }
        Err(_) => Ok(None),
    }
}

/// The spec that a file holds: JSON or YAML, or a low-code manifest, of which the `spec` is taken.
pub(crate) fn spec(path: &Path) -> Result<Option<Value>, Error> {
    let Some(text) = text_of(path)? else { return Ok(None) };
    let mut spec: Value = serde_saphyr::from_str(&text).map_err(|error| Error::Settings {
        path: path.to_owned(),
        why: error.without_snippet().to_string(),
    })?;
    if path.file_stem().is_none_or(|stem| stem != "manifest") {
        return Ok(Some(spec));
    }
    let mut taken = Map::new();
    for (from, to) in [
        ("connection_specification", "connectionSpecification"),
        ("documentation_url", "documentationUrl"),
        ("advanced_auth", "advanced_auth"),
    ] {
        if let Some(value) = spec["spec"].get_mut(from) {
            taken.insert(to.to_owned(), value.take());
        }
    }
    Ok(Some(Value::Object(taken)))
}

/// Records by stream, in the order of a JSONL file: the payloads of RECORD messages.
pub(crate) fn records(path: &Path) -> Result<Option<BTreeMap<String, Vec<Value>>>, Error> {
    let Some(text) = text_of(path)? else { return Ok(None) };
    let mut streams: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (line, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let invalid =
            |why: String| Error::Settings { path: path.to_owned(), why: format!("line {}: {why}", line + 1) };
        let mut record: Value = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let name = record["stream"].as_str().filter(|_| record["data"].is_object());
        let Some(name) = name else {
            return Err(invalid("want a record with its `stream` and its `data`, an object".to_owned()));
        };
        let namespace = record["namespace"].as_str().map(str::to_owned);
        let name = StreamName { namespace, name: name.to_owned() }.to_string();
        streams.entry(name).or_default().push(record["data"].take());
    }
    Ok(Some(streams))
}

/// A state, in one of the forms that platforms write.
pub(crate) fn state(path: &Path) -> Result<Option<Value>, Error> {
    let Some(text) = text_of(path)? else { return Ok(None) };
    let json = |source| Error::Json { path: path.to_owned(), source };
    let state: Value = serde_json::from_str(&text).map_err(json)?;
    StateInput::deserialize(&state).map_err(json)?;
    Ok(Some(state))
}
