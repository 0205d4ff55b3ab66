use connector_protocol::MessageType;
use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{Placed, StreamName};
use crate::transcript::Transcript;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_is_well_formed",
    level: Level::Must,
    group: Group::State,
    requirement: "Every STATE says its type (STREAM or GLOBAL, all of one read alike), names a configured stream, and \
                  carries the state itself.",
    why: "The platform stores states by type and stream. One without a type counts as legacy, which cannot be reset \
          stream by stream; one of an unknown stream is never handed back.",
    source: "The protocol's STATE message; connector acceptance tests, `validate_state_messages`.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"STATE\",\"state\":{\"data\":{\"a\":1}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"A\"},\"stream_state\":{}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"}}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        let mut types = Vec::new();
        for placed in transcript.account.of_kind(MessageType::State) {
            judged = true;
            let state = placed.payload();
            let fault = match state["type"].as_str().unwrap_or("none") {
                "STREAM" => fault_of_stream(transcript, &state["stream"], "/state/stream"),
                "GLOBAL" => {
                    let states = state["global"]["stream_states"].as_array().into_iter().flatten();
                    states.enumerate().find_map(|(place, state)| {
                        fault_of_stream(transcript, state, &format!("/state/global/stream_states/{place}"))
                    })
                }
                other => Some(
                    Finding::new("type STREAM or GLOBAL", other)
                        .pointer("/state/type")
                        .next("print one STATE of type STREAM per stream"),
                ),
            };
            let fault = fault.or_else(|| fault_of_type(&state, &mut types));
            findings.extend(fault.map(|finding| placed_at(finding, transcript, placed)));
        }
    }
    Verdict::of(findings, judged, "no STATE was printed")
}

fn placed_at(finding: Finding, transcript: &Transcript, placed: &Placed) -> Finding {
    Finding { stream: placed.stream_name(), ..finding.by(transcript).line(placed.line) }
}

/// What is wrong where a stream has states of both types. Beside a GLOBAL state of some streams, others have their own.
fn fault_of_type(state: &Value, types: &mut Vec<(StreamName, &'static str)>) -> Option<Finding> {
    let (own, shared) = (&state["stream"], state["global"]["stream_states"].as_array());
    let (kind, states) = match shared {
        Some(shared) => ("GLOBAL", shared.iter().collect()),
        None => ("STREAM", vec![own]),
    };
    states.into_iter().find_map(|state| {
        let name = StreamName::of(&state["stream_descriptor"]);
        match types.iter().find(|(known, _)| *known == name) {
            Some((_, before)) if *before != kind => {
                let want = format!("{before}, as the states of {name} before");
                Some(Finding::new(want, kind).pointer("/state/type"))
            }
            Some(_) => None,
            None => {
                types.push((name, kind));
                None
            }
        }
    })
}

fn fault_of_stream(transcript: &Transcript, state: &Value, at: &str) -> Option<Finding> {
    let name = StreamName::of(&state["stream_descriptor"]);
    let configured =
        transcript.account.streams.iter().any(|stream| stream.configured && *stream.name == name);
    if !configured {
        return Some(
            Finding::new("a configured stream", name.to_string()).pointer(format!("{at}/stream_descriptor")),
        );
    }
    (!state["stream_state"].is_object())
        .then(|| Finding::new("a stream_state", "none").pointer(format!("{at}/stream_state")))
}
