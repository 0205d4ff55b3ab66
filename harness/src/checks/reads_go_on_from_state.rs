use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
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
    ],
    acquits: &[
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
        let (Question::ReadFrom { resumption, .. }, resumed) = (&trial.question, &trial.run.transcript)
        else {
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
        let mut compare = |left: u64, got: u64, stream: Option<&StreamName>| {
            // Where all has come, nothing can be lost.
            judged |= left > 0;
            if got < left {
                let want = format!("the {left} records that were still to come");
                let finding = Finding::new(want, format!("{got}")).by(resumed).next(next);
                findings.push(match stream {
                    Some(stream) => finding.stream(stream),
                    None => finding,
                });
            }
        };
        match &resumption.covered {
            Covered::All(covered) => {
                compare(first.account.records.saturating_sub(*covered), resumed.account.records, None);
            }
            Covered::Streams(covered) => {
                for stream in &first.account.streams {
                    let covered = covered.get(&*stream.name).copied().unwrap_or_default();
                    let again = resumed.account.stream(&stream.name).records;
                    compare(stream.records.saturating_sub(covered), again, Some(&stream.name));
                }
            }
        }
    }
    Verdict::of(findings, judged, "no read was taken up from a state whose requests are recorded")
}
