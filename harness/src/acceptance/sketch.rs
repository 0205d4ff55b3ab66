//! What the file says of one scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use connector_protocol::Command;
use serde_json::Value;

use super::config::{Config, Test};
use super::group::{self, Group};
use super::suite::Suite;
use super::{FILE, cat};
use crate::demands::{Demands, ExpectedRecords, FutureState, Unjudged, Waiver, files};
use crate::error::Error;
use crate::expectation::{ConfigIs, Expectation, Outcome};
use crate::metadata::Metadata;
use crate::scenario;
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
    pub(crate) empty_streams: Vec<Waiver>,
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
        let tests: Vec<(Suite, &Test)> = self
            .config
            .suites
            .get(&Suite::Spec)
            .map(|tests| tests.tests.iter().map(|test| (Suite::Spec, test)).collect())
            .unwrap_or_default();
        let mut demands = self.demands(&tests, lacking)?;
        let mut paths: Vec<&str> = tests.iter().filter_map(|(_, test)| test.spec_path.as_deref()).collect();
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
            Some(path) => {
                self.found("configured_catalog_path", path, lacking, |path| scenario::read_catalog(path))?
            }
            None => None,
        };
        let environment = group.mode.map(|mode| ("DEPLOYMENT_MODE".to_owned(), mode.variable().to_owned()));
        let mut empty_streams: Vec<Waiver> = Vec::new();
        for waiver in group.tests.iter().flat_map(|(_, test)| &test.empty_streams) {
            if !empty_streams.iter().any(|known| known.name == waiver.name) {
                empty_streams.push(waiver.clone());
            }
        }
        Ok(Sketch {
            name: group.name.clone(),
            first_of_config: group.first_of_config.clone(),
            config: join(self.base, Path::new(group.config_path)),
            config_path: group.config_path.to_owned(),
            expect: expectation(group, named(Suite::Spec), &commands, lacking),
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
            if let Some(streams) = &test.without_primary_key {
                demands.without_primary_key.get_or_insert_default().extend(streams.iter().cloned());
            }
            if let Some(records) =
                test.expected_records.as_ref().filter(|_| demands.expected_records.is_none())
            {
                let at = "basic_read.expect_records.path";
                let streams = self.found(at, &records.path, lacking, files::records)?;
                let exact_order = records.exact_order;
                demands.expected_records = streams.map(|streams| ExpectedRecords { streams, exact_order });
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

/// What is expected of the commands of a scenario.
fn expectation(
    group: &Group<'_>,
    is_in_spec: bool,
    commands: &[Command],
    lacking: &mut BTreeSet<String>,
) -> Expectation {
    let connection = group.tests.iter().filter(|(suite, _)| *suite == Suite::Connection);
    let mut said = connection.map(|(_, test)| test.status.unwrap_or(Outcome::Succeeds));
    let check = said.next();
    if said.any(|other| Some(other) != check) {
        lacking.insert(format!(
            "`connection` expects several outcomes of {}: the first one counts",
            group.config_path
        ));
    }
    let works = |command| commands.contains(&command).then_some(Outcome::Succeeds);
    Expectation {
        // A wrong key is often one that the spec accepts: neither is demanded.
        config: match check {
            Some(Outcome::Fails | Outcome::Raises) if !is_in_spec => Some(ConfigIs::Either),
            _ => None,
        },
        check,
        discover: works(Command::Discover),
        read: works(Command::Read),
    }
}
