use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "unknown_streams_are_refused",
    level: Level::Must,
    group: Group::Records,
    requirement: "A read of a stream that there is not reports a TRACE ERROR.",
    why: "A stream that was renamed is still configured at thousands of users. Who is told nothing takes the silence for success, and the data stops.",
    source: "Connector acceptance tests, `basic_read`: test_airbyte_trace_message_on_failure; standard tests of the CDK: test_fail_read_with_bad_catalog.",
    judge,
    condemns: &["$ read : stranger", "$ read : stranger\n= exit 1"],
    acquits: &[
        "$ read : stranger\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"there is no such stream\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for trial in evidence.tried(|question| *question == Question::ReadOfStranger) {
        let transcript = &trial.run.transcript;
        // Of one that hangs or dies, the checks on processes speak.
        if transcript.status().is_none() {
            continue;
        }
        judged = true;
        if transcript.account.errors().next().is_none() {
            let got = format!("none, {}", transcript.exit);
            let finding = Finding::new("a TRACE ERROR that names the stream", got).by(transcript);
            findings.push(finding.next(
                "look every configured stream up, and end with a config error for one that is not there",
            ));
        }
    }
    Verdict::of(findings, judged, "no such read was made")
}
