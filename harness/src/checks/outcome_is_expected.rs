use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::expectation::Outcome;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "outcome_is_expected",
    level: Level::Must,
    group: Group::Process,
    requirement: "Spec, discover and read succeed (exit status 0) or fail (any other) as the scenario expects.",
    why: "A sync that fails where it should work is broken; one that works where it must fail (a rejected key, an API \
          that stays down) tells the user that all data are there when they are not.",
    source: "The [expect] table of scenario.toml; by default everything succeeds if the config is valid.",
    judge,
    condemns: &[
        "$ read\n= exit 1",
        "# expect read fails\n$ read\n= exit 0",
        "# expect config invalid\n$ discover",
    ],
    acquits: &["$ read\n= exit 0", "# expect read fails\n$ read\n= exit 3"],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for command in [Command::Spec, Command::Discover, Command::Read] {
        let want = evidence.expect.of(command);
        for transcript in evidence.ended(command) {
            let Some(status) = transcript.status() else { continue };
            judged = true;
            if Outcome::of_status(status) == want {
                continue;
            }
            let mut finding =
                Finding::new(format!("`{command}` {want}"), format!("exit status {status}")).by(transcript);
            if let Some((placed, error)) = transcript.account.errors().next() {
                finding = finding
                    .line(placed.line)
                    .next(format!("its first error is {}", excerpt::of_json(&error["message"])));
            }
            findings.push(finding);
        }
    }
    Verdict::of(findings, judged, "no spec, discover or read ended by itself")
}
