use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::Verdict;

pub(super) const CHECK: Check = Check {
    id: "full_refresh_streams_have_state",
    level: Level::Should,
    group: Group::State,
    requirement: "A read that succeeds prints a STATE after the last record of every stream that is read in \
                   full, too.",
    why: "By it the platform learns that the stream is whole and how many records it had; a destination that \
           commits at states has nothing to commit at.",
    source: "Connector acceptance tests, `basic_read`: as many states as streams, whatever their sync mode. Of \
              streams that are read incrementally, state_is_present demands it.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"b\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"__ab_no_cursor_state_message\":true}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"b\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{},\"stream_states\":[]}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.succeeded(Command::Read) {
        let streams = transcript.account.streams.iter();
        for stream in streams.filter(|stream| stream.configured && !stream.incremental) {
            judged = true;
            findings.extend(super::state_is_present::missing(transcript, stream));
        }
    }
    Verdict::of(findings, judged, "no stream was read in full")
}
