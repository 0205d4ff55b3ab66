use std::collections::BTreeSet;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_streams_are_unique",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "No two streams of a catalog have the same name in the same namespace.",
    why: "Records, states and tables are told apart by that name alone: two streams of one name overwrite each other.",
    source: "Connector acceptance tests, `discovery`; there the namespace is not looked at.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"a\",\"namespace\":\"n\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut names = BTreeSet::new();
    for (transcript, line, stream) in evidence.discovered_streams() {
        let name = StreamName::of(stream);
        // By process and line: each catalog is judged on its own.
        if !names.insert((std::ptr::from_ref(transcript).addr(), line, name.clone())) {
            findings.push(
                Finding::new("a name that no other stream has", name.to_string())
                    .by(transcript)
                    .line(line)
                    .stream(&name),
            );
        }
    }
    Verdict::of(findings, !names.is_empty(), "no stream was discovered")
}
