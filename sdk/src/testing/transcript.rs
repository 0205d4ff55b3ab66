use serde_json::{Value, json};

use crate::Outcome;

/// What a connector has printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Transcript {
    outcome: Outcome,
    lines: Vec<Value>,
}

impl Transcript {
    /// A line that is no JSON stands here as a text: the connector never prints any.
    pub(super) fn new(outcome: Outcome, text: &str) -> Self {
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| line.into()));
        Transcript { outcome, lines: lines.collect() }
    }

    /// How the command ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Every message, in order, as JSON.
    pub fn messages(&self) -> &[Value] {
        &self.lines
    }

    /// The data of a stream's records, in order.
    pub fn records(&self, stream: &str) -> Vec<Value> {
        let records = self.of_type("RECORD").filter(|message| message["record"]["stream"] == stream);
        records.map(|message| message["record"]["data"].clone()).collect()
    }

    /// The states of a stream, in order.
    pub fn states(&self, stream: &str) -> Vec<Value> {
        let states = self.of_type("STATE").map(|message| &message["state"]["stream"]);
        let own = states.filter(|state| state["stream_descriptor"]["name"] == stream);
        own.map(|state| state["stream_state"].clone()).collect()
    }

    /// The last state of each stream: what a platform hands to the next read.
    pub fn state(&self) -> Value {
        state_after(&self.lines)
    }

    /// The streams that `discover` found.
    pub fn catalog(&self) -> Vec<Value> {
        let catalogs = self.of_type("CATALOG").filter_map(|message| message["catalog"]["streams"].as_array());
        catalogs.flatten().cloned().collect()
    }

    /// What `check` answered: `SUCCEEDED` or `FAILED`, with its message; empty if it did not answer.
    pub fn status(&self) -> (String, String) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let status =
            self.of_type("CONNECTION_STATUS").next_back().map(|message| &message["connectionStatus"]);
        status.map_or_else(Default::default, |status| (text(&status["status"]), text(&status["message"])))
    }

    /// The statuses of a stream, in order, such as `STARTED`.
    pub fn statuses(&self, stream: &str) -> Vec<String> {
        let traces = self.of_type("TRACE").map(|message| &message["trace"]["stream_status"]);
        let own = traces.filter(|status| status["stream_descriptor"]["name"] == stream);
        own.filter_map(|status| status["status"].as_str().map(str::to_owned)).collect()
    }

    /// The messages of the errors, in order.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.of_type("TRACE").map(|message| &message["trace"]["error"]["message"]);
        errors.filter_map(|message| message.as_str().map(str::to_owned)).collect()
    }

    /// The texts of the logs, in order.
    pub fn logs(&self) -> Vec<String> {
        let logs = self.of_type("LOG").map(|message| &message["log"]["message"]);
        logs.filter_map(|message| message.as_str().map(str::to_owned)).collect()
    }

    /// The configs that the platform was asked to keep, in order.
    pub fn configs(&self) -> Vec<Value> {
        self.of_type("CONTROL")
            .map(|message| message["control"]["connectorConfig"]["config"].clone())
            .collect()
    }

    fn of_type<'t>(&'t self, word: &'t str) -> impl DoubleEndedIterator<Item = &'t Value> {
        self.lines.iter().filter(move |message| message["type"] == word)
    }
}

/// The last state of each stream among these messages, as a platform hands it over.
pub(super) fn state_after(messages: &[Value]) -> Value {
    let mut last: Vec<(Value, Value)> = Vec::new();
    for message in messages.iter().filter(|message| message["type"] == "STATE") {
        let stream = message["state"]["stream"]["stream_descriptor"].clone();
        let state = json!({ "type": "STREAM", "stream": message["state"]["stream"] });
        last.retain(|(known, _)| *known != stream);
        last.push((stream, state));
    }
    last.into_iter().map(|(_, state)| state).collect()
}
