//! What is said of the evidence once it is all there: by the checks, and by the snapshots.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use connector_protocol::Command;

use crate::checks::Check;
use crate::error::Error;
use crate::event::What;
use crate::evidence::Evidence;
use crate::report::{named, plural};
use crate::rung::Rung;
use crate::secrets::Secrets;
use crate::snapshot::{self, Update};
use crate::subject::Subject;
use crate::trial::Question;
use crate::verdict::Verdict;

/// What `check` says of `evidence`, secrets masked: findings quote what the connector printed.
pub(crate) fn judge(check: &Check, evidence: &Evidence, secrets: &Secrets) -> Verdict {
    let unjudged = evidence.demands.unjudged.iter().find(|unjudged| unjudged.check == check.id);
    let verdict = match unjudged {
        Some(unjudged) => Verdict::Skip { reason: unjudged.reason.clone() },
        None => (check.judge)(evidence),
    };
    match verdict {
        Verdict::Fail { findings } => {
            let masked = findings.into_iter().map(|finding| finding.map_text(|text| secrets.mask(text)));
            Verdict::Fail { findings: masked.collect() }
        }
        verdict => verdict,
    }
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

/// Which checks do not judge a subject, by the reason: what is switched off must not go unseen.
pub(crate) fn unjudged(subjects: &[Subject]) -> Vec<What> {
    let mut checks: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for unjudged in subjects.iter().flat_map(|subject| &subject.evidence.demands.unjudged) {
        checks.entry(&unjudged.reason).or_default().insert(&unjudged.check);
    }
    let notes = checks.into_iter().map(|(reason, checks)| {
        let checks: Vec<&str> = checks.into_iter().collect();
        What::Noted { note: format!("{reason} (not judged: {})", checks.join(", ")) }
    });
    notes.collect()
}

/// Reads that were tried and say nothing, since they asked for what is not recorded.
pub(crate) fn unanswered(subject: &Subject) -> Option<What> {
    let evidence = &subject.evidence;
    let tried: Vec<_> = evidence.tried(Question::reads_what_there_is).collect();
    let unanswered: Vec<String> =
        tried.iter().filter(|trial| trial.lacks_answers()).map(|trial| trial.question.to_string()).collect();
    (!unanswered.is_empty()).then(|| What::Noted {
        note: format!(
            "{}: {} of {} further reads asked for what is not recorded, so that nothing follows from them ({}); `harness record \
             --mode new_episodes` adds the answers",
            evidence.subject,
            unanswered.len(),
            tried.len(),
            named(&unanswered, 3)
        ),
    })
}

/// That no scenario shows what the connector is for.
pub(crate) fn unread(subjects: &[Subject]) -> Option<What> {
    let reads = |subject: &Subject| {
        let mut reads = subject.evidence.succeeded(Command::Read);
        reads.any(|read| read.account.records > 0)
    };
    (subjects.len() > 1 && !subjects.iter().any(reads)).then(|| What::Noted {
        note: "in no scenario does a read succeed and bring records: what was judged says little of the connector".to_owned(),
    })
}

/// Reads that brought records and were not seen to ask for anything, although there is something to ask: either they got
/// past us, or their records are made up.
pub(crate) fn unobserved(subject: &Subject, rung: Rung) -> Vec<What> {
    let Evidence { hosts, recorded, runs, .. } = &subject.evidence;
    let allowed = hosts.allowed.as_ref().map(|allowed| !allowed.is_empty());
    // Nothing to ask: the settings say that it needs nobody, or nothing says that it needs anybody.
    if !allowed.unwrap_or(recorded.is_some_and(|interactions| interactions > 0)) {
        return Vec::new();
    }
    let why = match rung {
        Rung::Sandbox => {
            "There is no other network in the sandbox: what it printed is made up, or kept somewhere on this machine"
        }
        Rung::Environment | Rung::BaseUrl => {
            "Either it reached out by itself, by a client that neither asks for a proxy nor can be redirected, or what it \
             printed is made up. `--sandbox require` leaves it no other network (Linux); `[base_url]` in harness.toml has \
             its config name the replay server; see docs/interception.md"
        }
    };
    let reads = runs.iter().filter(|run| run.transcript.command == Command::Read);
    let unseen = reads.filter(|run| run.transcript.account.records > 0 && run.journal.is_empty());
    let notes = unseen.map(|run| {
        let Evidence { subject, .. } = &subject.evidence;
        let records = run.transcript.account.records;
        let records = plural(usize::try_from(records).unwrap_or(usize::MAX), "record", "records");
        let note = format!(
            "{subject}: `read` printed {records} and not one request was observed ({rung}). {why}. If it needs no \
             network, say so in harness.toml: allowed_hosts = []"
        );
        What::Noted { note }
    });
    notes.collect()
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
    use std::sync::Arc;

    use super::*;
    use crate::checks::ALL;
    use crate::demands::Unjudged;
    use crate::example;

    fn notes(example: &str, recorded: usize, rung: Rung) -> Vec<String> {
        let subject = "source-x/users".to_owned();
        let evidence = Evidence { subject, recorded: Some(recorded), ..example::parse(example) };
        let subject = Subject {
            evidence,
            secrets: Arc::default(),
            scenario: None,
            folder: PathBuf::new(),
            waived: Vec::new(),
        };
        let noted = unobserved(&subject, rung).into_iter().map(|what| match what {
            What::Noted { note } => note,
            what => panic!("{what:?}"),
        });
        noted.collect()
    }

    const RECORD: &str = r#"{"type":"RECORD","record":{"stream":"users","data":{},"emitted_at":1}}"#;

    #[test]
    fn records_without_one_request_are_pointed_out_with_the_rung_and_what_to_do() {
        let unseen = format!("$ read\n{RECORD}\n{RECORD}");
        let said = notes(&unseen, 1, Rung::Environment).remove(0);
        for wanted in
            ["source-x/users: `read` printed 2 records", "(environment)", "--sandbox require", "[base_url]"]
        {
            assert!(said.contains(wanted), "{said}");
        }
        let wanted = format!("# settings allowed_hosts = [\"api.a.test\"]\n{unseen}");
        let said = notes(&wanted, 0, Rung::Sandbox).remove(0);
        assert!(
            said.contains("(sandbox)") && said.contains("made up") && !said.contains("--sandbox"),
            "{said}"
        );
    }

    #[test]
    fn who_was_seen_or_has_nobody_to_ask_is_left_alone() {
        let unseen = format!("$ read\n{RECORD}");
        let seen = format!("{unseen}\n> GET https://api.a.test/users");
        let alone = format!("# settings allowed_hosts = []\n{unseen}");
        for (example, recorded) in
            [(seen.as_str(), 1), ("$ read", 1), (unseen.as_str(), 0), (alone.as_str(), 1)]
        {
            assert_eq!(notes(example, recorded, Rung::Environment), Vec::<String>::new(), "{example}");
        }
    }

    #[test]
    fn a_check_that_a_demand_takes_back_says_the_reason_in_place_of_a_verdict() {
        let check = &ALL[0];
        let mut evidence = example::parse(check.condemns[0]);
        let verdict_of = |evidence: &Evidence| judge(check, evidence, &Secrets::default());
        assert!(verdict_of(&evidence).is_fail());
        let reason = "acceptance-test-config.yml: slow API".to_owned();
        evidence.demands.unjudged.push(Unjudged { check: check.id.to_owned(), reason: reason.clone() });
        assert_eq!(verdict_of(&evidence), Verdict::Skip { reason });
    }
}
