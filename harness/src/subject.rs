//! What is judged as one, and what is judged of it.

use std::path::PathBuf;
use std::sync::Arc;

use connector_replay::Target;
use serde_json::Value;

use crate::demands::Exemption;
use crate::error::Error;
use crate::evidence::{Evidence, Run};
use crate::expectation::ConfigIs;
use crate::hosts::Hosts;
use crate::locate::Connector;
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::settings::{self, Settings};

/// A scenario whose secrets are known, its config complete.
pub(crate) struct Prepared {
    pub(crate) scenario: Scenario,
    /// Whose part the replay server plays where the config names it by its own address.
    pub(crate) part: Option<Target>,
    pub(crate) secrets: Arc<Secrets>,
}

impl Prepared {
    /// The error says what the settings ask for and the config lacks.
    pub(crate) fn new(
        connector: &Connector,
        mut scenario: Scenario,
        specification: &Value,
    ) -> Result<Self, Error> {
        let secrets = Secrets::of(specification, &scenario.config);
        // One that is meant to be wrong may well lack it.
        let part = if scenario.expect.config() == ConfigIs::Valid {
            complete(connector, &scenario.name, &mut scenario.config, specification)?
        } else {
            None
        };
        Ok(Prepared { scenario, part, secrets: Arc::new(secrets) })
    }
}

/// Gives the config of `scenario` what `[base_url]` of the settings asks for; says whose part the replay server plays by it.
pub(crate) fn complete(
    connector: &Connector,
    scenario: &str,
    config: &mut Value,
    specification: &Value,
) -> Result<Option<Target>, Error> {
    let Some(base_url) = &connector.settings.base_url else { return Ok(None) };
    let (complete, part) = base_url.complete(config, specification).map_err(|why| Error::Settings {
        path: connector.root.join(settings::FILE),
        why: format!("[base_url] does not go with the scenario `{scenario}`: {why}"),
    })?;
    *config = complete;
    Ok(Some(part))
}

/// What is judged as one: the connector itself by its `spec`, or one scenario.
pub(crate) struct Subject {
    pub(crate) evidence: Evidence,
    pub(crate) secrets: Arc<Secrets>,
    /// The scenario's name; `None` for the connector itself.
    pub(crate) scenario: Option<String>,
    /// The folder of its snapshots within the connector's.
    pub(crate) folder: PathBuf,
    /// The streams that scenario.toml lets be empty.
    pub(crate) waived: Vec<String>,
}

impl Subject {
    pub(crate) fn of_connector(connector: &Connector, spec: Run) -> Self {
        let Settings { acceptance, metadata, .. } = &connector.settings;
        let demands = acceptance.as_ref().map_or_else(|| metadata.demands(), |it| it.demands.clone());
        let evidence =
            Evidence { subject: connector.name.clone(), runs: vec![spec], demands, ..Evidence::default() };
        let (secrets, folder) = (Arc::default(), PathBuf::new());
        Subject { evidence, secrets, scenario: None, folder, waived: Vec::new() }
    }

    pub(crate) fn of_scenario(
        connector: &Connector,
        prepared: &Prepared,
        specification: &Arc<Value>,
        runs: Vec<Run>,
    ) -> Self {
        let scenario = &prepared.scenario;
        let evidence = Evidence {
            subject: format!("{}/{}", connector.name, scenario.name),
            connection_specification: Some(Arc::clone(specification)),
            config: Some(scenario.config.clone()),
            expect: scenario.expect,
            empty_streams: names(scenario.empty_streams.iter().chain(&scenario.may_be_empty)),
            demands: scenario.demands.clone(),
            has_secrets: !prepared.secrets.is_empty(),
            ignore: scenario.ignore.clone(),
            hosts: Hosts::of(&connector.settings, &scenario.config),
            budget: scenario.budget.clone().over(&connector.settings.budget),
            recorded: Some(scenario.cassette.interactions().len()),
            runs,
            ..Evidence::default()
        };
        let folder = PathBuf::from(&scenario.name);
        let waived = names(&scenario.empty_streams);
        let (secrets, name) = (Arc::clone(&prepared.secrets), Some(scenario.name.clone()));
        Subject { evidence, secrets, scenario: name, folder, waived }
    }
}

/// Tells one of the scenarios that are to show it which types of files all of them read.
pub(crate) fn tell_file_types(subjects: &mut [Subject]) {
    let read = subjects.iter().flat_map(|subject| subject.evidence.transcripts());
    let streams = read.flat_map(|transcript| &transcript.account.streams);
    let types = streams.flat_map(|stream| stream.file_types.iter().cloned()).collect();
    let read_by_none: Vec<Exemption> =
        subjects.iter().flat_map(|subject| subject.evidence.demands.unsupported_file_types.clone()).collect();
    if let Some(subject) = subjects.iter_mut().find(|subject| subject.evidence.demands.reads_files) {
        subject.evidence.demands.unsupported_file_types = read_by_none;
        subject.evidence.file_types = Some(types);
    }
}

fn names<'a>(waivers: impl IntoIterator<Item = &'a Exemption>) -> Vec<String> {
    waivers.into_iter().map(|waiver| waiver.name.clone()).collect()
}
