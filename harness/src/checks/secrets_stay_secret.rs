use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{Revealed, Seen};
use crate::secrets::Leak;
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
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"key\":\"canary-7f3a\"},\"emitted_at\":1}}",
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
        let found = |leak: &Leak, place: &str| {
            let got = format!("its value, {}, on {place}", leak.form);
            Finding::new(format!("nothing of the secret `{}`", leak.field), got).by(transcript)
        };
        for Seen { what: Revealed { leak, stream }, line, times } in &transcript.account.leaks {
            let finding = Finding { times: *times, ..found(leak, "stdout").line(*line) };
            findings.push(match stream {
                Some(stream) => finding.stream(stream).next(
                    "leave the field out; or, where the API itself hands it out as data that is wanted, waive it for this stream",
                ),
                None => finding,
            });
        }
        for Seen { what, times, .. } in &transcript.stderr.leaks {
            findings.push(Finding { times: *times, ..found(what, "stderr") });
        }
    }
    Verdict::of(findings, !evidence.runs.is_empty(), "no process was started")
}
