//! A scenario: a folder of fixtures that shows the connector one situation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_protocol::StateInput;
use connector_replay::{Cassette, Rule, Tape, Terms};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::budget::Budget;
use crate::error::Error;
use crate::expectation::Expectation;
use crate::waiver::Reason;
use crate::{schema, terms, toml_file};

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
    /// JSON pointers into messages, of values that no two runs share.
    pub(crate) volatile: Vec<String>,
    /// What is passed over in comparing requests, what the connector's settings say included.
    pub(crate) ignore: Vec<Rule>,
    /// What it says in place of the connector's.
    pub(crate) budget: Budget,
}

/// A stream that may bring no record.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmptyStream {
    /// The stream's name; with a namespace: `namespace.name`.
    pub(crate) name: String,
    /// Why it may: read by people, and demanded so that nothing is let go in passing.
    #[expect(dead_code, reason = "it is for people")]
    reason: Reason,
}

/// What `scenario.toml` says of a scenario; every key may be left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "scenario.toml")]
pub(crate) struct File {
    /// One sentence: what this scenario shows.
    about: Option<String>,
    /// What time it is for the connector, as an RFC 3339 timestamp such as `2024-01-09T12:00:00Z`. Without it, it is the
    /// time that it is.
    #[serde(default, deserialize_with = "now")]
    #[schemars(extend("format" = "date-time"))]
    now: Option<String>,
    /// What is expected of the connector.
    #[serde(default)]
    expect: Expectation,
    /// Streams that may bring no record.
    #[serde(default)]
    empty_stream: Vec<EmptyStream>,
    /// JSON pointers into messages, of values that no two runs share, such as `/record/data/updated_at`: their place in
    /// snapshots is taken by `[volatile]`.
    #[serde(default)]
    volatile: Vec<Pointer>,
    /// What this scenario's requests may cost.
    #[serde(default)]
    budget: Budget,
    /// What is passed over when a request is compared with a recorded one, beyond what `harness.toml` says.
    #[serde(default)]
    #[schemars(schema_with = "schema::rules")]
    ignore: Vec<Rule>,
}

/// A JSON pointer that points into something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "^/"))]
struct Pointer(String);

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with('/') {
            Ok(Pointer(text))
        } else {
            Err(format!("want a JSON pointer such as \"/record/data/at\", got {text:?}"))
        }
    }
}

/// A point in time, kept as it is written.
fn now<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let now = String::deserialize(deserializer)?;
    match now.parse::<Timestamp>() {
        Ok(_) => Ok(Some(now)),
        Err(_) => {
            Err(de::Error::custom(format!("want a timestamp such as \"2024-01-09T12:00:00Z\", got {now:?}")))
        }
    }
}

/// What the `scenario.toml` in a folder says to pass over in comparing requests; nothing where there is none.
pub(crate) fn ignored(folder: &Path) -> Result<Vec<Rule>, Error> {
    match read(&folder.join("scenario.toml"))? {
        Some((path, text)) => Ok(toml_file::parse::<File>(&text, &path)?.ignore),
        None => Ok(Vec::new()),
    }
}

impl Scenario {
    /// Reads all scenarios of a connector, in the order of their names.
    ///
    /// `began` is the time for those that say none; `ignore` is what their recordings pass over in comparing.
    pub(crate) fn load_all(
        fixtures: &Path,
        began: Timestamp,
        ignore: &[Rule],
    ) -> Result<Vec<Scenario>, Error> {
        folders(fixtures)?.iter().map(|folder| Scenario::load(folder, began, ignore)).collect()
    }

    /// The names of all scenarios of a connector, in order, nothing read of them.
    pub(crate) fn names(fixtures: &Path) -> Result<Vec<String>, Error> {
        Ok(folders(fixtures)?.iter().map(|folder| name_of(folder)).collect())
    }

