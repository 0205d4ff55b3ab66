use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::stack_trace;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "error_messages_are_for_people",
    level: Level::Should,
    group: Group::Messages,
    requirement: "The message of a TRACE ERROR, and of a failed check, is not empty and holds no stack trace.",
    why: "It is shown to the user as it is. What a developer needs has fields of its own: internal_message and \
           stack_trace.",
    source: "The protocol's TRACE ERROR, `message`: user-friendly; connector acceptance tests, `connection` \
              (`exception`).",
    judge,
    condemns: &[
        "# expect read fails\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"\"}}}\n= exit 1",
        "# expect read fails\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\\nTraceback (most recent call last):\\n  File \\\"a.py\\\", line 1\"}}}\n= exit 1",
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"Error: no\\n    at get (/app/index.js:1:7)\"}}",
    ],
    acquits: &[
        "# expect read fails\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"The key was refused: make a new one.\",\"stack_trace\":\"Traceback (most recent call last):\"}}}\n= exit 1",
        "# expect check fails\n$ check\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"no\"}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.transcripts() {
        let errors =
            transcript.account.errors().map(|(placed, error)| (placed, error, "/trace/error/message"));
        // That a status says something is for failed_checks_say_why.
        let statuses = transcript.account.of_kind(MessageType::ConnectionStatus);
        let statuses = statuses
            .map(|placed| (placed, placed.payload(), "/connectionStatus/message"))
            .filter(|(_, status, _)| status["message"].as_str().is_some_and(|it| !it.trim().is_empty()));
        for (placed, payload, pointer) in errors.chain(statuses) {
            judged = true;
            let message = payload["message"].as_str().unwrap_or_default();
            let got = if message.trim().is_empty() {
                Some("none".to_owned())
            } else {
                message.lines().find(|line| stack_trace::begins(line)).map(excerpt::of_text)
            };
            findings.extend(got.map(|got| {
                let next =
                    "the trace belongs into `stack_trace`, what a developer needs into `internal_message`";
                let finding = Finding::new("a sentence for the user", got).by(transcript).line(placed.line);
                Finding { stream: placed.stream_name(), ..finding.pointer(pointer).next(next) }
            }));
        }
    }
    Verdict::of(findings, judged, "no error and no status with a message was printed")
}
