use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "reads_are_repeatable",
    level: Level::Must,
    group: Group::Records,
    requirement: "Of the same answers, a second read makes the same records of every stream, in whatever order.",
    why: "Records that differ from run to run (random ids, times of the read, members left out by chance) are written \
          again and again at the destination, and nobody can tell what has changed at the source.",
    source: "Connector acceptance tests, `full_refresh`: the second read holds what the first held; in the suite for Java, \
             two full refreshes are equal.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : again\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : again",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : again\n= exit 1",
    ],
    acquits: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"b\":2},\"emitted_at\":1}}\n$ read : again\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"b\":2,\"id\":1},\"emitted_at\":2}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for trial in evidence.tried(|question| *question == Question::ReadAgain) {
        if let Some(failed) = evidence.fails_otherwise(trial) {
            judged = true;
            findings.push(failed);
        }
        let Some(first) = evidence.read_like(trial) else { continue };
        judged = true;
        let again = &trial.run.transcript;
        for stream in &first.account.streams {
            let second = again.account.stream(&stream.name);
            findings.extend(stream.differs(second).map(|(want, got)| {
                let next = "what differs at every run may be named in scenario.toml: volatile = [\"/record/data/at\"]";
                Finding::new(want, got).by(again).stream(&stream.name).next(next)
            }));
        }
    }
    Verdict::of(findings, judged, "no read was repeated")
}