    fn load(folder: &Path, began: Timestamp, ignore: &[Rule]) -> Result<Scenario, Error> {
        let name = name_of(folder);
        let file = match read(&folder.join("scenario.toml"))? {
            Some((path, text)) => toml_file::parse(&text, &path)?,
            None => File::default(),
        };
        let config = folder.join("config.json");
        let Some(config) = read_json(&config)? else {
            let why = "a scenario needs one: the config that the connector is started with".to_owned();
            return Err(Error::Missing { path: config, why });
        };
        let ignore: Vec<Rule> = ignore.iter().cloned().chain(file.ignore).collect();
        let clock = file.now.as_deref().and_then(|now| now.parse().ok()).unwrap_or(began);
        let terms = Terms { wall: Some(began), ..terms::of(&config, clock, &ignore) };
        let path = folder.join("cassette.json");
        // Without one every request is one that nobody recorded. A link to nowhere is not "without".
        let there = path.symlink_metadata().is_ok();
        let tape = if there { Tape::load(&path) } else { Ok(Tape::new(Vec::new())) };
        let cassette = tape.and_then(|tape| Cassette::new(tape, &path, &terms));
        let cassette = cassette.map_err(|source| Error::Cassette { source })?;
        Ok(Scenario {
            name,
            about: file.about,
            now: file.now,
            expect: file.expect,
            empty_streams: file.empty_stream,
            config,
            catalog: read_catalog(&folder.join("configured_catalog.json"))?,
            state: read_state(&folder.join("state.json"))?,
            cassette: Arc::new(cassette),
            volatile: file.volatile.into_iter().map(|Pointer(text)| text).collect(),
            ignore,
            budget: file.budget,
        })
    }
}

/// The folders of the scenarios, in the order of their names.
fn folders(fixtures: &Path) -> Result<Vec<PathBuf>, Error> {
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
        let entry = entry.map_err(|source| Error::Read { path: fixtures.to_owned(), source })?;
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if path.is_dir() && !hidden && entry.file_name() != "__pycache__" {
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
    Ok(folders)
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads a configured catalog and holds it to the protocol's schema: a mistake in it must not condemn the connector.
fn read_catalog(path: &Path) -> Result<Option<Value>, Error> {
    let Some(catalog) = read_json(path)? else { return Ok(None) };
    match crate::ledger::first_fault_of_catalog(&catalog.to_string()) {
        Some(why) => Err(Error::Settings { path: path.to_owned(), why }),
        None => Ok(Some(catalog)),
    }
}

/// Reads a state and holds it to the forms that platforms write.
fn read_state(path: &Path) -> Result<Option<Value>, Error> {
    let Some(state) = read_json(path)? else { return Ok(None) };
    match StateInput::deserialize(&state) {
        Ok(_) => Ok(Some(state)),
        Err(source) => Err(Error::Json { path: path.to_owned(), source }),
    }
}

fn read(path: &Path) -> Result<Option<(PathBuf, String)>, Error> {
    if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    // A pipe would be waited for.
    let text = match std::fs::metadata(path) {
        Ok(kind) if !kind.is_file() => Err(std::io::Error::other("it is no regular file")),
        _ => std::fs::read_to_string(path),
    };
    match text {
        Ok(text) => Ok(Some((path.to_owned(), text))),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn read_json(path: &Path) -> Result<Option<Value>, Error> {
    let Some((path, text)) = read(path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|source| Error::Json { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        toml_file::parse::<File>(text, Path::new("x/scenario.toml")).unwrap_err().to_string()
    }

    #[test]
    fn what_makes_no_sense_is_told_by_line_and_key() {
        for (text, at, wanted) in [
            ("about = \"a\"\nnow = \"noon\"", ":2: now: ", "want a timestamp"),
            ("volatile = [\n  \"/a\",\n  \"b\",\n]", ":3: volatile[1]: ", "want a JSON pointer"),
            ("[[empty_stream]]\nname = \"a\"\nreason = \" \"", ":3: empty_stream[0].reason: ", "say why"),
            ("[[empty_stream]]\nname = \"a\"", ":1: empty_stream[0]: ", "missing field `reason`"),
            ("[expect]\nread = \"succeed\"", ":2: expect.read: ", "did you mean `succeeds`?"),
            ("[expect]\n\nreads = \"fails\"", ":3: expect", "did you mean `read`?"),
            ("ignore = [\n  \"query a\",\n  \"path\",\n]", ":3: ignore[1]: ", "wanted `query NAME`"),
        ] {
            let error = fault(text);
            assert!(error.contains(&format!("x/scenario.toml{at}")) && error.contains(wanted), "{error}");
        }
    }
}
