//! A scenario: a folder of fixtures that shows the connector one situation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_replay::Cassette;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::expectation::Expectation;

/// One situation, read from its folder.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// The folder's name.
    pub(crate) name: String,
    pub(crate) about: Option<String>,
    /// What time it is for the connector: an RFC 3339 timestamp.
    pub(crate) now: Option<String>,
    pub(crate) expect: Expectation,
    pub(crate) empty_streams: Vec<EmptyStream>,
    pub(crate) config: Value,
    /// What to read; where absent, everything that `discover` finds.
    pub(crate) catalog: Option<Value>,
    pub(crate) state: Option<Value>,
    pub(crate) cassette: Arc<Cassette>,
}

/// A stream that may bring no record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmptyStream {
    pub(crate) name: String,
    /// Read by people; demanded so that a waiver is never given in passing.
    #[serde(rename = "reason")]
    _reason: String,
}

/// The cassette of a scenario that has none.
const EMPTY: &str = r#"{"cassette": 1, "interactions": []}"#;

/// `scenario.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: Option<String>,
    now: Option<String>,
    #[serde(default)]
    expect: Expectation,
    #[serde(default)]
    empty_stream: Vec<EmptyStream>,
}

impl Scenario {
    /// Reads all scenarios of a connector, in the order of their names.
    pub(crate) fn load_all(fixtures: &Path) -> Result<Vec<Scenario>, Error> {
        let none = |why: String| Error::NoScenario { why };
        let entries = std::fs::read_dir(fixtures).map_err(|error| {
            none(format!(
                "cannot read {}: {error}; want {}/<scenario>/config.json",
                fixtures.display(),
                fixtures.display()
            ))
        })?;
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| Error::Read { path: fixtures.to_owned(), source })?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        folders.sort();
        if folders.is_empty() {
            return Err(none(format!(
                "no folder in {}; want one per scenario, with a config.json",
                fixtures.display()
            )));
        }
        folders.iter().map(|folder| Scenario::load(folder)).collect()
    }

    fn load(folder: &Path) -> Result<Scenario, Error> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = match read(&folder.join("scenario.toml"))? {
            Some((path, text)) => toml::from_str(&text).map_err(|source| Error::Toml { path, source })?,
            None => File::default(),
        };
        let config = folder.join("config.json");
        let Some(config) = read_json(&config)? else {
            let why = "a scenario needs one: the config that the connector is started with".to_owned();
            return Err(Error::Settings { path: config, why });
        };
        let cassette = folder.join("cassette.json");
        // Without one every request is one that nobody recorded.
        let cassette =
            if cassette.exists() { Cassette::load(&cassette) } else { Cassette::parse(EMPTY, &cassette) };
        let cassette = cassette.map_err(|source| Error::Cassette { source })?;
        Ok(Scenario {
            name,
            about: file.about,
            now: file.now,
            expect: file.expect,
            empty_streams: file.empty_stream,
            config,
            catalog: read_json(&folder.join("configured_catalog.json"))?,
            state: read_json(&folder.join("state.json"))?,
            cassette: Arc::new(cassette),
        })
    }
}

fn read(path: &Path) -> Result<Option<(PathBuf, String)>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.to_owned(), text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn read_json(path: &Path) -> Result<Option<Value>, Error> {
    let Some((path, text)) = read(path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|source| Error::Json { path, source })
}
