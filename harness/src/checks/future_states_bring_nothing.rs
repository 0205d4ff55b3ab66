use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "future_states_bring_nothing",
    level: Level::Must,
    group: Group::State,
    requirement: "From a state of the far future a read brings no records, and prints a state.",
    why: "A state that is not understood is read as none: all of the data is moved again. One that is understood says that there is nothing to move.",
    source: "Connector acceptance tests, `incremental`: test_state_with_abnormally_large_values.",
    judge,
    condemns: &[
        "$ read : future\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":9}}}}",
        "$ read : future",
        "$ read : future\n= exit 1",
    ],
    acquits: &[
        "$ read : future\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":9}}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for trial in evidence.tried(|question| *question == Question::ReadFromFuture) {
        let transcript = &trial.run.transcript;
        let wants = |want: &str, got: String| Finding::new(want, got).by(transcript);
        if trial.lacks_answers() {
            continue;
        }
        judged = true;
        if transcript.status() != Some(0) {
            findings.push(wants("a read that succeeds", transcript.exit.to_string()));
            continue;
        }
        for stream in transcript.account.streams.iter().filter(|stream| stream.records > 0) {
            findings.push(wants("no record", format!("{} of them", stream.records)).stream(&stream.name));
        }
        if transcript.account.of_kind(MessageType::State).next().is_none() {
            findings.push(wants("a STATE", "none".to_owned()));
        }
    }
    Verdict::of(findings, judged, "the scenario gives no future state whose requests are recorded")
}
