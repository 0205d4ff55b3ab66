use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "files_are_left_alone",
    level: Level::Must,
    group: Group::Process,
    requirement: "The files that a command is given are the same when it has ended.",
    why: "Platforms mount them read-only, or hand the same file to the next command. A new token goes into a CONTROL message, which the platform keeps.",
    source: "The protocol: a connector changes its config by a CONTROL message of type CONNECTOR_CONFIG.",
    judge,
    condemns: &["$ check\n= alters config.json"],
    acquits: &[
        "# config {}\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    for run in evidence.every_run() {
        for file in &run.altered {
            let finding = Finding::new(format!("{file} as it was"), "another content").by(&run.transcript);
            findings.push(
                finding.next("print a CONTROL message with the new config in place of writing to the file"),
            );
        }
    }
    Verdict::of(findings, evidence.config.is_some(), "no process was given a file")
}
