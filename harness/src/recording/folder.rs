//! The folder of a recorded scenario: what is there, and what is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use connector_protocol::Command;
use connector_record::Secret;
use connector_replay::{Rule, Tape};
use serde_json::{Value, json};

use super::disguise::Disguise;
use super::performance::Takes;
use super::{Mode, Options, read_json};
use crate::checks::ignore_line;
use crate::error::Error;
use crate::expectation::Outcome;
use crate::locate::Connector;
use crate::scenario;

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
    /// What replays pass over in comparing requests.
    pub(super) ignore: Vec<Rule>,
    /// Environment variables of the scenario.
    pub(super) environment: BTreeMap<String, String>,
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
        let settings = connector.settings.ignore.iter().cloned();
        let sketches = connector.settings.acceptance.iter().flat_map(|acceptance| &acceptance.sketches);
        let sketch = sketches.into_iter().find(|sketch| sketch.name == options.scenario);
        let said = scenario::said(&root)?;
        let mut environment = sketch.map(|sketch| sketch.environment.clone()).unwrap_or_default();
        environment.extend(said.environment);
        let catalog = read(options.catalog.clone().or_else(|| there("configured_catalog.json")))?;
        Ok(Folder {
            ignore: settings.chain(said.ignore).collect(),
            environment,
            config: read_json(&options.config)?,
            state: read(options.state.clone().or_else(|| there("state.json")))?,
            catalog: catalog.or_else(|| sketch?.catalog.clone()),
            made_up: read(there("config.json"))?,
            old: old.filter(|_| matches!(options.mode, Mode::All | Mode::NewEpisodes)),
            root,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
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
    pub(super) fn known(&self) -> Vec<String> {
        let given = [Some(&self.config), self.state.as_ref(), self.catalog.as_ref()];
        given.into_iter().flatten().map(Value::to_string).collect()
    }

    /// What it is started with, made-up values in the place of secrets.
    pub(super) fn disguise<'a>(
        &self,
        config: &Value,
        secrets: &'a [Secret],
        hosts: &[String],
    ) -> Disguise<'a> {
        Disguise::of(config, secrets, self.made_up.as_ref(), hosts)
    }

    /// What a `scenario.toml` that people have written does not pass over yet.
    pub(super) fn lacking(&self, ignore: &[Rule]) -> Vec<Rule> {
        if !self.path("scenario.toml").exists() {
            return Vec::new();
        }
        ignore.iter().filter(|rule| !self.ignore.contains(rule)).cloned().collect()
    }

    /// Where a `scenario.toml` that was there before expects something else than what was recorded now.
    pub(super) fn contradictions(&self, takes: &Takes) -> Result<Vec<String>, Error> {
        let expect = scenario::said(&self.root)?.expect;
        // How a command fails was not recorded.
        let succeeds = |outcome: Outcome| outcome == Outcome::Succeeds;
        let differs =
            |(command, outcome): &&(Command, Outcome)| succeeds(expect.of(*command)) != succeeds(*outcome);
        let otherwise = takes.outcomes.iter().filter(differs);
        let told = otherwise.map(|(command, outcome)| {
            let path = self.path("scenario.toml");
            let wanted = expect.of(*command);
            format!(
                "{} says that `{command}` {wanted}, and as recorded now it {outcome}: if that is as it is meant, correct its \
                 [expect]",
                path.display()
            )
        });
        Ok(told.collect())
    }

    /// Writes all of it, the cassette last.
    pub(super) fn write(
        &self,
        disguise: &Disguise<'_>,
        tape: &Tape,
        scenario: &Scenario<'_>,
    ) -> Result<(), Error> {
        write_json(&self.path("config.json"), &disguise.config)?;
        for (name, value) in
            [("configured_catalog.json", &scenario.takes.catalog), ("state.json", &self.state)]
        {
            if let Some(value) = value {
                write_json(&self.path(name), &disguise.over(value))?;
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
}

/// Writes JSON for people, in the place of what is there.
pub(super) fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    replace(path, text.as_bytes())
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    connector_record::assembly::replace_file(path, bytes)
        .map_err(|source| Error::Write { path: path.to_owned(), source })
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
        let is_unusual = self.takes.outcomes.iter().any(|(_, it)| *it != usual);
        if !self.valid || is_unusual {
            text.push_str("\n[expect]\n");
        }
        if !self.valid {
            text.push_str("config = \"invalid\"\n");
        }
        // All of them: what is expected of a config that may be either is not to be guessed of the others.
        for (command, outcome) in self.takes.outcomes.iter().filter(|_| is_unusual) {
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

    use super::super::lost::Lost;
    use super::*;

    fn takes() -> Takes {
        Takes {
            began: "2026-11-22T15:00:00Z".parse().unwrap(),
            reel: Reel::new().unwrap().into(),
            tracks: Vec::new(),
            runs: Vec::new(),
            lost: Lost::default(),
            outcomes: vec![(Command::Check, Outcome::Succeeds), (Command::Read, Outcome::Fails)],
            catalog: None,
            empty: vec!["refunds".to_owned()],
            configs: Vec::new(),
        }
    }

    fn scenario(takes: &Takes) -> Scenario<'_> {
        Scenario { valid: true, hosts: vec!["api.example.test".to_owned()], ignore: Vec::new(), takes }
    }

    #[test]
    fn a_new_scenario_says_what_was_seen() {
        let text = scenario(&takes()).text();
        let wanted = "about = \"Recorded from api.example.test on 2026-11-22.\"\nnow = \"2026-11-22T15:00:00Z\"\n\n\
                      [expect]\ncheck = \"succeeds\"\nread = \"fails\"\n\n[[empty_stream]]\nname = \"refunds\"\n\
                      reason = \"the recorded account has none\"\n";
        assert_eq!(text, wanted);
    }

    fn folder(root: &Path) -> Folder {
        Folder {
            root: root.to_owned(),
            config: json!({}),
            state: None,
            catalog: None,
            made_up: None,
            old: None,
            ignore: vec!["query sig".parse().map(|part| Rule { path: None, part }).unwrap()],
            environment: BTreeMap::new(),
        }
    }

    #[test]
    fn what_a_scenario_expects_of_an_earlier_recording_is_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(root.path());
        let told = |text: &str| {
            std::fs::write(folder.path("scenario.toml"), text).unwrap();
            folder.contradictions(&takes()).unwrap()
        };
        let told_of_check = told("[expect]\ncheck = \"raises\"\nread = \"fails\"\n");
        assert!(
            told_of_check[0].contains("`check` raises, and as recorded now it succeeds"),
            "{told_of_check:?}"
        );
        assert_eq!(told("[expect]\nread = \"fails\"\n"), [""; 0]);
    }

    #[test]
    fn what_a_scenario_does_not_pass_over_yet_is_told() {
        let root = tempfile::tempdir().unwrap();
        let rule = |part: &str| Rule { path: None, part: part.parse().unwrap() };
        let folder = folder(root.path());
        let rules = [rule("query sig"), rule("query nonce")];
        assert_eq!(folder.lacking(&rules), [], "a new one is written with them");
        std::fs::write(folder.path("scenario.toml"), "ignore = [\"query sig\"]\n").unwrap();
        assert_eq!(folder.lacking(&rules), [rule("query nonce")]);
    }

    #[test]
    fn what_people_wrote_into_a_scenario_stays() {
        let text = "# Ours.\nabout = \"now = x\"\nnow = \"2020-01-01T00:00:00Z\" # then\n\n[expect]\nread = \"fails\"\n";
        let wanted =
            "# Ours.\nabout = \"now = x\"\nnow = \"2026-11-22T15:00:00Z\"\n\n[expect]\nread = \"fails\"\n";
        assert_eq!(scenario(&takes()).told_in(text), wanted);
        assert_eq!(scenario(&takes()).told_in("[expect]\n"), "now = \"2026-11-22T15:00:00Z\"\n[expect]\n");
    }
}
