use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "failed_checks_say_why",
    level: Level::Should,
    group: Group::Check,
    requirement: "Where `check` answers FAILED, its status carries a message.",
    why: "The message is all that the user is shown beside the form: without one he is told that something is \
           wrong, and not what.",
    source: "The protocol's CONNECTION_STATUS, `message`; connector acceptance tests demand the status alone.",
    judge,
    condemns: &[
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\"}}",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\" \\n\"}}",
    ],
    acquits: &[
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"the key was refused\"}}",
        "$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"no\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.ended(Command::Check) {
        for placed in transcript.account.of_kind(MessageType::ConnectionStatus) {
            let status = placed.payload();
            if status["status"] != "FAILED" {
                continue;
            }
            judged = true;
            if status["message"].as_str().unwrap_or_default().trim().is_empty() {
                findings.push(
                    Finding::new("a message that says what failed", "none")
                        .by(transcript)
                        .line(placed.line)
                        .pointer("/connectionStatus/message"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no check answered FAILED")
}
