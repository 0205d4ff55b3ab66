//! `harness.toml`: what a connector's author says once, beside the connector.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use connector_replay::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::acceptance::Acceptance;
use crate::base_url::BaseUrl;
use crate::budget::Budget;
use crate::clock::ClockSettings;
use crate::error::Error;
use crate::hosts::HostPattern;
use crate::metadata::Metadata;
use crate::timeout::Timeouts;
use crate::waiver::Waiver;
use crate::{schema, toml_file};

/// The name of the file.
pub(crate) const FILE: &str = "harness.toml";

/// What `harness.toml` says of a connector; every key may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "harness.toml")]
pub(crate) struct Settings {
    /// The program and its first arguments, in place of what is found by convention, such as `["python", "main.py"]`. A
    /// program with a slash in it is looked for from the connector's folder, another one on PATH.
    #[serde(default, deserialize_with = "command")]
    #[schemars(length(min = 1))]
    pub(crate) command: Option<Vec<String>>,
    /// The folder that the connector is run in; the connector's own unless said otherwise.
    #[schemars(extend("default" = "."))]
    pub(crate) folder: Option<PathBuf>,
    /// The folder of the scenarios; `fixtures` unless said otherwise.
    #[schemars(extend("default" = "fixtures"))]
    pub(crate) fixtures: Option<PathBuf>,
    /// The folder of the snapshots; `snapshots` unless said otherwise.
    #[schemars(extend("default" = "snapshots"))]
    pub(crate) snapshots: Option<PathBuf>,
    /// What is passed over when a request is compared with a recorded one. The message of a miss holds the line that
    /// would accept it.
    #[serde(default)]
    #[schemars(schema_with = "schema::rules")]
    pub(crate) ignore: Vec<Rule>,
    /// Environment variables for the connector, beyond the few that programs need to start. They come last and win.
    #[serde(default, deserialize_with = "environment")]
    pub(crate) environment: BTreeMap<String, String>,
    /// Seconds that a command may take before it is killed.
    #[serde(default)]
    pub(crate) timeout: Timeouts,
    /// What time it is for the connector, and how long it waits.
    #[serde(default)]
    pub(crate) clock: ClockSettings,
    /// The hosts that may be asked, by name alone: no scheme, port or path. Where it is left out, those of
    /// `metadata.yaml`; where there is none, no host is judged. This machine may always be asked.
    pub(crate) allowed_hosts: Option<Vec<HostPattern>>,
    /// Of these, the hosts that may be sent a value that the spec marks as a secret; all of them unless said otherwise.
    pub(crate) secret_hosts: Option<Vec<HostPattern>>,
    /// The hosts that are asked over `http://`, since they have no HTTPS. Those that the config itself names so need not
    /// stand here.
    #[serde(default)]
    pub(crate) plain_hosts: Vec<HostPattern>,
    /// The fields of the config that are to name the replay server, for a client that nothing else reaches.
    pub(crate) base_url: Option<BaseUrl>,
    /// Whether a script in Python does its imports once, and the processes of a run are forked from there. They are where
    /// this is not said; what cannot be forked is started anew each time in any case.
    #[schemars(extend("default" = true))]
    pub(crate) warm_start: Option<bool>,
    /// What requests may cost, in every scenario that does not say otherwise.
    #[serde(default)]
    pub(crate) budget: Budget,
    /// What `metadata.yaml` says, which lies beside it.
    #[serde(skip)]
    pub(crate) metadata: Metadata,
    /// What `acceptance-test-config.yml` says, which lies beside it.
    #[serde(skip)]
    pub(crate) acceptance: Option<Acceptance>,
    /// Failures that are known.
    #[serde(default)]
    pub(crate) waiver: Vec<Waiver>,
}

/// A text that can stand on a command line or in an environment.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Word(String);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('\0') {
            return Err(format!(
                "{text:?} holds a NUL character, which no command line and no environment can"
            ));
        }
        Ok(Word(text))
    }
}

/// The name of an environment variable.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Variable(String);

