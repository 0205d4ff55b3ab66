use std::collections::BTreeSet;

use connector_protocol::Command;
use connector_replay::{Journal, Outcome};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_is_used",
    level: Level::Should,
    group: Group::State,
    requirement: "From the last state of a read, an incremental stream brings fewer records than it brought from the beginning.",
    why: "A connector that prints states and does not read them moves all of the data at every sync: hours, quotas and bills, and no check of the output can tell.",
    source: "Connector acceptance tests, `incremental`: test_two_sequential_reads; in the suite for Java the second sync brings no records at all.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 3\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 3\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 3",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let Some(first) = evidence.succeeded(Command::Read).next() else {
        return Verdict::Skip { reason: "no read succeeded".to_owned() };
    };
    let from_last =
        |question: &Question| matches!(question, Question::ReadFrom(resumption) if resumption.is_last);
    // Where one stream alone can have asked otherwise, it has read its state, whatever that stands on: a lookback, or many
    // records of one moment.
    let is_alone = first.account.streams.iter().filter(|stream| stream.incremental).count() == 1;
    let asked = |journal: &Journal| -> BTreeSet<usize> {
        let exchanges = journal.exchanges.iter();
        exchanges
            .filter_map(|exchange| match exchange.outcome {
                Outcome::Answered { interaction } => Some(interaction),
                _ => None,
            })
            .collect()
    };
    let whole = evidence.runs.iter().find(|run| run.transcript.command == Command::Read);
    let whole = whole.map(|run| asked(&run.journal));
    for trial in evidence.tried(from_last).filter(|trial| !trial.lacks_answers()) {
        let resumed = &trial.run.transcript;
        let asks_otherwise = whole.as_ref().is_some_and(|whole| *whole != asked(&trial.run.journal));
        for stream in first.account.streams.iter().filter(|stream| stream.incremental && stream.states > 0) {
            // The one that a cursor stands on may come again: of one alone nothing follows.
            if stream.records < 2 || resumed.status() != Some(0) {
                continue;
            }
            judged = true;
            let again = resumed.account.stream(&stream.name).records;
            if again >= stream.records && !(is_alone && asks_otherwise) {
                let want = format!("fewer than the {} records of the whole read", stream.records);
                let finding = Finding::new(want, again.to_string()).by(resumed).stream(&stream.name);
                findings.push(finding.next(
                    "read --state, and ask the API for what is newer than its cursor; where it does, and its cursor stands on \
                     all of the records, record more of them",
                ));
            }
        }
    }
    Verdict::of(findings, judged, "no incremental stream was read from its last state")
}
