//! What is judged as one, and what is judged of it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::evidence::{Evidence, Run};
use crate::hosts::Hosts;
use crate::locate::Connector;
use crate::scenario::Scenario;
use crate::secrets::Secrets;

/// A scenario whose secrets are known.
pub(crate) struct Prepared {
    pub(crate) scenario: Scenario,
    pub(crate) secrets: Arc<Secrets>,
}

impl Prepared {
    pub(crate) fn new(scenario: Scenario, specification: &Value) -> Self {
        let secrets = Secrets::of(specification, &scenario.config);
        Prepared { scenario, secrets: Arc::new(secrets) }
    }
}

/// What is judged as one: the connector itself by its `spec`, or one scenario.
pub(crate) struct Subject {
    pub(crate) evidence: Evidence,
    pub(crate) secrets: Arc<Secrets>,
    /// The scenario's name; `None` for the connector itself.
    pub(crate) scenario: Option<String>,
    /// The folder of its snapshots within the connector's.
    pub(crate) folder: PathBuf,
}

impl Subject {
    pub(crate) fn of_connector(connector: &Connector, spec: Run) -> Self {
        let evidence = Evidence { subject: connector.name.clone(), runs: vec![spec], ..Evidence::default() };
        Subject { evidence, secrets: Arc::default(), scenario: None, folder: PathBuf::new() }
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
        let (secrets, name) = (Arc::clone(&prepared.secrets), Some(scenario.name.clone()));
        Subject { evidence, secrets, scenario: name, folder }
    }
}
