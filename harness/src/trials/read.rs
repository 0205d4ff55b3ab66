//! Trials of a read that brought records.

use std::sync::Arc;

use connector_protocol::Command;
use serde_json::{Map, Value, json};

use super::Planned;
use super::present::repeatable_from;
use crate::evidence::Run;
use crate::ledger::StreamName;
use crate::process::Disturbance;
use crate::resumption::{of_each_stream, resumptions};
use crate::scenario::Scenario;
use crate::transcript::Transcript;
use crate::trial::Question;

/// From how many moments a read is taken up again: the first, one in the middle, the last.
pub(crate) const RESUMPTIONS: usize = 3;

/// A stream that no connector has. The name is the one that Airbyte's own tests use, so that nobody is surprised.
const STRANGER: &str = "__AIRBYTE__stream_that_does_not_exist";

/// What is tried of the read that shows most.
pub(super) fn of_lead(scenario: &Scenario, read: &Run) -> Vec<Planned> {
    let Some(configured) = &read.configured else { return Vec::new() };
    let Transcript { account, began, duration, .. } = &read.transcript;
    let as_it_was = |question| Planned {
        state: scenario.state.clone(),
        ..Planned::read(question, Arc::clone(configured))
    };
    let disturbed = |question, disturbance| Planned { disturbance: Some(disturbance), ..as_it_was(question) };
    let mut trials = vec![
        Planned {
            // What is only known from import on, such as the seed of hashes, is to be another one; and so is the time.
            unlike: read.interpreter,
            not_before: repeatable_from(&account.raw, *began, *duration),
            ..as_it_was(Question::ReadAgain)
        },
        Planned::read(Question::ReadOfStranger, of_stranger().into()),
        disturbed(Question::ReadTerminated, Disturbance::Terminate),
        disturbed(Question::ReadUnheard, Disturbance::CloseStdout),
    ];
    let streams = configured["streams"].as_array().map_or(&[][..], Vec::as_slice);
    let with = |question, streams: Vec<Value>| Planned {
        state: scenario.state.clone(),
        ..Planned::read(question, with_streams(configured, streams).into())
    };
    if streams.len() > 1 {
        trials.push(with(Question::ReadReversed, streams.iter().rev().cloned().collect()));
    }
    // The last of those with records: it has most before it.
    let has_records = |stream: &&Value| {
        let name = StreamName::of(&stream["stream"]);
        read.transcript.account.stream(&name).records > 0
    };
    if streams.len() > 1
        && let Some(alone) = streams.iter().rev().find(has_records)
    {
        let name = StreamName::of(&alone["stream"]);
        trials.push(with(Question::ReadAlone(name), vec![alone.clone()]));
    }
    trials
}

/// The reads that go on from states of this one.
pub(super) fn resumed(read: &Run) -> Vec<Planned> {
    let Some(configured) = &read.configured else { return Vec::new() };
    let resumptions = resumptions(&read.transcript, RESUMPTIONS);
    resumptions
        .into_iter()
        .chain(of_each_stream(&read.transcript))
        .map(|resumption| {
            let state = Some(resumption.input.clone());
            let question = Question::ReadFrom(resumption);
            Planned { state, ..Planned::read(question, Arc::clone(configured)) }
        })
        .collect()
}

/// The read from the future state that the scenario gives, of the streams that stand in it.
pub(super) fn from_future(state: &Value, read: &Run) -> Option<Planned> {
    let configured = read.configured.as_deref()?;
    // A state of all streams together, or of the old kind, speaks of each.
    let named: Option<Vec<StreamName>> = state.as_array().map(|states| {
        let streams = states.iter().filter(|state| state["type"] == "STREAM");
        streams.map(|state| StreamName::of(&state["stream"]["stream_descriptor"])).collect()
    });
    let stands_in = |stream: &Value| {
        let all = named.as_ref().filter(|named| !named.is_empty());
        all.is_none_or(|named| named.contains(&StreamName::of(&stream["stream"])))
    };
    let incremental = |stream: &&Value| stream["sync_mode"] == "incremental" && stands_in(stream);
    let streams = configured["streams"].as_array()?.iter().filter(incremental).cloned().collect();
    let planned = Planned::read(Question::ReadFromFuture, with_streams(configured, streams).into());
    Some(Planned { state: Some(state.clone()), ..planned })
}

impl Planned {
    fn read(question: Question, configured: Arc<Value>) -> Self {
        Planned { configured: Some(configured), ..Planned::of(question, Command::Read) }
    }
}

fn with_streams(configured: &Value, streams: Vec<Value>) -> Value {
    // All but its streams.
    let rest = configured.as_object().into_iter().flatten().filter(|(name, _)| *name != "streams");
    let mut configured: Map<String, Value> = rest.map(|(name, it)| (name.clone(), it.clone())).collect();
    configured.insert("streams".to_owned(), Value::Array(streams));
    Value::Object(configured)
}

fn of_stranger() -> Value {
    json!({"streams": [{
        "stream": {
            "name": STRANGER,
            "json_schema": {"type": "object", "properties": {}},
            "supported_sync_modes": ["full_refresh"],
        },
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }]})
}
