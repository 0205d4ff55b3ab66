use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "secrets_stay_secret",
    level: Level::Must,
    group: Group::Secrets,
    requirement: "No value that the spec marks airbyte_secret appears in what the connector prints, neither on stdout \
                  nor on stderr, neither as it is nor URL-encoded, JSON-escaped or in base64. A CONTROL message, which \
                  hands the platform a new config, may hold it.",
    why: "Logs and errors are shown, stored and mailed: a key that stands in one of them has to be revoked.",
    source: "The protocol's airbyte_secret; airbyte#15576 and airbyte#13644.",
    judge,
    condemns: &[
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n$ read\n{\"type\":\"LOG\",\"log\":{\"level\":\"DEBUG\",\"message\":\"GET /?key=canary-7f3a\"}}",
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n$ check\n2> key is Y2FuYXJ5LTdmM2E=",
    ],
    acquits: &[
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n$ read\n{\"type\":\"CONTROL\",\"control\":{\"type\":\"CONNECTOR_CONFIG\",\"emitted_at\":1.0,\"connectorConfig\":{\"config\":{\"key\":\"canary-7f3a\"}}}}\n{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"GET /?key=****\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    if !evidence.has_secrets {
        return Verdict::Skip {
            reason: "the spec marks no secret that the config sets with four characters or more".to_owned(),
        };
    }
    let mut findings = Vec::new();
    for transcript in evidence.every_transcript() {
        let stdout = transcript.account.leaks.iter().map(|leak| (leak, "stdout"));
        let stderr = transcript.stderr.leaks.iter().map(|leak| (leak, "stderr"));
        for (leak, place) in stdout.chain(stderr) {
            let got = format!("its value, {}, on {place}", leak.what.form);
            let finding =
                Finding::new(format!("nothing of the secret `{}`", leak.what.field), got).by(transcript);
            let finding = if place == "stdout" { finding.line(leak.line) } else { finding };
            findings.push(Finding { times: leak.times, ..finding });
        }
    }
    Verdict::of(findings, !evidence.runs.is_empty(), "no process was started")
}
