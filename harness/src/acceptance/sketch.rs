//! What the file says of one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use connector_protocol::Command;
use serde_json::Value;

use super::config::{Config, Test};
use super::group::{self, Group};
use super::suite::Suite;
use super::{FILE, cat, catalog};
use crate::demands::{Demands, Exemption, ExpectedRecords, FutureState, Unjudged, files};
use crate::error::Error;
use crate::expectation::Expectation;
use crate::metadata::Metadata;
use crate::settings::join;

/// A scenario as the file describes it: all but what was recorded.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    pub(crate) name: String,
    /// The scenario whose recording it is played with if it has none of its own: the first one of the same config.
    pub(crate) first_of_config: String,
    /// The file with the config, there or not: secrets are in no repository.
    pub(crate) config: PathBuf,
    /// The same as the file spells it.
    pub(crate) config_path: String,
    /// What it is started with, unless it has a folder of its own: then with everything.
    pub(crate) commands: Vec<Command>,
    pub(crate) expect: Expectation,
    /// What is to be read; everything where nothing is said.
    pub(crate) catalog: Option<Value>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) empty_streams: Vec<Exemption>,
    pub(crate) demands: Demands,
}

/// Makes sketches.
pub(super) struct Maker<'a> {
    pub(super) config: &'a Config,
    /// What relative paths start at.
    pub(super) base: &'a Path,
    pub(super) metadata: &'a Metadata,
    pub(super) bypassed: &'a [Unjudged],
}

