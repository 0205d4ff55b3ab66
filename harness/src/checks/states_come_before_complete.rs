use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "states_come_before_complete",
    level: Level::Should,
    group: Group::State,
    requirement: "No STATE of a stream comes after its COMPLETE.",
    why: "With COMPLETE a destination closes the stream's table: a state after it speaks of records that can no \
           longer be committed with it.",
    source: "The protocol's stream status: COMPLETE is the end of the stream. The CDKs print the last state \
              first.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{},\"stream_states\":[]}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read().filter(|read| read.status().is_some()) {
        let states: Vec<_> = transcript.account.of_kind(MessageType::State).collect();
        for (placed, status) in transcript.account.traces("STREAM_STATUS", "stream_status") {
            if status["status"] != "COMPLETE" {
                continue;
            }
            judged |= !states.is_empty();
            // Where records come after it too, stream_statuses_are_in_order speaks.
            let Some(stream) = placed.stream_name().map(|name| transcript.account.stream(&name)) else {
                continue;
            };
            if stream.records > placed.records {
                continue;
            }
            // A GLOBAL state speaks of other streams too, which may go on.
            let late: Vec<_> = states
                .iter()
                .filter(|state| {
                    state.line > placed.line && state.stream.is_some() && state.stream == placed.stream
                })
                .collect();
            let Some(first) = late.first() else { continue };
            let got = format!("one after its COMPLETE on line {}", placed.line);
            let finding = Finding::new("no STATE after COMPLETE", got).by(transcript).stream(&stream.name);
            findings.push(Finding { times: late.len() as u64, ..finding.line(first.line) });
        }
    }
    Verdict::of(findings, judged, "no read printed a STATE and COMPLETE")
}
