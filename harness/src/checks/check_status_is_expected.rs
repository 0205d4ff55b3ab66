use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::expectation::Outcome;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "check_status_is_expected",
    level: Level::Must,
    group: Group::Check,
    requirement: "`check` prints exactly one CONNECTION_STATUS, SUCCEEDED or FAILED as the scenario expects, and ends \
                  with exit status 0 either way; or, where the scenario expects that, exactly one TRACE ERROR with a \
                  message in its place.",
    why: "The status is the answer to the user who just typed a key: a crash in its place tells nothing.",
    source: "The protocol's check command; connector acceptance tests, `connection`.",
    judge,
    condemns: &[
        "$ check",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"no\"}}",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}\n= exit 1",
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
        "# expect check raises\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"no\"}}",
        "# expect check raises\n$ check\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"\"}}}\n= exit 1",
    ],
    acquits: &[
        "# expect check raises\n$ check\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"no\"}}}\n= exit 1",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let want = match evidence.expect.of(Command::Check) {
        Outcome::Succeeds => "SUCCEEDED",
        Outcome::Fails => "FAILED",
        Outcome::Raises => return raises(evidence),
    };
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.ended(Command::Check) {
        judged = true;
        findings.extend(transcript.exactly_one(MessageType::ConnectionStatus));
        if let Some(placed) = transcript.account.of_kind(MessageType::ConnectionStatus).next() {
            let status = placed.payload();
            let got = status["status"].as_str().unwrap_or_default();
            let message = status["message"].as_str().unwrap_or_default();
            if got != want {
                findings.push(
                    Finding::new(
                        format!("status {want}"),
                        format!("{got} {}", excerpt::of_text(message)).trim(),
                    )
                    .by(transcript)
                    .line(placed.line),
                );
            }
        }
        if let Some(status) = transcript.status().filter(|status| *status != 0) {
            let next = "say what failed in a CONNECTION_STATUS, then end with status 0";
            findings.push(
                Finding::new("exit status 0", format!("exit status {status}")).by(transcript).next(next),
            );
        }
    }
    Verdict::of(findings, judged, "no check ended by itself")
}

/// What is to be said where an error is expected in place of a status.
fn raises(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.ended(Command::Check) {
        judged = true;
        let errors: Vec<_> = transcript.account.errors().collect();
        if errors.len() != 1 {
            let got = match transcript.account.of_kind(MessageType::ConnectionStatus).next() {
                Some(placed) if errors.is_empty() => excerpt::of_json(&placed.payload()),
                _ => errors.len().to_string(),
            };
            findings.push(
                Finding::new("exactly one TRACE ERROR, as the scenario expects `check` to raise", got)
                    .by(transcript),
            );
        }
        for (placed, error) in errors {
            if error["message"].as_str().unwrap_or_default().trim().is_empty() {
                findings.push(
                    Finding::new("a message that says what failed", "none")
                        .by(transcript)
                        .line(placed.line)
                        .pointer("/trace/error/message"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no check ended by itself")
}
