use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "connections_are_intercepted",
    level: Level::Must,
    group: Group::Requests,
    requirement: "No connection is attempted but to the HTTP servers of the recording: whatever else a connector dials, by \
                  name or by address, over TCP or UDP, is refused in the sandbox. This machine is left out.",
    why: "A database, a telemetry service, a clock or a hard-coded address that a connector depends on is not in the \
          recording: the verdict would be on another connector than the one that runs in production, and data may flow \
          off where nobody looks.",
    source: "Our own rule: a replay is hermetic, or it is no evidence. In Airbyte's acceptance tests the network is open.",
    judge,
    condemns: &[
        "$ read\n> GET https://api.test/users\nx tcp db.test:5432",
        "$ spec\nx udp 192.0.2.1:123",
        "$ check\n$ read\nx tcp telemetry.test:8125\nx tcp telemetry.test:8125",
    ],
    acquits: &["$ read\n> GET https://api.test/users", "$ spec"],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        let Some(refusals) = &run.refused else { continue };
        judged = true;
        for (refused, times) in refusals {
            let got = format!("a connection to {refused}, which was refused");
            let want = "requests over HTTP to the servers of the recording";
            let finding = Finding::new(want, got).by(&run.transcript);
            let next = "if it is an HTTP server, record it, or name its URL with the port in the config; if a test can do without it, switch it off by [environment] of harness.toml";
            findings.push(Finding { times: *times, ..finding.next(next) });
        }
    }
    Verdict::of(findings, judged, "the connector ran without a sandbox, where nobody can see what it dials")
}
