use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_needs_no_home",
    level: Level::Should,
    group: Group::Spec,
    requirement: "Without HOME, USER and LOGNAME in its environment `spec` prints the same specification.",
    why: "Platforms run connectors as a user without a home or a name; a library that looks for its cache there ends the connector before it has said a word.",
    source: "Connectors run in containers under any user id: Airbyte, Connector builder base images run as a user without a home of its own.",
    judge,
    condemns: &[
        "# spec {\"type\":\"object\"}\n$ spec : homeless\n= exit 1",
        "# spec {\"type\":\"array\"}\n$ spec : homeless\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"type\":\"object\"}}}",
    ],
    acquits: &[
        "# spec {\"type\":\"object\"}\n$ spec : homeless\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"type\":\"object\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for trial in evidence.tried(|question| *question == Question::SpecWithoutHome) {
        judged = true;
        let transcript = &trial.run.transcript;
        let got = match transcript.account.answer(Command::Spec) {
            Some(spec)
                if Some(&spec["connectionSpecification"]) == evidence.connection_specification.as_deref() =>
            {
                continue;
            }
            Some(_) => "another one".to_owned(),
            None => format!("no SPEC message, {}", transcript.exit),
        };
        let finding = Finding::new("the same specification as before", got).by(transcript);
        findings.push(
            finding.next(
                "let no import and no start depend on the user's folder; look at stderr of: env -u HOME",
            ),
        );
    }
    Verdict::of(findings, judged, "`spec` was not run a second time")
}
