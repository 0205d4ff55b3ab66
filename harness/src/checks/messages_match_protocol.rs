use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "messages_match_protocol",
    level: Level::Must,
    group: Group::Messages,
    requirement: "Every message conforms to the protocol's JSON Schema for its type.",
    why: "Platforms and destinations read messages by that schema: what does not fit is dropped, or ends the sync.",
    source: "The Airbyte protocol, release 0.18.0.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"data\":{}}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"data\":[],\"emitted_at\":1}}",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"OK\"}}",
        "$ read\n{\"type\":\"STATE\"}",
        "$ read\n{\"type\":\"DEBUG\",\"message\":\"a\"}",
    ],
    acquits: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"data\":{},\"emitted_at\":1,\"new\":1}}",
        "$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"a\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_transcript() {
        judged |= transcript.account.said > 0;
        findings
            .extend(transcript.account.violations.iter().map(|seen| Finding::violation(seen).by(transcript)));
    }
    Verdict::of(findings, judged, "no message was printed")
}
