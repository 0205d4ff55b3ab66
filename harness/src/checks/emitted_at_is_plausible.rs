use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "emitted_at_is_plausible",
    level: Level::Must,
    group: Group::Records,
    requirement: "The emitted_at of every RECORD is a time in milliseconds since 1970.",
    why: "Destinations write it as the time of extraction and tell by it which of two records is newer: seconds \
           in its place are January 1970 for ever.",
    source: "The protocol's RECORD, `emitted_at`: epoch in milliseconds. Anything from 2000 to 2200 will do, so \
              the clock of the read does not matter.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1792000000}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":0}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1792000000000000}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1792000000000}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":-1}}",
    ],
    acquits: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1792000000000}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":946684800000}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        for stream in &transcript.account.streams {
            judged |= stream.records > 0;
            findings.extend(stream.odd_moments.iter().map(|seen| {
                let (fault, moment) = seen.what;
                let got = if moment == 0 { "0".to_owned() } else { format!("{moment}: {fault}") };
                let finding =
                    Finding::new("milliseconds since 1970", got).by(transcript).stream(&stream.name);
                Finding { times: seen.times, ..finding.line(seen.line).pointer("/record/emitted_at") }
            }));
        }
    }
    Verdict::of(findings, judged, "no record was read")
}
