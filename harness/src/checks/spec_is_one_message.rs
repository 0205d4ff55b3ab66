use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_is_one_message",
    level: Level::Must,
    group: Group::Spec,
    requirement: "`spec` prints exactly one SPEC message, whose connectionSpecification is itself a valid JSON Schema.",
    why: "The platform draws the form for the user from it. Of two it takes the first; from a broken one it draws \
          nothing.",
    source: "The protocol's spec command; connector acceptance tests, `spec`.",
    judge,
    condemns: &[
        "$ spec",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{}}}\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{}}}",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"type\":\"objekt\"}}}",
    ],
    acquits: &[
        "$ spec\n{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"a\"}}\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"type\":\"object\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.ended(Command::Spec) {
        judged = true;
        findings.extend(transcript.exactly_one(MessageType::Spec));
        for placed in transcript.account.of_kind(MessageType::Spec) {
            let schema = &placed.payload()["connectionSpecification"];
            let fault = Finding::of_schema(schema, "/spec/connectionSpecification");
            findings.extend(fault.map(|finding| finding.by(transcript).line(placed.line)));
        }
    }
    Verdict::of(findings, judged, "`spec` was not run for this subject")
}
