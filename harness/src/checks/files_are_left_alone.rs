use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "files_are_left_alone",
    level: Level::Must,
    group: Group::Process,
    requirement: "The files that a command is given are the same when it has ended, but for a config that a CONTROL message has announced.",
    why: "Platforms mount them read-only, or hand the same file to the next command. A new token goes into a CONTROL message, which the platform keeps.",
    source: "The protocol: a connector changes its config by a CONTROL message of type CONNECTOR_CONFIG. Airbyte's own kit prints it and writes the file besides.",
    judge,
    condemns: &[
        "$ check\n= alters config.json",
        "$ read\n{\"type\":\"CONTROL\",\"control\":{\"type\":\"CONNECTOR_CONFIG\",\"emitted_at\":1,\"connectorConfig\":{\"config\":{}}}}\n= alters state.json",
    ],
    acquits: &[
        "# config {}\n$ check\n{\"type\":\"CONTROL\",\"control\":{\"type\":\"CONNECTOR_CONFIG\",\"emitted_at\":1,\"connectorConfig\":{\"config\":{}}}}\n= alters config.json",
        "# config {}\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
    ],
};

/// The file of `--config`.
const CONFIG: &str = "config.json";

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    for run in evidence.every_run() {
        let announced = run.transcript.account.of_kind(MessageType::Control).next().is_some();
        for file in run.altered.iter().filter(|file| !announced || *file != CONFIG) {
            let finding = Finding::new(format!("{file} as it was"), "another content").by(&run.transcript);
            findings.push(
                finding.next("print a CONTROL message with the new config in place of writing to the file"),
            );
        }
    }
    Verdict::of(findings, evidence.config.is_some(), "no process was given a file")
}
