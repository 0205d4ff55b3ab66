use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::evidence::Run;
use crate::expectation::{ConfigIs, Outcome};
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "refused_configs_are_config_errors",
    level: Level::Should,
    group: Group::Messages,
    requirement: "A discover or read that fails because of its config (the scenario calls it invalid, or the \
                   API refuses its credentials) says so in a TRACE ERROR of failure_type config_error.",
    why: "For a config_error the platform asks the user to mend the config. For any other it tries again, for \
           hours, with a key that cannot work.",
    source: "The protocol's TRACE ERROR, `failure_type`.",
    judge,
    condemns: &[
        "# expect config invalid\n$ discover\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\",\"failure_type\":\"system_error\"}}}\n= exit 1",
        "# expect read fails\n$ read\n> GET https://api.test/users 401 no\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\"}}}\n= exit 1",
    ],
    acquits: &[
        "# expect config invalid\n$ discover\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"no\",\"failure_type\":\"config_error\"}}}\n= exit 1",
        "# expect read fails\n$ read\n> GET https://api.test/users 401 no\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"stream a\",\"failure_type\":\"system_error\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1.0,\"error\":{\"message\":\"the key was refused\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        let transcript = &run.transcript;
        let command = transcript.command;
        // A check says it by its status. Where nothing but success was expected, outcome_is_expected speaks.
        let fails = matches!(command, Command::Discover | Command::Read)
            && evidence.expect.of(command) == Outcome::Fails
            && transcript.status().is_some_and(|status| status != 0);
        if !fails || !(evidence.expect.config() == ConfigIs::Invalid || was_refused(run)) {
            continue;
        }
        let Some((placed, first)) = transcript.account.errors().next() else { continue };
        judged = true;
        if !transcript.account.errors().any(|(_, error)| error["failure_type"] == "config_error") {
            let got = first["failure_type"].as_str().unwrap_or("none");
            findings.push(
                Finding::new("config_error", got)
                    .by(transcript)
                    .line(placed.line)
                    .pointer("/trace/error/failure_type"),
            );
        }
    }
    Verdict::of(findings, judged, "no discover or read failed because of its config")
}

/// Whether the last thing that the API said is that it does not take these credentials.
fn was_refused(run: &Run) -> bool {
    run.journal.exchanges.last().is_some_and(|last| last.status == 401)
}
