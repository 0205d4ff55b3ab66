//! What is wrong in a run, over all of its connectors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Style;
use super::reason::{Failure, Failures, Reason};
use super::repro::repro;
use crate::event::{Cause, Counts, Event, WaiverFault, What};
use crate::snapshot::Comparison;
use crate::tally::Standing;
use crate::verdict::Verdict;

/// Collects what those reports tell that tell it by cause.
pub(super) struct Story {
    style: Style,
    current: Current,
    pub(super) connectors: Vec<Chapter>,
    pub(super) failures: Failures,
    /// Waivers that do not hold, each with its connector.
    pub(super) waivers: Vec<(String, What)>,
    pub(super) interrupted: bool,
}

/// The connector that is told of.
#[derive(Default)]
struct Current {
    name: Option<String>,
    path: PathBuf,
    /// The files to look at first, by scenario.
    files: BTreeMap<String, PathBuf>,
    pending: Vec<Pending>,
}

/// A snapshot that waits for review.
pub(super) struct Pending {
    /// Its subject and command.
    pub(super) title: String,
    pub(super) file: PathBuf,
    pub(super) diff: String,
}

/// What came of a connector.
pub(super) struct Chapter {
    pub(super) name: String,
    /// As it was given.
    pub(super) path: PathBuf,
    pub(super) end: End,
    pub(super) pending: Vec<Pending>,
}

/// How a connector came out.
pub(super) enum End {
    Judged { counts: Counts, exit_code: i32, duration_ms: f64 },
    Unjudged { cause: Cause, why: String },
}

impl Story {
    pub(super) fn new(style: Style) -> Self {
        Story {
            style,
            current: Current::default(),
            connectors: Vec::new(),
            failures: Failures::default(),
            waivers: Vec::new(),
            interrupted: false,
        }
    }

    /// Takes the next event.
    pub(super) fn hear(&mut self, event: &Event) {
        let connector = || event.connector.clone().unwrap_or_default();
        match &event.what {
            What::ConnectorStarted { path, scenarios, .. } => {
                let file = |file: &PathBuf| super::from_here(file).to_owned();
                let files = scenarios
                    .iter()
                    .filter_map(|scenario| Some((scenario.name.clone(), scenario.file.as_ref().map(file)?)))
                    .collect();
                let (name, path) = (event.connector.clone(), path.clone());
                self.current = Current { name, path, files, pending: Vec::new() };
            }
            What::CheckJudged { subject, check, level, verdict, .. } => {
                let (Verdict::Fail { findings } | Verdict::Known { findings }) = verdict else { return };
                let scenario = event.scenario_of(subject);
                let file = scenario.and_then(|name| self.current.files.get(name).cloned());
                self.failures.add(Failure {
                    check,
                    level: *level,
                    standing: Standing::of(verdict, *level, self.style.strict),
                    subjects: vec![subject.clone()],
                    reasons: Reason::of(findings),
                    again: repro(&self.style.again, &self.current.path, scenario, check),
                    file: file.or_else(|| settings_of(&self.current.path)),
                });
            }
            What::WaiverFailed { .. } => self.waivers.push((connector(), event.what.clone())),
            What::SnapshotCompared {
                subject,
                command,
                comparison: Comparison::Pending { file, diff, .. },
            } => {
                let (title, file) = (format!("{subject} {command}"), super::from_here(file).to_owned());
                self.current.pending.push(Pending { title, file, diff: diff.clone() });
            }
            What::ConnectorFinished { counts, exit_code, duration_ms, .. } => {
                let (counts, exit_code, duration_ms) = (*counts, *exit_code, *duration_ms);
                self.end(connector(), End::Judged { counts, exit_code, duration_ms });
            }
            What::ConnectorUnjudged { path, cause, why } => {
                self.current.path.clone_from(path);
                self.end(connector(), End::Unjudged { cause: *cause, why: why.clone() });
            }
            What::Interrupted {} => self.interrupted = true,
            _ => {}
        }
    }

    /// The harness could not go on.
    pub(super) fn break_off(&mut self, why: &str) {
        let name = self.current.name.take().unwrap_or_else(|| "harness".to_owned());
        self.end(name, End::Unjudged { cause: Cause::Error, why: why.to_owned() });
    }

    fn end(&mut self, name: String, end: End) {
        let Current { path, pending, .. } = std::mem::take(&mut self.current);
        self.connectors.push(Chapter { name, path, end, pending });
    }
}

/// The settings of a connector, where there are any.
pub(super) fn settings_of(connector: &Path) -> Option<PathBuf> {
    let file = connector.join("harness.toml");
    file.is_file().then(|| super::from_here(&file).to_owned())
}

/// What a waiver that does not hold is called, and what to do about it.
pub(super) fn of_waiver(what: &What) -> Option<(String, String)> {
    let What::WaiverFailed { file, entry, check, reason, fault, .. } = what else { return None };
    let title = format!("waiver {entry} of {} ({check})", super::from_here(file).display());
    let (why, next) = in_words(*fault);
    Some((title, crate::excerpt::of_line(&format!("{why} (its reason: {reason}): {next}"))))
}

/// Why a waiver does not hold, and what to do.
pub(super) fn in_words(fault: WaiverFault) -> (&'static str, &'static str) {
    match fault {
        WaiverFault::Unused => (
            "nothing that it names fails any more",
            "take the entry out, or correct it where its `stream` is misspelt",
        ),
        WaiverFault::NoScenario => {
            ("there is no scenario of its name", "correct its `scenario`, or take the entry out")
        }
        WaiverFault::Expired => {
            ("its day is over", "mend what it waives and take the entry out, or give it a later day")
        }
    }
}
