use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "streams_are_independent",
    level: Level::Must,
    group: Group::Records,
    requirement: "A stream brings the same records whichever other streams are read with it, and in whichever order.",
    why: "Users choose their streams. One that needs another to be read first, or that takes records away from it, brings nothing or half for some of them, without a word.",
    source: "Ours: the platform may configure any subset of the catalog in any order; none of the test suites that there are tries it.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : alone b",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : reversed\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : alone b\n= exit 1",
    ],
    acquits: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"at\":1},\"emitted_at\":1}}\n$ read : again\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"at\":2},\"emitted_at\":1}}\n$ read : reversed\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"at\":3},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : alone b\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n$ read : reversed\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let asks = |question: &Question| matches!(question, Question::ReadAlone(_) | Question::ReadReversed);
    for trial in evidence.tried(asks).filter(|trial| !trial.lacks_answers()) {
        if let Some(failed) = evidence.fails_otherwise(trial) {
            judged = true;
            findings.push(failed);
        }
        let Some(first) = evidence.read_like(trial) else { continue };
        judged = true;
        let other = &trial.run.transcript;
        for stream in &first.account.streams {
            let left_out = matches!(&trial.question, Question::ReadAlone(alone) if *alone != *stream.name);
            if left_out || evidence.is_never_twice_the_same(stream) {
                continue;
            }
            findings.extend(stream.differs(other.account.stream(&stream.name)).map(|(want, got)| {
                let next = "let no stream use what another has left behind: a cache, a cursor, a list that is read to its end";
                Finding::new(want, got).by(other).stream(&stream.name).next(next)
            }));
        }
    }
    Verdict::of(findings, judged, "no other choice or order of streams could be read")
}
