//! What is said of the evidence once it is all there: by the checks, and by the snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use connector_protocol::Command;

use crate::checks::Check;
use crate::error::Error;
use crate::event::What;
use crate::evidence::Evidence;
use crate::secrets::Secrets;
use crate::snapshot::{self, Update};
use crate::subject::Subject;
use crate::verdict::Verdict;

/// What `check` says of `evidence`, secrets masked: findings quote what the connector printed.
pub(crate) fn judge(check: &Check, evidence: &Evidence, secrets: &Secrets) -> What {
    let unjudged = evidence.demands.unjudged.iter().find(|unjudged| unjudged.check == check.id);
    let verdict = match unjudged {
        Some(unjudged) => Verdict::Skip { reason: unjudged.reason.clone() },
        None => (check.judge)(evidence),
    };
    let verdict = match verdict {
        Verdict::Fail { findings } => {
            let masked = findings.into_iter().map(|finding| finding.map_text(|text| secrets.mask(text)));
            Verdict::Fail { findings: masked.collect() }
        }
        verdict => verdict,
    };
    let subject = evidence.subject.clone();
    What::CheckJudged { subject, check: check.id, group: check.group, level: check.level, verdict }
}

/// The name of the snapshot of what was asked for, beside those of the commands.
const REQUESTS: &str = "requests";

/// Compares what each process of `subject` printed with its snapshot in `snapshots`, and what they asked for together.
/// Where it is `held`, nothing is proposed.
///
/// A process that did not end by itself has none: where it was cut off is chance.
pub(crate) fn compare(
    subject: &Subject,
    snapshots: &Path,
    update: Update,
    held: bool,
) -> impl Iterator<Item = Result<What, Error>> {
    let Evidence { runs, recorded, .. } = &subject.evidence;
    let ended = runs.iter().filter(|run| run.transcript.status().is_some());
    let printed = ended.clone().map(|run| {
        let text = snapshot::text_of(&run.transcript, &run.volatile, &subject.secrets);
        (run.transcript.command.as_str(), text)
    });
    // Where there is no cassette, nothing can be asked for.
    let whole = recorded.is_some() && !runs.is_empty() && ended.count() == runs.len();
    let asked = whole.then(|| (REQUESTS, snapshot::text_of_requests(runs, &subject.secrets)));
    printed.chain(asked).map(move |(name, text)| {
        let title = format!("harness test {}, {name}", subject.evidence.subject);
        let file = file_of(subject, snapshots, name);
        Ok(What::SnapshotCompared {
            subject: subject.evidence.subject.clone(),
            command: name.to_owned(),
            comparison: snapshot::compare(&file, &title, &text, update, held)?,
        })
    })
}

/// Waivers of the scenario that waive nothing: a stream that is not read, or one that has records after all.
pub(crate) fn idle_waivers(subject: &Subject) -> Vec<What> {
    let mut idle = Vec::new();
    for transcript in subject.evidence.succeeded(Command::Read) {
        for waived in &subject.waived {
            let streams = &transcript.account.streams;
            let stream =
                streams.iter().find(|stream| stream.configured && stream.name.to_string() == *waived);
            let why = match stream {
                None => "is not among the streams that are read",
                Some(stream) if stream.records > 0 => "has records",
                Some(_) => continue,
            };
            let subject = &subject.evidence.subject;
            idle.push(What::Noted {
                note: format!("{subject}: the waived stream {waived} {why}; correct scenario.toml"),
            });
        }
    }
    idle
}

/// The snapshots in the folder that belong to no scenario, run or not.
pub(crate) fn unreferenced(subjects: &[Subject], snapshots: &Path) -> Vec<What> {
    let known: BTreeSet<PathBuf> = subjects
        .iter()
        .flat_map(|subject| {
            let names = Command::ALL.iter().map(|command| command.as_str()).chain([REQUESTS]);
            names.map(|name| file_of(subject, snapshots, name))
        })
        .collect();
    let files = snapshot::files_in(snapshots, "snap").into_iter();
    files.filter(|file| !known.contains(file)).map(|file| What::SnapshotUnreferenced { file }).collect()
}

fn file_of(subject: &Subject, snapshots: &Path, name: &str) -> PathBuf {
    snapshots.join(&subject.folder).join(format!("{name}.snap"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::ALL;
    use crate::demands::Unjudged;
    use crate::example;

    #[test]
    fn a_check_that_a_demand_takes_back_says_the_reason_in_place_of_a_verdict() {
        let check = &ALL[0];
        let mut evidence = example::parse(check.condemns[0]);
        let verdict_of = |evidence: &Evidence| match judge(check, evidence, &Secrets::default()) {
            What::CheckJudged { verdict, .. } => verdict,
            what => panic!("{what:?}"),
        };
        assert!(verdict_of(&evidence).is_fail());
        let reason = "acceptance-test-config.yml: slow API".to_owned();
        evidence.demands.unjudged.push(Unjudged { check: check.id.to_owned(), reason: reason.clone() });
        assert_eq!(verdict_of(&evidence), Verdict::Skip { reason });
    }
}
