use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::requests::Failure;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "failures_are_not_passed_over",
    level: Level::Must,
    group: Group::Requests,
    requirement: "A read that succeeds leaves no request whose last answer was 429 (too many requests) or 5xx (the server \
                  failed): it is made again until it is answered, or the read fails.",
    why: "What such a request was for exists, and is missing. A read that says COMPLETE all the same moves its state past \
          it, and the records are lost without a word.",
    source: "Ours; the Python CDK tries these answers again and fails the stream in the end, unless its author has said to \
             pass them over.",
    judge,
    condemns: &[
        "$ read\n> GET https://api.test/users 500",
        "$ read\n> GET https://api.test/users\n> GET https://api.test/users?page=2 429\n> GET https://api.test/teams",
    ],
    acquits: &[
        "$ read\n> GET https://api.test/users 429\n> GET https://api.test/users 503\n> GET https://api.test/users",
        "$ read\n> GET https://api.test/users 404",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let reads = evidence.runs.iter().filter(|run| run.transcript.command == Command::Read);
    for run in reads.filter(|run| run.transcript.status() == Some(0)) {
        judged |= !run.journal.exchanges.is_empty();
        findings.extend(run.requests.failed.all().into_iter().map(|Failure { method, url, status }| {
            let got = format!("{status} in the end, and exit status 0: {method} {}", excerpt::of_text(url));
            Finding::new("an answer, or a read that fails", got).by(&run.transcript).next(
                "try it again, with waits that grow and those that Retry-After asks for; then end with a TRACE ERROR. One that \
                 may fail is to be waived, with the reason",
            )
        }));
    }
    Verdict::of(findings, judged, "no read that succeeded made a request")
}
