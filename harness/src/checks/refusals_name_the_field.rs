use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::trial::CaseKind;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "refusals_name_the_field",
    level: Level::Should,
    group: Group::Check,
    requirement: "A config that is refused is refused with a message that names the field.",
    why: "A person who reads `invalid config` goes through the whole form; one who reads `api_key is required` mends it.",
    source: "Ours, after the placeholder test_required of the connector acceptance tests; see airbyte#28800 on messages that do not help.",
    judge,
    condemns: &[
        "$ check : missing /credentials/api_key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"Invalid config\"}}",
        "$ check : wrong /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"it failed\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
    acquits: &[
        "$ check : missing /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"a key is required\"}}\n$ check : wrong /key\n! GET https://api.test/undefined\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"599\"}}",
        "$ check : missing /credentials/api_key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"'api_key' is a required property\"}}",
        "$ check : wrong /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"Key must be a string\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (case, transcript) in evidence.answered_configs().filter(|(case, _)| case.kind != CaseKind::Valid) {
        let Some(name) = case.pointer.rsplit('/').next().filter(|name| !name.is_empty()) else { continue };
        let status = transcript.account.answer(Command::Check);
        let status = status.filter(|status| status["status"] == "FAILED");
        let said = status.iter().filter_map(|status| status["message"].as_str().map(str::to_owned));
        let traced =
            transcript.account.errors().filter_map(|(_, error)| error["message"].as_str().map(str::to_owned));
        let said: Vec<String> = said.chain(traced).collect();
        // Whether it refuses at all is another check's to say.
        let Some(first) = said.first() else { continue };
        judged = true;
        if !said.iter().any(|message| plain(message).contains(&plain(name))) {
            let want = format!("a message that names `{name}`");
            findings.push(Finding::new(want, excerpt::of_text(first)).by(transcript).pointer(&*case.pointer));
        }
    }
    Verdict::of(findings, judged, "no config was refused with a message")
}

/// Letters and digits alone: `API key` names `api_key`.
fn plain(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
