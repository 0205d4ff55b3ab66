use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_carries_record_count",
    level: Level::Should,
    group: Group::State,
    requirement: "Every STATE carries sourceStats.recordCount: how many records it covers.",
    why: "By that number the platform notices records that were lost between source and destination.",
    source: "The protocol's sourceStats; connector acceptance tests, `validate_state_messages`.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}",
    ],
    acquits: &[
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}},\"sourceStats\":{\"recordCount\":0.0}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        let mut without = Vec::new();
        for placed in transcript.account.of_kind(MessageType::State) {
            judged = true;
            if placed.payload()["sourceStats"]["recordCount"].is_null() {
                without.push(placed.line);
            }
        }
        if let Some(first) = without.first() {
            let finding = Finding::new("sourceStats.recordCount", "none").by(transcript).line(*first);
            findings.push(Finding { times: without.len() as u64, ..finding.pointer("/state/sourceStats") });
        }
    }
    Verdict::of(findings, judged, "no STATE was printed")
}