impl TryFrom<String> for Variable {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(format!(
                "{name:?} is no name of a variable: want one without `=`, such as \"LOG_LEVEL\""
            ));
        }
        Ok(Variable(name))
    }
}

fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let words: Vec<Word> = Vec::deserialize(deserializer)?;
    if words.first().is_none_or(|Word(program)| program.is_empty()) {
        return Err(serde::de::Error::custom(
            "it is empty: want the program and its arguments, such as [\"python\", \"main.py\"]",
        ));
    }
    Ok(Some(words.into_iter().map(|Word(text)| text).collect()))
}

pub(crate) fn environment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let variables: BTreeMap<Variable, Word> = BTreeMap::deserialize(deserializer)?;
    Ok(variables.into_iter().map(|(Variable(name), Word(value))| (name, value)).collect())
}

/// `relative` seen from `folder`, its `..` taken away where that is only a matter of spelling.
pub(crate) fn join(folder: &Path, relative: &Path) -> PathBuf {
    let mut joined = folder.to_owned();
    for part in relative.components() {
        let named = matches!(joined.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if named => {
                joined.pop();
            }
            part => joined.push(part),
        }
    }
    joined
}

impl Settings {
    /// Reads `harness.toml` in `folder`; the defaults where there is none. What it does not say, `metadata.yaml` and
    /// `acceptance-test-config.yml` may.
    pub(crate) fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let mut settings = match std::fs::read_to_string(&path) {
            Ok(text) => toml_file::parse(&text, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
            Err(source) => return Err(Error::Read { path, source }),
        };
        settings.metadata = Metadata::load(folder)?;
        if settings.allowed_hosts.is_none() {
            settings.allowed_hosts.clone_from(&settings.metadata.allowed_hosts);
        }
        if let Some(acceptance) = Acceptance::load(folder, &settings.metadata)? {
            for (name, value) in &acceptance.environment {
                settings.environment.entry(name.clone()).or_insert_with(|| value.clone());
            }
            settings.timeout.fill(&acceptance.timeouts);
            settings.acceptance = Some(acceptance);
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        toml_file::parse(text, Path::new("x/harness.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn what_makes_no_sense_is_told_by_line_and_key() {
        for (text, at, wanted) in [
            ("fixtures = \"f\"\ntimeouts = 3\n", ":2: ", "did you mean `timeout`?"),
            (
                "[timeout]\n\nread = -1",
                ":3: timeout.read: ",
                "want seconds, more than 0 and at most 86400, got -1",
            ),
            ("[timeout]\nread = \"1\"", ":2: timeout.read: ", "invalid type: string"),
            ("[clock]\nwaits = 2", ":2: clock.waits: ", "got 2"),
            ("\ncommand = []", ":2: command: ", "it is empty"),
            ("command = [\n  \"a\",\n  \"\\u0000\"\n]", ":3: command[1]: ", "NUL"),
            ("[environment]\nA = \"b\"\n\"A=B\" = \"c\"", ":3: environment", "no name of a variable"),
            ("[environment]\nA = 1", ":2: environment.A: ", "expected a string"),
            ("\nallowed_hosts = [\"a.test\",\n\"https://b.test\"]", ":3: allowed_hosts[1]: ", "no host"),
            ("[budget]\npage_size = { query = \"\" }", ":2: budget.page_size.query: ", "want the name"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(&format!("x/harness.toml{at}")) && error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_path_from_the_settings_is_spelt_the_short_way() {
        let spell = |folder: &str, relative: &str| join(Path::new(folder), Path::new(relative));
        assert_eq!(spell("/a/b", "../../c/./d"), Path::new("/c/d"));
        assert_eq!(spell("a/b", "../../../c"), Path::new("../c"));
        assert_eq!(spell(".", "../c"), Path::new("./../c"));
        assert_eq!(spell("/a", "/c"), Path::new("/c"));
    }

    #[test]
    fn a_file_that_does_not_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(FILE)).unwrap();
        let error = Settings::load(folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("read ") && error.ends_with("harness.toml"), "{error}");
    }
}
