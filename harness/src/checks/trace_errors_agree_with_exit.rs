use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "trace_errors_agree_with_exit",
    level: Level::Must,
    group: Group::Messages,
    requirement: "A spec, discover or read that ends with another status than 0 says why in a TRACE message of type \
                  ERROR; one that ends with status 0 prints none.",
    why: "The user sees the TRACE ERROR, the platform the exit status. Where they disagree, either a failed sync counts \
          as done and loses data, or the user is told only that something went wrong.",
    source: "The protocol's TRACE ERROR, and airbyte#37390 (exit status 0 on failure).",
    judge,
    condemns: &[
        "$ read\n= exit 1",
        "$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\"}}}",
        "$ discover\n{\"type\":\"LOG\",\"log\":{\"level\":\"FATAL\",\"message\":\"no\"}}\n= exit 1",
    ],
    acquits: &[
        "$ read\n= exit 0",
        "$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    // What `check` has to say it says by its status: see check_status_is_expected.
    let plain =
        [Command::Spec, Command::Discover, Command::Read].into_iter().flat_map(|it| evidence.ended(it));
    let reads = |question: &Question| question.reads_what_there_is() || *question == Question::ReadOfStranger;
    let tried = evidence.tried(reads).filter(|trial| !trial.lacks_answers());
    let tried = tried.map(|trial| &trial.run.transcript).filter(|transcript| transcript.status().is_some());
    for transcript in plain.chain(tried) {
        judged = true;
        let first_error = transcript.account.errors().next();
        match (transcript.status(), first_error) {
            (Some(0), Some((placed, error))) => findings.push(
                Finding::new("exit status 1, since it reports an error", "exit status 0")
                    .by(transcript)
                    .line(placed.line)
                    .next(format!("the error is {}", excerpt::of_json(&error["message"]))),
            ),
            (Some(status), None) if status != 0 => findings.push(
                Finding::new("a TRACE message of type ERROR", format!("exit status {status} and none"))
                    .by(transcript)
                    .next("catch what ended the process and say it in a TRACE ERROR with a failure_type"),
            ),
            _ => {}
        }
    }
    Verdict::of(findings, judged, "no spec, discover or read ended by itself")
}
