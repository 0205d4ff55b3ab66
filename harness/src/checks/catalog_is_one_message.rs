use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_is_one_message",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "`discover` prints exactly one CATALOG message, with at least one stream.",
    why: "The user chooses streams from it. Of two the platform takes the first; from an empty one nothing can be read.",
    source: "The protocol's discover command; connector acceptance tests, `discovery`.",
    judge,
    condemns: &["$ discover", "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[]}}"],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"users\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.succeeded(Command::Discover) {
        judged = true;
        findings.extend(transcript.exactly_one(MessageType::Catalog));
        for placed in transcript.account.of_kind(MessageType::Catalog) {
            if placed.payload()["streams"].as_array().is_some_and(Vec::is_empty) {
                findings.push(
                    Finding::new("at least one stream", "none")
                        .by(transcript)
                        .line(placed.line)
                        .pointer("/catalog/streams"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no discover succeeded")
}
