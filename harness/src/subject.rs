//! What is judged as one, and what is judged of it.

use std::path::PathBuf;
use std::sync::Arc;

use connector_replay::Target;
use serde_json::Value;

use crate::error::Error;
use crate::evidence::{Evidence, Run};
use crate::expectation::ConfigIs;
use crate::hosts::Hosts;
use crate::locate::Connector;
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::settings;

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
        let part = if scenario.expect.config == ConfigIs::Valid {
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
    /// The folder of its snapshots within the connector's.
    pub(crate) folder: PathBuf,
}

impl Subject {
    pub(crate) fn of_connector(connector: &Connector, spec: Run) -> Self {
        let evidence = Evidence { subject: connector.name.clone(), runs: vec![spec], ..Evidence::default() };
        Subject { evidence, secrets: Arc::default(), folder: PathBuf::new() }
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
            empty_streams: scenario.empty_streams.iter().map(|stream| stream.name.clone()).collect(),
            has_secrets: !prepared.secrets.is_empty(),
            ignore: scenario.ignore.clone(),
            hosts: Hosts::of(&connector.settings, &scenario.config),
            budget: scenario.budget.clone().over(&connector.settings.budget),
            recorded: Some(scenario.cassette.interactions().len()),
            runs,
            ..Evidence::default()
        };
        let folder = PathBuf::from(&scenario.name);
        Subject { evidence, secrets: Arc::clone(&prepared.secrets), folder }
    }
}
