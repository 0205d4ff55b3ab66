//! A scenario: a folder of fixtures that shows the connector one situation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use connector_protocol::{Command, StateInput};
use connector_replay::{Cassette, Rule, Tape, Terms};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use crate::acceptance::Sketch;
use crate::budget::Budget;
use crate::demands::{Demands, Exemption, ExpectedRecords, Unjudged, files};
use crate::error::Error;
use crate::excerpt;
use crate::expectation::{Expectation, Outcome};
use crate::metadata::Metadata;
use crate::waiver::Reason;
use crate::{schema, settings, terms, toml_file};

/// One situation, read from its folder.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// The folder's name.
    pub(crate) name: String,
    pub(crate) about: Option<String>,
    /// The file to look at first: what is said of it, or its recording where nothing is.
    pub(crate) file: Option<PathBuf>,
    /// What time it is for the connector: an RFC 3339 timestamp.
    pub(crate) now: Option<String>,
    pub(crate) expect: Expectation,
    /// What is run of it; a read only after a discover.
    pub(crate) commands: Vec<Command>,
    /// The streams that it lets be empty.
    pub(crate) empty_streams: Vec<Exemption>,
    /// Further ones, that `acceptance-test-config.yml` lets be empty: there may be records of them all the same.
    pub(crate) may_be_empty: Vec<Exemption>,
    pub(crate) demands: Demands,
    /// Environment variables, beyond and before those of the connector's settings.
    pub(crate) environment: BTreeMap<String, String>,
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
struct EmptyStream {
    /// The stream's name; with a namespace: `namespace.name`.
    name: String,
    /// Why it may: read by people, and demanded so that nothing is let go in passing.
    reason: Reason,
}

impl From<EmptyStream> for Exemption {
    fn from(EmptyStream { name, reason: Reason(reason) }: EmptyStream) -> Self {
        Exemption { name, reason }
    }
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
    /// What is demanded beyond what every connector owes.
    // Held to the type once it is known what they are put over.
    #[serde(default)]
    #[schemars(with = "Demands")]
    demands: Map<String, Value>,
    /// Environment variables for this scenario, before those of `harness.toml`.
    #[serde(default, deserialize_with = "settings::environment")]
    environment: BTreeMap<String, String>,
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

/// The demands alone: what they are put over is known later, and where they are wrong now.
#[derive(Deserialize)]
struct Demanding {
    #[serde(default)]
    demands: Demands,
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

/// What the `scenario.toml` in a folder says of how processes are run and come out and requests are compared; nothing where
/// there is none.
pub(crate) struct Said {
    pub(crate) ignore: Vec<Rule>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) expect: Expectation,
}

/// Reads that of a folder.
pub(crate) fn said(folder: &Path) -> Result<Said, Error> {
    let file = match read(&folder.join("scenario.toml"))? {
        Some((path, text)) => File::parse(&text, &path)?,
        None => File::default(),
    };
    Ok(Said { ignore: file.ignore, environment: file.environment, expect: file.expect })
}

/// What a scenario is read from beyond its folder.
pub(crate) struct Circumstances<'a> {
    /// The time for a scenario that says none.
    pub(crate) began: Timestamp,
    /// What recordings pass over in comparing, by the connector's settings.
    pub(crate) ignore: &'a [Rule],
    pub(crate) metadata: &'a Metadata,
}

