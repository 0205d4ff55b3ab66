use std::collections::BTreeSet;

use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{Account, StreamAccount, StreamName};
use crate::resumption::Covered;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "reads_go_on_from_state",
    level: Level::Must,
    group: Group::State,
    requirement: "A read from a state that the connector has printed brings every record that had not come when it was printed.",
    why: "A sync that breaks off goes on from its last state. What that state passes over is lost for good, and nobody sees it.",
    source: "Connector acceptance tests, `incremental`: test_read_sequential_slices, there of few states and not of the last; airbyte#15427.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 2",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 2\n= exit 1",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":3},\"emitted_at\":1}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":{\"at\":1},\"stream_states\":[]}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"from\":0},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2,\"from\":0},\"emitted_at\":1}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2,\"from\":1},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":2}}}}\n$ read : from 2\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let Some(first) = evidence.succeeded(Command::Read).next() else {
        return Verdict::Skip { reason: "no read succeeded".to_owned() };
    };
    for trial in evidence.tried(|_| true).filter(|trial| !trial.lacks_answers()) {
        let (Question::ReadFrom(resumption), resumed) = (&trial.question, &trial.run.transcript) else {
            continue;
        };
        if resumed.status() != Some(0) {
            judged = true;
            let got = resumed.exit.to_string();
            findings.push(
                Finding::new("a read that succeeds, since its state is the connector's own", got).by(resumed),
            );
            continue;
        }
        let next = "print a state only for what has been printed before it, and begin again at or before it";
        for Remainder { stream, due, lost } in left_of(&first.account, &resumption.covered, &resumed.account)
        {
            // Of records that are never twice the same, none can be known again.
            let is_known =
                stream.is_none_or(|stream| stream.has_key || !evidence.is_never_twice_the_same(stream));
            // Where all has come, nothing can be lost.
            judged |= due > 0;
            if lost > 0 && is_known {
                let want = format!("the {due} records that were still to come");
                let finding = Finding::new(want, format!("{lost} of them never came")).by(resumed).next(next);
                findings.push(match stream {
                    Some(stream) => finding.stream(&stream.name),
                    None => finding,
                });
            }
        }
    }
    Verdict::of(findings, judged, "no read was taken up from a state whose requests are recorded")
}

/// What was left of a stream, or of all of them, and what of it never came.
struct Remainder<'a> {
    stream: Option<&'a StreamAccount>,
    due: u64,
    lost: u64,
}

/// What was left of the first read when `covered` had come, and is not in the second one.
fn left_of<'a>(first: &'a Account, covered: &Covered, second: &Account) -> Vec<Remainder<'a>> {
    if !first.knows_each() || !second.knows_each() {
        return by_number(first, covered, second);
    }
    // Not how often: of windows that overlap, records at their edges come twice, and from another state once.
    let come: BTreeSet<(&StreamName, u64)> = named(second).collect();
    let mut remainders: Vec<Remainder<'a>> =
        first.streams.iter().map(|stream| Remainder { stream: Some(stream), due: 0, lost: 0 }).collect();
    let mut passed = vec![0; first.streams.len()];
    for (index, ((name, identity), (place, _))) in (0_u64..).zip(named(first).zip(&first.identities)) {
        let place = *place as usize;
        let is_covered = match covered {
            Covered::All(all) => index < *all,
            Covered::Streams(streams) => passed[place] < streams.get(name).copied().unwrap_or_default(),
        };
        passed[place] += 1;
        if is_covered {
            continue;
        }
        remainders[place].due += 1;
        if !come.contains(&(name, identity)) {
            remainders[place].lost += 1;
        }
    }
    let known: BTreeSet<(&StreamName, u64)> = named(first).collect();
    let strangers: BTreeSet<&StreamName> =
        come.iter().filter(|it| !known.contains(it)).map(|(name, _)| *name).collect();
    for remainder in &mut remainders {
        // Without a key, a record is known by all that it holds. Where what comes was not there before, that holds
        // something of the read: when it was, or from where on. Then their number has to do.
        let varies = |stream: &&StreamAccount| !stream.has_key && strangers.contains(&*stream.name);
        if let Some(stream) = remainder.stream.filter(varies) {
            let missing = remainder.due.saturating_sub(second.stream(&stream.name).records);
            remainder.lost = remainder.lost.min(missing);
        }
    }
    remainders
}

/// The records of a read by what they are known, each with its stream.
fn named(account: &Account) -> impl Iterator<Item = (&StreamName, u64)> {
    account.each().map(|(stream, identity)| (&*stream.name, identity))
}

/// The same of reads of more records than are known one by one: their numbers alone.
fn by_number<'a>(first: &'a Account, covered: &Covered, second: &Account) -> Vec<Remainder<'a>> {
    let left = |stream, all: u64, covered: u64, come: u64| {
        let due = all.saturating_sub(covered);
        Remainder { stream, due, lost: due.saturating_sub(come) }
    };
    match covered {
        Covered::All(covered) => vec![left(None, first.records, *covered, second.records)],
        Covered::Streams(covered) => {
            let covered = |stream: &StreamAccount| covered.get(&*stream.name).copied().unwrap_or_default();
            let of = |stream: &'a StreamAccount| {
                left(Some(stream), stream.records, covered(stream), second.stream(&stream.name).records)
            };
            first.streams.iter().map(of).collect()
        }
    }
}
