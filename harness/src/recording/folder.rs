//! The folder of a recorded scenario: what is there, and what is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use connector_protocol::Command;
use connector_record::Secret;
use connector_replay::{Rule, Tape};
use serde::Deserialize;
use serde_json::{Value, json};

use super::performance::Takes;
use super::{Mode, Options, fake, read_json};
use crate::checks::ignore_line;
use crate::error::Error;
use crate::expectation::Outcome;
use crate::locate::Connector;
use crate::terms::values;

/// The folder of a scenario, and what a recording is made with.
pub(super) struct Folder {
    pub(super) root: PathBuf,
    /// The real one.
    pub(super) config: Value,
    pub(super) state: Option<Value>,
    catalog: Option<Value>,
    /// The config that is there already.
    made_up: Option<Value>,
    pub(super) old: Option<Tape>,
    /// What is passed over in comparing with what is recorded there, beyond what the settings say.
    pub(super) ignore: Vec<Rule>,
}

/// Of `scenario.toml`, what matters before it is replayed.
#[derive(Default, Deserialize)]
struct Passed {
    #[serde(default)]
    ignore: Vec<Rule>,
}

/// What is known of a scenario once it is recorded.
pub(super) struct Scenario<'a> {
    /// Whether the config satisfies the spec.
    pub(super) valid: bool,
    pub(super) hosts: Vec<String>,
    /// What replays have to pass over.
    pub(super) ignore: Vec<Rule>,
    pub(super) takes: &'a Takes,
}

impl Folder {
    pub(super) fn open(connector: &Connector, options: &Options) -> Result<Folder, Error> {
        let root = connector.fixtures.join(&options.scenario);
        let there = |name: &str| Some(root.join(name)).filter(|path| path.is_file());
        let read = |path: Option<PathBuf>| path.as_deref().map(read_json).transpose();
        let old = match there("cassette.json") {
            Some(path) => Some(Tape::load(path).map_err(|source| Error::Cassette { source })?),
            None => None,
        };
        let passed = match there("scenario.toml") {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| Error::Read { path: path.clone(), source })?;
                toml::from_str(&text).map_err(|source| Error::Toml { path, source })?
            }
            None => Passed::default(),
        };
        Ok(Folder {
            ignore: passed.ignore,
            config: read_json(&options.config)?,
            state: read(options.state.clone().or_else(|| there("state.json")))?,
            catalog: read(options.catalog.clone().or_else(|| there("configured_catalog.json")))?,
            made_up: read(there("config.json"))?,
            old: old.filter(|_| matches!(options.mode, Mode::All | Mode::NewEpisodes)),
            root,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// What is passed over in comparing, by the settings and by the scenario.
    pub(super) fn passed_over(&self, connector: &Connector) -> Vec<Rule> {
        connector.settings.ignore.iter().chain(&self.ignore).cloned().collect()
    }

    /// What is to be read: the catalog that was given, or these of the discovered streams.
    pub(super) fn wanted(
        &self,
        discovered: Option<&Value>,
        streams: &[String],
    ) -> Result<Option<Value>, Error> {
        if streams.is_empty() {
            return Ok(self.catalog.clone());
        }
        let found = discovered.and_then(|catalog| catalog["streams"].as_array()).cloned().unwrap_or_default();
        let named = |name: &String| {
            let stream = found.iter().find(|stream| stream["name"] == **name);
            stream.cloned().ok_or_else(|| {
                let names: Vec<&str> = found.iter().filter_map(|stream| stream["name"].as_str()).collect();
                let why = format!("no stream `{name}` was discovered; there are {}", names.join(", "));
                Error::Recording { why }
            })
        };
        let mut streams: Vec<Value> = streams.iter().map(named).collect::<Result<_, _>>()?;
        for stream in &mut streams {
            // As discovered when it is read.
            stream["json_schema"] = json!({});
        }
        Ok(crate::catalog::configure(Some(&json!({ "streams": streams })), None))
    }

    /// The texts that the connector is started with: times that stand in them do not move with the clock.
    pub(super) fn known(&self, discovered: Option<&Value>) -> Vec<String> {
        let given = [Some(&self.config), self.state.as_ref(), self.catalog.as_ref(), discovered];
        given.into_iter().flatten().map(Value::to_string).collect()
    }

    /// The config with made-up values for its secrets. One that is there already keeps those that serve.
    pub(super) fn made_up(&self, secrets: &[Secret], hosts: &[String]) -> Value {
        let before = self.made_up.as_ref().map(values).unwrap_or_default();
        let mut made_up = self.config.clone();
        // One value has one in its place, in however many fields it stands.
        let mut instead: BTreeMap<String, String> = BTreeMap::new();
        let mut places: Vec<(&str, Value)> = Vec::new();
        for Secret { name, value } in secrets {
            let Some(place) = at(&mut made_up, name) else { continue };
            let other = before.get(name).filter(|before| *before != value);
            let chosen = match instead.get(value).or(other).filter(|_| place.is_string()) {
                Some(chosen) => Value::String(chosen.clone()),
                None => fake::of(name, place, hosts),
            };
            if let Value::String(chosen) = &chosen {
                instead.insert(value.clone(), chosen.clone());
            }
            places.push((name, chosen));
        }
        fake::spread(&mut made_up, &instead);
        for (name, chosen) in places {
            if let Some(place) = at(&mut made_up, name) {
                *place = chosen;
            }
        }
        made_up
    }

    /// Writes all of it, the cassette last.
    pub(super) fn write(&self, config: &Value, tape: &Tape, scenario: &Scenario<'_>) -> Result<(), Error> {
        std::fs::create_dir_all(&self.root)
            .map_err(|source| Error::Write { path: self.root.clone(), source })?;
        self.write_json("config.json", config)?;
        for (name, value) in
            [("configured_catalog.json", &scenario.takes.catalog), ("state.json", &self.state)]
        {
            if let Some(value) = value {
                self.write_json(name, value)?;
            }
        }
        let path = self.path("scenario.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => scenario.told_in(&text),
            Err(_) => scenario.text(),
        };
        replace(&path, text.as_bytes())?;
        connector_record::assembly::write(tape, &self.path("cassette.json"))
            .map_err(|source| Error::Record { source })
    }

    fn write_json(&self, name: &str, value: &Value) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
        replace(&self.path(name), text.as_bytes())
    }
}