impl Scenario {
    /// Reads the scenario of that name from `folder`, which may be another one's: then its recording is played for this
    /// one too. What the folder does not say, `sketch` does.
    pub(crate) fn load(
        name: &str,
        folder: &Path,
        sketch: Option<&Sketch>,
        circumstances: &Circumstances<'_>,
    ) -> Result<Scenario, Error> {
        let began = circumstances.began;
        let own = folder.file_name().is_some_and(|folder| folder == name);
        let path = folder.join("scenario.toml");
        let file = match read(&path)? {
            Some((path, text)) => File::parse(&text, &path)?,
            None => File::default(),
        };
        let config_there = folder.join("config.json");
        let whole = own && config_there.exists();
        let config = match (read_json(&config_there)?, sketch) {
            (None, Some(sketch)) => read_json(&sketch.config)?,
            (config, _) => config,
        };
        let Some(config) = config else {
            let why = "a scenario needs one: the config that the connector is started with".to_owned();
            return Err(Error::Missing { path: config_there, why });
        };
        if !config.is_object() {
            return Err(invalid_of(
                &config_there,
                &format!("want an object, got {}", excerpt::of_line(&config.to_string())),
            ));
        }
        let ignore: Vec<Rule> = circumstances.ignore.iter().cloned().chain(file.ignore).collect();
        let clock = file.now.as_deref().and_then(|now| now.parse().ok()).unwrap_or(began);
        let terms = Terms { wall: Some(began), ..terms::of(&config, clock, &ignore) };
        let recording = folder.join("cassette.json");
        // Without one every request is one that nobody recorded. A link to nowhere is not "without".
        let there = recording.symlink_metadata().is_ok();
        let tape = if there { Tape::load(&recording) } else { Ok(Tape::new(Vec::new())) };
        let cassette = tape.and_then(|tape| Cassette::new(tape, &recording, &terms));
        let cassette = cassette.map_err(|source| Error::Cassette { source })?;
        let recorded = read_catalog(&folder.join("configured_catalog.json"))?;
        let said = sketch.and_then(|sketch| sketch.catalog.clone());
        let mut demands = sketch.map_or_else(|| circumstances.metadata.demands(), |it| it.demands.clone());
        if !own {
            demands.unjudged.push(Unjudged {
                check: "recording_is_used".to_owned(),
                reason: format!("the recording is that of {}, which may ask for more", folder.display()),
            });
        }
        let by_key = file.demands.get("expected_records").and_then(|said| said.get("by_key"));
        let by_key = by_key.and_then(Value::as_bool).unwrap_or_default();
        let demands = demands
            .with(&file.demands)
            .map_err(|error| Error::Settings { path: path.clone(), why: format!("`demands`: {error}") })?;
        let mut environment = sketch.map(|sketch| sketch.environment.clone()).unwrap_or_default();
        environment.extend(file.environment);
        Ok(Scenario {
            name: name.to_owned(),
            about: file.about,
            file: [path, recording].into_iter().find(|file| file.exists()),
            now: file.now,
            expect: file.expect.or(sketch.map(|sketch| sketch.expect).unwrap_or_default()),
            commands: match sketch {
                Some(sketch) if !whole => sketch.commands.clone(),
                _ => vec![Command::Check, Command::Discover, Command::Read],
            },
            empty_streams: file.empty_stream.into_iter().map(Exemption::from).collect(),
            may_be_empty: sketch.map(|sketch| sketch.empty_streams.clone()).unwrap_or_default(),
            demands: demands_in(folder, demands, by_key)?,
            environment,
            config,
            catalog: if own { recorded.or(said) } else { said.or(recorded) },
            state: read_state(&folder.join("state.json"))?,
            cassette: Arc::new(cassette),
            volatile: file.volatile.into_iter().map(|Pointer(text)| text).collect(),
            ignore,
            budget: file.budget,
        })
    }
}

/// The demands, and those that stand in files of the folder. Of records that were written down here all is compared, unless
/// `by_key` is said of them.
fn demands_in(folder: &Path, mut demands: Demands, by_key: bool) -> Result<Demands, Error> {
    if let Some(streams) = files::records(&folder.join("expected_records.jsonl"))? {
        let known = demands.expected_records.take().unwrap_or_default();
        demands.expected_records = Some(ExpectedRecords { streams, by_key, ..known });
    }
    if let Some(state) = files::state(&folder.join("future_state.json"))? {
        demands.future_state.get_or_insert_default().state = state;
    }
    Ok(demands)
}

impl File {
    fn parse(text: &str, path: &Path) -> Result<File, Error> {
        let file: File = toml_file::parse(text, path)?;
        let invalid = |why: String| Err(invalid_of(path, &why));
        for (command, outcome) in [("discover", file.expect.discover), ("read", file.expect.read)] {
            if outcome == Some(Outcome::Raises) {
                return invalid(format!("`{command}` is \"raises\", which only `check` can: want \"fails\""));
            }
        }
        let named = |check: &Unjudged| crate::checks::find(&check.check).is_none();
        let unjudged = toml_file::parse::<Demanding>(text, path)?.demands.unjudged;
        if let Some(unjudged) = unjudged.iter().find(|unjudged| unjudged.reason.trim().is_empty()) {
            return invalid(format!("the reason for not judging {} is empty: say why", unjudged.check));
        }
        if let Some(unjudged) = unjudged.into_iter().find(named) {
            return invalid(format!("there is no check `{}`: see `harness list`", unjudged.check));
        }
        Ok(file)
    }
}

fn invalid_of(path: &Path, why: &str) -> Error {
    Error::Settings { path: path.to_owned(), why: why.to_owned() }
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
        File::parse(text, Path::new("x/scenario.toml")).unwrap_err().to_string()
    }

    #[test]
    fn what_makes_no_sense_is_told_by_line_and_key() {
        for (text, at, wanted) in [
            ("about = \"a\"\nnow = \"noon\"", ":2: now: ", "want a timestamp"),
            ("volatile = [\n  \"/a\",\n  \"b\",\n]", ":3: volatile[1]: ", "want a JSON pointer"),
            ("[[empty_stream]]\nname = \"a\"\nreason = \" \"", ":3: empty_stream[0].reason: ", "say why"),
            ("[[empty_stream]]\nname = \"a\"", ":1: empty_stream[0]: ", "missing field `reason`"),
            ("\nexpect = 1", ":2: expect: ", "integer `1`, expected a table"),
            ("[demands]\ndata_point = true", ":2: demands.data_point: ", "did you mean `data_points`?"),
            ("[demands]\n\ndata_points = 1", ":3: demands.data_points: ", "expected a boolean"),
            ("[expect]\nread = \"succeed\"", ":2: expect.read: ", "did you mean `succeeds`?"),
            ("[expect]\n\nreads = \"fails\"", ":3: expect", "did you mean `read`?"),
            ("ignore = [\n  \"query a\",\n  \"path\",\n]", ":3: ignore[1]: ", "wanted `query NAME`"),
        ] {
            let error = fault(text);
            assert!(error.contains(&format!("x/scenario.toml{at}")) && error.contains(wanted), "{error}");
        }
    }
}
