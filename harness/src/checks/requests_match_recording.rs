use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::verdict::{Finding, Verdict};
use connector_protocol::Command;
use connector_replay::{Difference, Moment, Outcome, Remedy, Rule};

pub(super) const CHECK: Check = Check {
    id: "requests_match_recording",
    level: Level::Must,
    group: Group::Requests,
    requirement: "Every request that the connector makes is one that was recorded, and reaches the replay server.",
    why: "A request that nobody recorded was answered by status 599: what the connector did from there on proves \
          nothing. Either the connector changed what it asks for, or the recording is incomplete.",
    source: "Ours: a replay fails closed.",
    judge,
    condemns: &["$ read\n! GET https://api.test/users?page=2"],
    acquits: &["$ read\n> GET https://api.test/users"],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        let journal = &run.journal;
        for exchange in &journal.exchanges {
            judged = true;
            let Outcome::Unmatched { differences, remedy, .. } = &exchange.outcome else { continue };
            let asked = format!("{} {}", exchange.method, exchange.url);
            let finding = match differences.as_slice() {
                [] if run.transcript.command == Command::Spec => Finding::new("no request in `spec`", asked).next(
                    "what it asks for at import, such as telemetry, most libraries let be by a variable: [environment] of \
                     harness.toml",
                ),
                [] if evidence.recorded.unwrap_or_default() == 0 => Finding::new("a recorded request", asked)
                    .next(
                        "there is no recording yet: make one with `harness record`, or write a cassette.json",
                    ),
                [] => Finding::new("a recorded request", asked),
                differences => {
                    let parts: Vec<String> = differences.iter().map(ToString::to_string).collect();
                    let parts = excerpt::of_text(&parts.join("; "));
                    let clock = if differences.iter().any(is_of_times) { CLOCK } else { "" };
                    let remedy = remedy.as_ref().map(|remedy| said(remedy, &evidence.ignore));
                    Finding::new("a recorded request", asked).next(format!(
                        "nearest recorded one differs in {parts}{clock}{}",
                        remedy.unwrap_or_default()
                    ))
                }
            };
            findings.push(finding.by(&run.transcript));
        }
        for fault in &journal.faults {
            judged = true;
            findings.push(
                Finding::new("a connection that can be answered", fault.to_string())
                    .by(&run.transcript)
                    .next(
                        "does its HTTP client take the CA certificate of SSL_CERT_FILE? For one that trusts only the \
                         roots it was built with there is [base_url] in harness.toml (docs/interception.md)",
                    ),
            );
        }
    }
    Verdict::of(findings, judged, "no request was made")
}

/// What to do where a connector asks at another time than the recording.
const CLOCK: &str = "; these are times: a connector that neither CONNECTOR_NOW nor libfaketime reaches needs a \
                     scenario.toml without `now`, so that the recording moves with the clock (docs/recording.md)";

/// Whether two times differ and nothing else.
fn is_of_times(difference: &Difference) -> bool {
    let format = |text: &Option<String>| match Moment::all_in(text.as_deref().unwrap_or_default()).as_slice()
    {
        [moment] => Some(moment.format.to_string()),
        _ => None,
    };
    format(&difference.wanted).is_some_and(|wanted| format(&difference.got) == Some(wanted))
}

/// The line of harness.toml that would accept a request, and what else it would do.
fn said(remedy: &Remedy, ignored: &[Rule]) -> String {
    // What is passed over already stays: the line takes the place of the one that is there.
    let rules: Vec<Rule> = ignored.iter().chain(&remedy.ignore).cloned().collect();
    let mut said = format!("; harness.toml would accept it with: {}", ignore_line(&rules));
    if let Some(other) = remedy.confuses {
        let warning = format!(
            " -- but then interaction {} would be taken for the same request: record again instead",
            other + 1
        );
        said.push_str(&warning);
    }
    said
}

/// The line of a settings file that passes over these.
pub(crate) fn ignore_line(rules: &[Rule]) -> String {
    format!("ignore = [{}]", rules.iter().map(toml).collect::<Vec<_>>().join(", "))
}

fn toml(rule: &Rule) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let part = quoted(&rule.part.to_string());
    match &rule.path {
        Some(path) => format!("{{ path = {}, part = {part} }}", quoted(path)),
        None => part,
    }
}
