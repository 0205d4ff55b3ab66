use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::CaseKind;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "check_refuses_incomplete_configs",
    level: Level::Must,
    group: Group::Check,
    requirement: "`check` refuses a config that lacks a field which the spec requires.",
    why: "A config that passed its check is taken to work: the first sync then fails at night, without the person who could mend it.",
    source: "Conduit's acceptance tests drop each required parameter; Airbyte's placeholder for it (test_required) asserts nothing.",
    judge,
    condemns: &[
        "$ check : missing /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
    ],
    acquits: &[
        "$ check : missing /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"key\"}}",
        "$ check : missing /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    refused(evidence, CaseKind::Missing)
}

/// Whether every config of that kind was refused.
pub(super) fn refused(evidence: &Evidence, kind: CaseKind) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (case, transcript) in evidence.tried_configs().filter(|(case, _)| case.kind == kind) {
        judged = true;
        let status = transcript.account.answer(Command::Check);
        if status.is_some_and(|status| status["status"] == "SUCCEEDED") {
            let finding = Finding::new("a refusal", "SUCCEEDED").by(transcript).pointer(&*case.pointer);
            findings.push(finding.next("hold the config to the spec before anything is asked of the API"));
        }
    }
    Verdict::of(findings, judged, "no such config was made from the spec")
}
