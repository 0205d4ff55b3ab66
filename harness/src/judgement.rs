//! What is said of the evidence once it is all there: by the checks, and by the snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
    let verdict = match (check.judge)(evidence) {
        Verdict::Fail { findings } => {
            let masked = findings.into_iter().map(|finding| finding.map_text(|text| secrets.mask(text)));
            Verdict::Fail { findings: masked.collect() }
        }
        verdict => verdict,
    };
    let subject = evidence.subject.clone();
    What::CheckJudged { subject, check: check.id, group: check.group, level: check.level, verdict }
}

/// Compares what each process of `subject` printed with its snapshot in `snapshots`. Where it is `held`, nothing is
/// proposed.
///
/// A process that did not end by itself has none: where it was cut off is chance.
pub(crate) fn compare(
    subject: &Subject,
    snapshots: &Path,
    update: Update,
    held: bool,
) -> impl Iterator<Item = Result<What, Error>> {
    let runs = subject.evidence.runs.iter().zip(&subject.volatile);
    runs.filter(|(run, _)| run.transcript.status().is_some()).map(move |(run, volatile)| {
        let transcript = &run.transcript;
        let text = snapshot::text_of(transcript, volatile, &subject.secrets);
        let title = format!("harness test {}, {}", subject.evidence.subject, transcript.command);
        let file = file_of(subject, snapshots, transcript.command.as_str());
        Ok(What::SnapshotCompared {
            subject: subject.evidence.subject.clone(),
            command: transcript.command.to_string(),
            comparison: snapshot::compare(&file, &title, &text, update, held)?,
        })
    })
}

/// The snapshots in the folder that belong to nothing that was run.
pub(crate) fn unreferenced(subjects: &[Subject], snapshots: &Path) -> Vec<What> {
    let known: BTreeSet<PathBuf> = subjects
        .iter()
        .flat_map(|subject| {
            let runs = subject.evidence.runs.iter();
            runs.map(move |run| file_of(subject, snapshots, run.transcript.command.as_str()))
        })
        .collect();
    let files = snapshot::files_in(snapshots, "snap").into_iter();
    files.filter(|file| !known.contains(file)).map(|file| What::SnapshotUnreferenced { file }).collect()
}

fn file_of(subject: &Subject, snapshots: &Path, command: &str) -> PathBuf {
    snapshots.join(&subject.folder).join(format!("{command}.snap"))
}
