use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "unknown_streams_are_refused",
    level: Level::Must,
    group: Group::Records,
    requirement: "A read of a stream that there is not says so: by a TRACE ERROR, or by INCOMPLETE as the status of the stream.",
    why: "A stream that was renamed is still configured at thousands of users. Who is told nothing takes the silence for success, and the data stops.",
    source: "Connector acceptance tests, `basic_read`: test_airbyte_trace_message_on_failure; standard tests of the CDK: test_fail_read_with_bad_catalog. Both ask for an error where a sync mode is wrong besides; Airbyte's own kit ends a stream that is gone as INCOMPLETE, by which the platform lets the sync of it fail.",
    judge,
    condemns: &[
        "$ read : stranger",
        "$ read : stranger\n= exit 1",
        "$ read : stranger\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1,\"stream_status\":{\"stream_descriptor\":{\"name\":\"stranger\"},\"status\":\"COMPLETE\"}}}",
    ],
    acquits: &[
        "$ read : stranger\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"there is no such stream\",\"failure_type\":\"config_error\"}}}\n= exit 1",
        "$ read : stranger\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1,\"stream_status\":{\"stream_descriptor\":{\"name\":\"stranger\"},\"status\":\"INCOMPLETE\"}}}",
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
        let mut statuses = transcript.account.traces("STREAM_STATUS", "stream_status");
        let given_up = statuses.any(|(_, status)| status["status"] == "INCOMPLETE");
        if !given_up && transcript.account.errors().next().is_none() {
            let got = format!("neither, {}", transcript.exit);
            let wanted = "a TRACE ERROR that names the stream, or INCOMPLETE as its status";
            let finding = Finding::new(wanted, got).by(transcript);
            findings.push(finding.next(
                "look every configured stream up, and end with a config error for one that is not there",
            ));
        }
    }
    Verdict::of(findings, judged, "no such read was made")
}
