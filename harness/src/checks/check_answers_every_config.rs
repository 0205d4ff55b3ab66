use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "check_answers_every_config",
    level: Level::Must,
    group: Group::Check,
    requirement: "Whatever the config, `check` answers with one CONNECTION_STATUS, or with a TRACE ERROR, and ends.",
    why: "A form is filled in by people: half of it, and wrongly. To a crash the platform can only say that something went wrong.",
    source: "Connector acceptance tests, `connection`: exactly one status. The configs are made from the spec, as its placeholder tests test_required and test_optional never did.",
    judge,
    condemns: &[
        "$ check : missing /key\n= exit 1",
        "$ check : valid\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
        "$ check : wrong /key\n2> Traceback (most recent call last):\n= exit 1",
    ],
    acquits: &[
        "$ check : missing /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"key is required\"}}",
        "$ check : wrong /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key must be a string\",\"failure_type\":\"config_error\"}}}\n= exit 1",
        "$ check : valid\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (_, transcript) in evidence.tried_configs() {
        judged = true;
        let statuses = transcript.account.of_kind(MessageType::ConnectionStatus).count();
        if statuses == 1 || (statuses == 0 && transcript.account.errors().next().is_some()) {
            continue;
        }
        let got = match statuses {
            0 => format!("neither, {}", transcript.exit),
            several => format!("{several} CONNECTION_STATUS messages"),
        };
        let finding = Finding::new("one CONNECTION_STATUS, or a TRACE ERROR", got).by(transcript);
        findings.push(finding.next("hold the config to the spec first, and say what is wrong with it"));
    }
    Verdict::of(findings, judged, "no config was made from the spec")
}
