//! Trials of a read that brought records.

use std::sync::Arc;

use connector_protocol::Command;
use serde_json::Value;

use super::Planned;
use crate::evidence::Run;
use crate::scenario::Scenario;
use crate::trial::Question;

/// What is tried of it.
pub(super) fn trials(scenario: &Scenario, read: &Run) -> Vec<Planned> {
    let Some(configured) = &read.configured else { return Vec::new() };
    let reads = Reads { scenario, configured };
    vec![reads.of(Question::ReadAgain)]
}

struct Reads<'a> {
    scenario: &'a Scenario,
    configured: &'a Arc<Value>,
}

impl Reads<'_> {
    /// The read as it was.
    fn of(&self, question: Question) -> Planned {
        Planned {
            question,
            command: Command::Read,
            config: None,
            configured: Some(Value::clone(self.configured)),
            state: self.scenario.state.clone(),
            disturbance: None,
        }
    }
}
