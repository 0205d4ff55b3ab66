use std::collections::BTreeSet;

use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{Account, StreamName};
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "whole_reads_are_whole",
    level: Level::Should,
    group: Group::State,
    requirement: "A read that goes on from a state brings no record, by its primary key, that the whole read has not brought.",
    why: "What comes of the same data only the second time was passed over the first time: a read that breaks off after some \
          pages and says COMPLETE looks like one of few records.",
    source: "Ours.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let Some(first) = evidence.succeeded(Command::Read).next().filter(|read| read.account.knows_each())
    else {
        return Verdict::Skip {
            reason: "no read succeeded whose records are few enough to be known".to_owned(),
        };
    };
    let whole: BTreeSet<(&StreamName, u64)> = keys_of(&first.account).collect();
    for trial in evidence.tried(|question| matches!(question, Question::ReadFrom(_))) {
        let resumed = &trial.run.transcript;
        if trial.lacks_answers() || resumed.status() != Some(0) || !resumed.account.knows_each() {
            continue;
        }
        let come: BTreeSet<(&StreamName, u64)> = keys_of(&resumed.account).collect();
        judged |= !come.is_empty();
        for stream in &first.account.streams {
            let new = come.iter().filter(|it| *it.0 == *stream.name && !whole.contains(it)).count();
            if new > 0 {
                let want = format!("records that are among the {} of the whole read", stream.records);
                let finding = Finding::new(want, format!("{new} others")).by(resumed).stream(&stream.name);
                findings.push(finding.next(
                    "read to the end before COMPLETE; if they came into being while it was recorded, record again",
                ));
            }
        }
    }
    Verdict::of(findings, judged, "no read that went on from a state brought records with a key")
}

/// The records of streams with a primary key: the stream, and what is known of the key.
fn keys_of(account: &Account) -> impl Iterator<Item = (&StreamName, u64)> {
    let keyed = account.each().filter(|(stream, _)| stream.has_key);
    keyed.map(|(stream, identity)| (&*stream.name, identity))
}
