use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::CaseKind;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "invalid_configs_are_config_errors",
    level: Level::Should,
    group: Group::Check,
    requirement: "A TRACE ERROR about a config that breaks the spec has the failure_type config_error.",
    why: "By the type the platform decides whom to wake: a config error goes to the user who can mend it, a system error to the people who keep the connector.",
    source: "The protocol: failure_type of an error trace message.",
    judge,
    condemns: &[
        "$ check : missing /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"system_error\"}}}\n= exit 1",
    ],
    acquits: &[
        "$ check : missing /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"config_error\"}}}\n= exit 1\n$ check : wrong /key\n! GET https://api.test/undefined\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"599\",\"failure_type\":\"transient_error\"}}}\n= exit 1",
        "$ check : missing /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"config_error\"}}}\n= exit 1",
        "$ check : wrong /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (_, transcript) in evidence.answered_configs().filter(|(case, _)| case.kind != CaseKind::Valid) {
        for (placed, error) in transcript.account.errors() {
            judged = true;
            if error["failure_type"] != "config_error" {
                let got = error["failure_type"].as_str().unwrap_or("none").to_owned();
                let finding = Finding::new("failure_type config_error", got).by(transcript).line(placed.line);
                findings.push(finding.pointer("/trace/error/failure_type"));
            }
        }
    }
    Verdict::of(findings, judged, "no such config was answered with a TRACE ERROR")
}
