//! `harness.toml`: what a connector's author says once, beside the connector.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use connector_protocol::Command;
use connector_replay::Rule;
use serde::Deserialize;

use crate::acceptance::Acceptance;
use crate::budget::Budget;
use crate::clock::ClockSettings;
use crate::error::Error;
use crate::hosts::HostPattern;
use crate::metadata::Metadata;

/// The name of the file.
pub(crate) const FILE: &str = "harness.toml";

/// What `harness.toml` says; everything has a default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The program and its first arguments, in place of what is found by convention. A program with a slash in it is
    /// looked for from the connector's folder, another one on PATH.
    pub(crate) command: Option<Vec<String>>,
    /// The folder of the scenarios; `fixtures` unless said otherwise.
    pub(crate) fixtures: Option<PathBuf>,
    /// The folder of the snapshots; `snapshots` unless said otherwise.
    pub(crate) snapshots: Option<PathBuf>,
    /// What is passed over when a request is compared with a recorded one.
    #[serde(default)]
    pub(crate) ignore: Vec<Rule>,
    /// Environment variables that the connector needs.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) timeout: Timeouts,
    #[serde(default)]
    pub(crate) clock: ClockSettings,
    /// The hosts that may be asked. Where it is left out, those of `metadata.yaml`; where there is none, nothing is
    /// said of them.
    pub(crate) allowed_hosts: Option<Vec<HostPattern>>,
    /// Of these, the hosts that may be sent a secret; all of them unless said otherwise.
    pub(crate) secret_hosts: Option<Vec<HostPattern>>,
    /// The hosts that are asked over `http://`, since they have no HTTPS.
    #[serde(default)]
    pub(crate) plain_hosts: Vec<HostPattern>,
    /// The default of all scenarios.
    #[serde(default)]
    pub(crate) budget: Budget,
    /// What `metadata.yaml` says, which lies beside it.
    #[serde(skip)]
    pub(crate) metadata: Metadata,
    /// What `acceptance-test-config.yml` says, which lies beside it.
    #[serde(skip)]
    pub(crate) acceptance: Option<Acceptance>,
}

/// The `[timeout]` table: seconds per command.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timeouts {
    spec: Option<f64>,
    check: Option<f64>,
    discover: Option<f64>,
    read: Option<f64>,
}

impl Timeouts {
    /// How long `command` may take. The defaults are generous for an interpreter that starts on a busy machine, and
    /// far below what any platform waits: nothing here waits for a real API.
    pub(crate) fn of(&self, command: Command) -> Duration {
        let (said, default) = match command {
            Command::Spec => (self.spec, 30.0),
            Command::Check => (self.check, 60.0),
            Command::Discover => (self.discover, 60.0),
            Command::Read => (self.read, 120.0),
        };
        Duration::from_secs_f64(said.unwrap_or(default))
    }

    /// Takes these times, in seconds by command, where none is said.
    fn fill(&mut self, seconds: &BTreeMap<&str, f64>) {
        let Timeouts { spec, check, discover, read } = self;
        for (name, said) in [("spec", spec), ("check", check), ("discover", discover), ("read", read)] {
            *said = said.or_else(|| seconds.get(name).copied());
        }
    }

    /// Gives every command the same time.
    pub(crate) fn set_all(&mut self, seconds: f64) {
        let seconds = Some(seconds);
        *self = Timeouts { spec: seconds, check: seconds, discover: seconds, read: seconds };
    }
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
            Ok(text) => Self::parse(&text, &path)?,
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

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let settings: Settings =
            toml::from_str(text).map_err(|source| Error::Toml { path: path.to_owned(), source })?;
        let invalid = |why: &str| Err(Error::Settings { path: path.to_owned(), why: why.to_owned() });
        if settings.command.as_ref().is_some_and(Vec::is_empty) {
            return invalid(
                "`command` is empty: want the program and its arguments, such as [\"python\", \"main.py\"]",
            );
        }
        let words = settings.command.iter().flatten();
        let values = settings.environment.iter().flat_map(|(name, value)| [name, value]);
        if let Some(text) = words.chain(values).find(|text| text.contains('\0')) {
            return invalid(&format!(
                "{text:?} holds a NUL character, which no command line and no environment can"
            ));
        }
        if let Some(name) = settings.environment.keys().find(|name| name.is_empty() || name.contains('=')) {
            return invalid(&format!("{name:?} in [environment] is no name of a variable"));
        }
        if let Some(why) = settings.clock.fault() {
            return invalid(&why);
        }
        let Timeouts { spec, check, discover, read } = settings.timeout;
        for seconds in [spec, check, discover, read].into_iter().flatten() {
            if !(seconds > 0.0 && seconds <= 86_400.0) {
                return invalid(
                    "a time in [timeout] is out of range: want seconds, more than 0 and at most 86400",
                );
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("x/harness.toml")).map_err(|error| crate::error::chain(&error))
    }

    #[test]
    fn a_key_that_does_not_exist_is_named_with_its_line() {
        let error = parse("fixtures = \"f\"\ntimeouts = 3\n").unwrap_err();
        assert!(
            error.contains("x/harness.toml") && error.contains("line 2") && error.contains("timeouts"),
            "{error}"
        );
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
    fn times_are_seconds_and_have_defaults() {
        let settings = parse("[timeout]\nread = 0.5").unwrap();
        assert_eq!(settings.timeout.of(Command::Read), Duration::from_millis(500));
        assert_eq!(settings.timeout.of(Command::Spec), Duration::from_secs(30));
        assert!(parse("[timeout]\nread = -1").unwrap_err().contains("out of range"));
        assert!(parse("command = []").unwrap_err().contains("is empty"));
        assert!(parse("[environment]\n\"A=B\" = \"c\"").unwrap_err().contains("no name of a variable"));
        let error = parse("\nallowed_hosts = [\"a.test\", \"https://b.test\"]").unwrap_err();
        assert!(
            error.contains("line 2") && error.contains("allowed_hosts") && error.contains("no host"),
            "{error}"
        );
        assert!(parse("command = [\"a\\u0000\"]").unwrap_err().contains("NUL"));
    }
}
