use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamAccount;
use crate::transcript::Transcript;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_is_present",
    level: Level::Must,
    group: Group::State,
    requirement: "A read that succeeds prints a STATE for every stream that is read incrementally, the last of them \
                  after the stream's last record.",
    why: "Records that no state covers are read again by every sync; for destinations that commit at states, they are \
          not even written.",
    source: "Connector acceptance tests, `basic_read`: state messages, there counted in total and not by stream; of \
             streams that are read in full, full_refresh_streams_have_state speaks.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{},\"stream_states\":[]}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let is_plain = |transcript: &Transcript| transcript.trial.is_none();
    let plain = evidence.succeeded(Command::Read);
    let tried = evidence.every_read().filter(|read| !is_plain(read) && read.status() == Some(0));
    for transcript in plain.chain(tried) {
        // Where a read that goes on from a state finds nothing new, that state still holds.
        let owes = |stream: &&StreamAccount| {
            stream.configured && stream.incremental && (is_plain(transcript) || stream.records > 0)
        };
        for stream in transcript.account.streams.iter().filter(owes) {
            judged = true;
            findings.extend(missing(transcript, stream));
        }
    }
    Verdict::of(findings, judged, "no stream was read incrementally")
}

/// What is wrong if the last record of a stream has no state after it.
pub(super) fn missing(transcript: &Transcript, stream: &StreamAccount) -> Option<Finding> {
    let account = &transcript.account;
    // A GLOBAL or a legacy state speaks for all streams at once, or for those that it lists.
    let of_all = account.of_kind(MessageType::State).filter(|placed| placed.stream.is_none()).last();
    let finding = match of_all {
        Some(_) if stream.since_state == 0 => return None,
        Some(placed) => Finding::new("a STATE after the last record", "none").line(placed.line),
        None if stream.states == 0 => Finding::new("at least one STATE", "none"),
        None if stream.since_state > 0 => {
            let got = format!("{} records after the last one", stream.since_state);
            Finding::new("a STATE after the last record", got)
        }
        None => return None,
    };
    Some(finding.by(transcript).stream(&stream.name))
}
