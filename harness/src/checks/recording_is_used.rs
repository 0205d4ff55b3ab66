use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::expectation::Outcome;
use crate::transcript::Transcript;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "recording_is_used",
    level: Level::Must,
    group: Group::Requests,
    requirement: "Every recorded interaction of a scenario is asked for by at least one of its commands, if all of them \
                  came out as expected.",
    why: "A page that was recorded and is no longer asked for is data that is no longer read: the likeliest regression, \
          and one that no other check can see.",
    source: "Ours: an unused interaction is a finding, as in VCR's allow_unused_http_interactions = false.",
    judge,
    condemns: &["$ read\n> GET https://api.test/users\n? GET https://api.test/users?page=2"],
    acquits: &["$ check\n? GET https://api.test/users\n$ read\n> GET https://api.test/users"],
};

fn judge(evidence: &Evidence) -> Verdict {
    // A command that broke off, or came out otherwise than expected, has its own finding: what it did not come to ask
    // for follows from that.
    let went_wrong = |transcript: &Transcript| match transcript.status() {
        Some(status) => {
            let by_status = transcript.command != Command::Check;
            by_status && Outcome::of_status(status) != evidence.expect.of(transcript.command)
        }
        None => true,
    };
    if evidence.transcripts().any(went_wrong) {
        return Verdict::Skip { reason: "a command did not come out as expected".to_owned() };
    }
    let recorded = evidence.recorded.unwrap_or_default();
    let journals = || evidence.runs.iter().map(|run| &run.journal);
    let (_, scenario) = evidence.subject.rsplit_once('/').unwrap_or_default();
    let requests: usize = journals().map(|journal| journal.exchanges.len()).sum();
    let next = if requests == 0 {
        "no request reached the replay server at all: does the connector honour HTTPS_PROXY and SSL_CERT_FILE?"
    } else {
        &*format!(
            "if the connector is right not to ask for it, take it out: harness cassette prune PATH --scenario {scenario}"
        )
    };
    let findings = evidence
        .unasked()
        .into_iter()
        .map(|(index, interaction)| {
            let asked = format!("{} {}", interaction.method, interaction.url);
            Finding::new(format!("a request for interaction {}: {asked}", index + 1), "none").next(next)
        })
        .collect();
    Verdict::of(findings, recorded > 0 && !evidence.runs.is_empty(), "nothing was recorded")
}
