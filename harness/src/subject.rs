//! What is judged as one, and what is judged of it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::demands::Exemption;
use crate::evidence::{Evidence, Run};
use crate::hosts::Hosts;
use crate::locate::Connector;
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::settings::Settings;

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
        Subject { evidence, secrets: Arc::default(), folder: PathBuf::new(), waived: Vec::new() }
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
        Subject { evidence, secrets: Arc::clone(&prepared.secrets), folder, waived }
    }
}

fn names<'a>(waivers: impl IntoIterator<Item = &'a Exemption>) -> Vec<String> {
    waivers.into_iter().map(|waiver| waiver.name.clone()).collect()
}