impl Maker<'_> {
    /// All of them. `lacking` takes what is to be said of files that are not there and of tests that contradict each other.
    pub(super) fn sketches(&self, lacking: &mut BTreeSet<String>) -> Result<Vec<Sketch>, Error> {
        group::groups(self.config).iter().map(|group| self.sketch(group, lacking)).collect()
    }

    /// What is demanded of the connector itself.
    pub(super) fn of_connector(&self, lacking: &mut BTreeSet<String>) -> Result<Demands, Error> {
        let of = |suite: Suite| -> Vec<(Suite, &Test)> {
            let tests = self.config.suites.get(&suite).into_iter().flat_map(|tests| &tests.tests);
            tests.map(|test| (suite, test)).collect()
        };
        let tests = of(Suite::Spec);
        // What metadata.yaml has to say is judged of the connector itself, so what lets it off counts there too.
        let both = [tests.clone(), of(Suite::ConnectorAttributes)].concat();
        let mut demands = self.demands(&both, lacking)?;
        // `spec` runs without a deployment mode: a test without one comes first.
        let (plain, other): (Vec<_>, Vec<_>) =
            tests.iter().partition(|(_, test)| test.deployment_mode.is_none());
        let ordered = plain.into_iter().chain(other);
        let mut paths: Vec<&str> = ordered.filter_map(|(_, test)| test.spec_path.as_deref()).collect();
        paths.dedup();
        if paths.len() > 1 {
            lacking.insert(format!("`spec.spec_path` names several files: {} counts", paths[0]));
        }
        if let Some(path) = paths.first() {
            demands.expected_spec = self.found("spec.spec_path", path, lacking, files::spec)?;
        }
        if tests.iter().any(|(_, test)| test.deployment_mode.is_some()) {
            lacking.insert("`spec.deployment_mode` does not count: `spec` runs once, without it".to_owned());
        }
        Ok(demands)
    }

    fn sketch(&self, group: &Group<'_>, lacking: &mut BTreeSet<String>) -> Result<Sketch, Error> {
        let named = |suite: Suite| group.tests.iter().any(|(it, _)| *it == suite);
        let commands: BTreeSet<usize> = group
            .tests
            .iter()
            .flat_map(|(suite, _)| suite.commands())
            .filter_map(|command| Command::ALL.iter().position(|it| it == command))
            .collect();
        let commands: Vec<Command> = commands.into_iter().map(|place| Command::ALL[place]).collect();
        let catalog = match group.catalog {
            Some(path) => self.found("configured_catalog_path", path, lacking, catalog::read)?,
            None => None,
        };
        let environment = group.mode.map(|mode| ("DEPLOYMENT_MODE".to_owned(), mode.variable().to_owned()));
        let mut empty_streams: Vec<Exemption> = Vec::new();
        // A stream that one test lets be empty has no records wherever it is read.
        let tests = self.config.suites.values().flat_map(|tests| &tests.tests);
        for waiver in tests.flat_map(|test| &test.empty_streams) {
            if !empty_streams.iter().any(|known| known.name == waiver.name) {
                empty_streams.push(waiver.clone());
            }
        }
        Ok(Sketch {
            name: group.name.clone(),
            first_of_config: group.first_of_config.clone(),
            config: join(self.base, Path::new(group.config_path)),
            config_path: group.config_path.to_owned(),
            expect: group::expectation(group, named(Suite::Spec), &commands, lacking),
            commands,
            catalog,
            environment: environment.into_iter().collect(),
            empty_streams,
            demands: self.demands(&group.tests, lacking)?,
        })
    }

    /// What tests demand together.
    fn demands(&self, tests: &[(Suite, &Test)], lacking: &mut BTreeSet<String>) -> Result<Demands, Error> {
        let metadata = self.metadata;
        let mut demands = Demands {
            strictness: self.config.strictness,
            unjudged: self.bypassed.to_vec(),
            ..metadata.demands()
        };
        let all = self.config.suites.values().flat_map(|tests| &tests.tests);
        for streams in all.filter_map(|test| test.without_primary_key.as_ref()) {
            demands.without_primary_key.get_or_insert_default().extend(streams.iter().cloned());
        }
        for (suite, test) in tests {
            demands.data_points |= test.data_points;
            demands.stream_statuses |= test.stream_statuses == Some(true);
            demands.unsupported_file_types.extend(test.unsupported_file_types.iter().cloned());
            for (stream, fields) in &test.ignored_fields {
                let known = demands.ignored_fields.entry(stream.clone()).or_default();
                for field in fields {
                    if !known.iter().any(|it| it.name == field.name) {
                        known.push(field.clone());
                    }
                }
            }
            if let Some(records) =
                test.expected_records.as_ref().filter(|_| demands.expected_records.is_none())
            {
                let at = "basic_read.expect_records.path";
                let streams = self.found(at, &records.path, lacking, files::records)?;
                let exact_order = records.exact_order;
                demands.expected_records =
                    streams.map(|streams| ExpectedRecords { streams, exact_order, by_key: true });
            }
            if let Some(future) = test.future_state.as_ref().filter(|_| demands.future_state.is_none()) {
                let at = "incremental.future_state.future_state_path";
                let state = self.found(at, &future.path, lacking, files::state)?;
                demands.future_state = state.map(|state| FutureState {
                    state,
                    missing_streams: future.missing_streams.clone(),
                    cursor_format: future.cursor_format.clone(),
                    cursor_formats: future.cursor_formats.clone(),
                });
            }
            let statuses = test
                .stream_statuses
                .filter(|judged| !judged)
                .map(|_| ("R11", "validate_stream_statuses: false".to_owned()));
            if statuses.is_some() && metadata.is_certified() {
                lacking.insert(
                    "`basic_read.validate_stream_statuses: false` does not count: a certified connector needs them".to_owned(),
                );
            }
            let statuses = statuses.filter(|_| !metadata.is_certified());
            for (id, why) in test.off.iter().chain(&statuses) {
                for check in cat::checks_of(id) {
                    if !demands.unjudged.iter().any(|it| it.check == *check) {
                        let reason = format!("{FILE}: {suite}: {why}");
                        demands.unjudged.push(Unjudged { check: (*check).to_owned(), reason });
                    }
                }
            }
        }
        Ok(demands)
    }

    /// What a file holds that is named `at` this key; nothing, and a word of it, where it is not there.
    fn found<T>(
        &self,
        at: &str,
        path: &str,
        lacking: &mut BTreeSet<String>,
        read: impl Fn(&Path) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        let found = read(&join(self.base, Path::new(path)))?;
        if found.is_none() {
            lacking.insert(format!("`{at}` names {path}, which is not here: it is passed over"));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::acceptance::Acceptance;
    use crate::demands::{Exemption, ExpectedRecords, FutureState};
    use crate::expectation::{ConfigIs, Outcome};
    use crate::metadata::Metadata;

    use super::*;

    /// A connector's folder with these files.
    fn load(files: &[(&str, &str)]) -> Result<Acceptance, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let told = |error| crate::error::chain(&error);
        let metadata = Metadata::load(folder.path()).map_err(told)?;
        Ok(Acceptance::load(folder.path(), &metadata).map_err(told)?.unwrap())
    }

    fn waiver(name: &str, reason: &str) -> Exemption {
        Exemption { name: name.to_owned(), reason: reason.to_owned() }
    }

    const WHOLE: &str = "
connector_image: airbyte/source-x:dev
custom_environment_variables: {REGION: eu}
acceptance_tests:
  spec:
    tests: [{spec_path: manifest.yaml, timeout_seconds: 9}]
  connection:
    tests:
      - {status: succeed, deployment_mode: cloud}
      - {config_path: t/invalid.json, status: failed, timeout_seconds: 5}
      - {config_path: t/broken.json, status: exception, timeout_seconds: 7}
  discovery:
    bypass_reason: one catalog for all
  basic_read:
    tests:
      - deployment_mode: cloud
        configured_catalog_path: t/catalog.json
        validate_schema: false
        validate_data_points: true
        validate_stream_statuses: true
        empty_streams: [{name: refunds, bypass_reason: none here}, payouts]
        expect_records: {path: t/records.jsonl, exact_order: true}
        file_types: {unsupported_types: [{extension: .avro, bypass_reason: rare}]}
  full_refresh:
    tests: [{deployment_mode: cloud, ignored_fields: {users: [{name: a/b, bypass_reason: volatile}]}}]
  incremental:
    tests:
      - deployment_mode: cloud
        future_state:
          future_state_path: t/state.json
          missing_streams: [{name: logs, bypass_reason: pages}]
          cursor_format: {format: x, streams: [{name: users, format: y}]}
  connector_attributes:
    tests: [{streams_without_primary_key: [{name: logs, bypass_reason: none}]}]
";

    const FILES: &[(&str, &str)] = &[
        ("acceptance-test-config.yml", WHOLE),
        ("metadata.yaml", "data:\n  ab_internal: {ql: 400}\n  suggestedStreams: {streams: [users]}\n"),
        (
            "manifest.yaml",
            "type: x\nspec:\n  documentation_url: https://x.test\n  connection_specification: {type: object}\n",
        ),
        (
            "t/catalog.json",
            r#"{"streams":[{"stream":{"name":"users","json_schema":{},"supported_sync_modes":["full_refresh"]},
                "sync_mode":"full_refresh","destination_sync_mode":"append"}]}"#,
        ),
        (
            "t/records.jsonl",
            "{\"stream\":\"users\",\"data\":{\"id\":1},\"emitted_at\":1}\n\n{\"stream\":\"users\",\"data\":{\"id\":2}}\n",
        ),
        (
            "t/state.json",
            r#"[{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"at":"2999"}}}]"#,
        ),
    ];

    #[test]
    fn all_that_the_file_says_of_a_scenario_is_said_of_it_in_our_words() {
        let acceptance = load(FILES).unwrap();
        let plain = "21: `basic_read.empty_streams` has plain names, an older form: read as `name`";
        assert_eq!(acceptance.notes, [format!("acceptance-test-config.yml:{plain}")]);
        let names: Vec<&str> = acceptance.sketches.iter().map(|sketch| sketch.name.as_str()).collect();
        assert_eq!(names, ["config", "invalid", "broken"]);
        let [config, invalid, broken] = &acceptance.sketches[..] else { panic!() };
        assert_eq!(config.commands, [Command::Check, Command::Discover, Command::Read]);
        assert_eq!(config.environment["DEPLOYMENT_MODE"], "CLOUD");
        assert_eq!(config.catalog.as_ref().unwrap()["streams"][0]["stream"]["name"], "users");
        let no_reason = "acceptance-test-config.yml gives no reason";
        assert_eq!(config.empty_streams, [waiver("refunds", "none here"), waiver("payouts", no_reason)]);
        assert_eq!((config.expect.config, config.expect.check), (None, Some(Outcome::Succeeds)));

        let demands = &config.demands;
        assert!(demands.certified && demands.data_points && demands.stream_statuses);
        assert_eq!(demands.suggested_streams, Some(vec!["users".to_owned()]));
        let users = vec![json!({"id": 1}), json!({"id": 2})];
        let expected = ExpectedRecords {
            streams: [("users".to_owned(), users)].into(),
            exact_order: true,
            by_key: true,
        };
        assert_eq!(demands.expected_records, Some(expected));
        assert_eq!(demands.ignored_fields["users"], [waiver("a/b", "volatile")]);
        assert_eq!(demands.unsupported_file_types, [waiver(".avro", "rare")]);
        assert_eq!(demands.without_primary_key, Some(vec![waiver("logs", "none")]));
        let state = json!([{"type": "STREAM", "stream": {"stream_descriptor": {"name": "users"}, "stream_state": {"at": "2999"}}}]);
        let future = FutureState {
            state,
            missing_streams: vec![waiver("logs", "pages")],
            cursor_format: Some("x".to_owned()),
            cursor_formats: [("users".to_owned(), "y".to_owned())].into(),
        };
        assert_eq!(demands.future_state, Some(future));
        let reason_of =
            |check: &str| demands.unjudged.iter().find(|it| it.check == check).map(|it| it.reason.as_str());
        let file = "acceptance-test-config.yml";
        assert_eq!(
            reason_of("records_match_schema"),
            Some(&*format!("{file}: basic_read: validate_schema: false"))
        );
        let bypassed = format!("{file}: discovery is bypassed: one catalog for all");
        assert_eq!(reason_of("primary_keys_exist"), Some(&*bypassed));
        assert_eq!(reason_of("state_is_present"), None);

        for (sketch, outcome) in [(invalid, Outcome::Fails), (broken, Outcome::Raises)] {
            assert_eq!(sketch.commands, [Command::Check]);
            assert_eq!((sketch.expect.config, sketch.expect.check), (Some(ConfigIs::Either), Some(outcome)));
            assert!(sketch.environment.is_empty());
        }
        assert_eq!(acceptance.environment["REGION"], "eu");
        assert_eq!(acceptance.connector_image.as_deref(), Some("airbyte/source-x:dev"));
        let timeouts: Vec<_> = acceptance.timeouts.iter().collect();
        assert_eq!(timeouts, [(&"check", &7.0), (&"spec", &9.0)]);
        let spec =
            json!({"connectionSpecification": {"type": "object"}, "documentationUrl": "https://x.test"});
        assert_eq!(acceptance.demands.expected_spec, Some(spec));
    }

    #[test]
    fn a_file_that_is_not_there_is_passed_over_and_said() {
        let acceptance = load(&FILES[..1]).unwrap();
        let notes = acceptance.notes.join("\n");
        for (key, path) in [
            ("spec.spec_path", "manifest.yaml"),
            ("configured_catalog_path", "t/catalog.json"),
            ("basic_read.expect_records.path", "t/records.jsonl"),
            ("incremental.future_state.future_state_path", "t/state.json"),
        ] {
            let wanted = format!("acceptance-test-config.yml: `{key}` names {path}, which is not here");
            assert!(notes.contains(&wanted), "{notes}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
        for (name, text, wanted) in [
            ("t/records.jsonl", "\n{\"stream\":\"a\"}", "t/records.jsonl: line 2: want a record"),
            ("t/state.json", "[1]", "t/state.json"),
            ("t/catalog.json", "{}", "t/catalog.json"),
            ("manifest.yaml", "a: [", "manifest.yaml"),
        ] {
            let error = load(&[FILES[0], (name, text)]).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_certified_connector_has_no_way_around_statuses() {
        let text = "acceptance_tests:\n  basic_read:\n    tests:\n      - validate_stream_statuses: false\n";
        let judged = |files: &[(&str, &str)]| {
            let acceptance = load(files).unwrap();
            let unjudged = &acceptance.sketches[0].demands.unjudged;
            (!unjudged.iter().any(|it| it.check == "stream_statuses_are_in_order"), acceptance.notes.len())
        };
        assert_eq!(judged(&[("acceptance-test-config.yml", text)]), (false, 0));
        assert_eq!(judged(&[("acceptance-test-config.yml", text), FILES[1]]), (true, 1));
    }
}