/// Writes a file beside, and puts it in the place of the old one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        std::io::Write::write_all(&mut file, bytes)?;
        // Readable by all, as what people write is.
        std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        file.persist(path).map_err(|error| error.error)
    };
    write().map(drop).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// The value at a path such as `credentials.keys[0]`. What lies within a text is not reached.
fn at<'a>(config: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let mut at = config;
    for name in path.split('.') {
        let (name, places) = name.split_once('[').map_or((name, ""), |(name, places)| (name, places));
        at = at.get_mut(name)?;
        for place in places.split_terminator(']') {
            at = at.get_mut(place.trim_start_matches('[').parse::<usize>().ok()?)?;
        }
    }
    Some(at)
}

impl Scenario<'_> {
    fn now(&self) -> String {
        format!("now = \"{}\"", self.takes.began)
    }

    /// A `scenario.toml` for what was recorded.
    fn text(&self) -> String {
        let mut text = String::new();
        let day = self.takes.began.strftime("%Y-%m-%d");
        let hosts = if self.hosts.is_empty() { "nowhere".to_owned() } else { self.hosts.join(", ") };
        let about = toml::Value::from(format!("Recorded from {hosts} on {day}."));
        let _infallible = writeln!(text, "about = {about}\n{}", self.now());
        if !self.ignore.is_empty() {
            let _infallible = writeln!(text, "{}", ignore_line(&self.ignore));
        }
        let usual = if self.valid { Outcome::Succeeds } else { Outcome::Fails };
        let unusual: Vec<&(Command, Outcome)> =
            self.takes.outcomes.iter().filter(|(_, it)| *it != usual).collect();
        if !self.valid || !unusual.is_empty() {
            text.push_str("\n[expect]\n");
        }
        if !self.valid {
            text.push_str("config = \"invalid\"\n");
        }
        for (command, outcome) in unusual {
            let _infallible = writeln!(text, "{command} = \"{outcome}\"");
        }
        for stream in &self.takes.empty {
            let name = toml::Value::from(stream.as_str());
            let _infallible = writeln!(
                text,
                "\n[[empty_stream]]\nname = {name}\nreason = \"the recorded account has none\""
            );
        }
        text
    }

    /// The `scenario.toml` that is there, told the time of the new recording. All else in it people have written.
    fn told_in(&self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let is_now = |line: &String| line.split('=').next().is_some_and(|key| key.trim() == "now");
        let first_table = lines.iter().position(|line| line.starts_with('[')).unwrap_or(lines.len());
        match lines[..first_table].iter().position(is_now) {
            Some(place) => lines[place] = self.now(),
            None => lines.insert(0, self.now()),
        }
        lines.join("\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use connector_record::Reel;

    use super::*;

    fn takes() -> Takes {
        Takes {
            began: "2026-11-22T15:00:00Z".parse().unwrap(),
            reel: Reel::new().unwrap().into(),
            tracks: Vec::new(),
            outcomes: vec![(Command::Check, Outcome::Succeeds), (Command::Read, Outcome::Fails)],
            discovered: None,
            catalog: None,
            empty: vec!["refunds".to_owned()],
        }
    }

    fn scenario(takes: &Takes) -> Scenario<'_> {
        Scenario { valid: true, hosts: vec!["api.example.test".to_owned()], ignore: Vec::new(), takes }
    }

    #[test]
    fn a_new_scenario_says_what_was_seen() {
        let text = scenario(&takes()).text();
        let wanted = "about = \"Recorded from api.example.test on 2026-11-22.\"\nnow = \"2026-11-22T15:00:00Z\"\n\n\
                      [expect]\nread = \"fails\"\n\n[[empty_stream]]\nname = \"refunds\"\n\
                      reason = \"the recorded account has none\"\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn what_people_wrote_into_a_scenario_stays() {
        let text = "# Ours.\nabout = \"now = x\"\nnow = \"2020-01-01T00:00:00Z\" # then\n\n[expect]\nread = \"fails\"\n";
        let wanted =
            "# Ours.\nabout = \"now = x\"\nnow = \"2026-11-22T15:00:00Z\"\n\n[expect]\nread = \"fails\"\n";
        assert_eq!(scenario(&takes()).told_in(text), wanted);
        assert_eq!(scenario(&takes()).told_in("[expect]\n"), "now = \"2026-11-22T15:00:00Z\"\n[expect]\n");
    }

    #[test]
    fn equal_secrets_are_made_up_as_one_and_stand_in_no_other_field() {
        let folder = Folder {
            root: PathBuf::new(),
            config: json!({"key": "canary-1", "same": "canary-1", "user": "canary-1", "pin": 4711}),
            state: None,
            catalog: None,
            made_up: None,
            old: None,
            ignore: Vec::new(),
        };
        let secret = |name: &str, value: &str| Secret { name: name.to_owned(), value: value.to_owned() };
        let secrets = [secret("key", "canary-1"), secret("same", "canary-1"), secret("pin", "4711")];
        let made_up = folder.made_up(&secrets, &[]);
        assert_eq!((&made_up["same"], &made_up["user"]), (&made_up["key"], &made_up["key"]));
        assert!(made_up["key"] != "canary-1" && made_up["pin"].is_u64() && made_up["pin"] != 4711);
    }

    #[test]
    fn a_value_is_reached_by_its_path() {
        let mut config = json!({"a": {"keys": ["x", "y"]}});
        *at(&mut config, "a.keys[1]").unwrap() = json!("z");
        assert_eq!(config, json!({"a": {"keys": ["x", "z"]}}));
        assert!(at(&mut config, "a.none").is_none() && at(&mut config, "a.keys[7]").is_none());
    }
}
