//! The report for people. Every word that `harness test` says of a connector stands in this file and its folder.

mod count;
mod failures;
mod page;
mod waiting;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use self::count::{Count, in_words};
use self::page::{BAD, BOLD, DIM, GOOD, Page, WARN};
use super::progress::Progress;
use super::reason::{Failure, Failures, Key, Reason};
use super::repro::repro;
use super::spelling::{from_here, named, plural};
use super::way;
use super::{Reporter, Style};
use crate::checks::{self, Group, Level};
use crate::event::{Cause, Counts, Event, ScenarioShown, What};
use crate::excerpt;
use crate::snapshot::Comparison;
use crate::tally::Standing;
use crate::verdict::Verdict;

/// Connectors that the last line names.
const NAMED: usize = 10;

pub(super) struct Human {
    page: Page,
    style: Style,
    progress: Progress,
    /// Whether there are several connectors: then one that conforms is a line.
    several: bool,
    section: Section,
    /// What was shown in full, and of which subject.
    shown: BTreeMap<Key, String>,
    /// The names of the connectors that were judged and did not end well, and of those that were not judged.
    failed: Vec<String>,
    unjudged: Vec<String>,
}

/// What is known of the connector that is told of.
#[derive(Default)]
struct Section {
    path: PathBuf,
    groups: BTreeMap<Group, Count>,
    /// What `stderr` said last, by subject and command.
    stderr: BTreeMap<(String, String), String>,
    failures: Failures,
    known: Failures,
    waivers: Vec<What>,
    pending: Vec<(String, Comparison)>,
    notes: Vec<String>,
    /// For the verbose report: every check of every subject.
    details: Vec<String>,
}

impl Human {
    pub(super) fn new(out: Box<dyn Write>, style: Style, progress: Progress) -> Self {
        Human {
            page: Page(out),
            style,
            progress,
            several: false,
            section: Section::default(),
            shown: BTreeMap::new(),
            failed: Vec::new(),
            unjudged: Vec::new(),
        }
    }

    fn started(&mut self, connector: &str, what: &What) {
        let What::ConnectorStarted {
            path,
            command,
            found,
            rung,
            no_sandbox,
            scenarios,
            scenarios_filtered,
            invocations,
        } = what
        else {
            return;
        };
        self.section = Section { path: path.clone(), ..Section::default() };
        if self.several {
            self.progress.doing(connector.to_owned());
            return;
        }
        let out = match scenarios_filtered {
            0 => String::new(),
            out => format!(" ({out} left out)"),
        };
        self.page.line(format_args!(
            "{BOLD}{connector}{BOLD:#}  {}{out}, {}",
            plural(scenarios.len(), "scenario", "scenarios"),
            plural(*invocations, "process", "processes"),
        ));
        // A program may stand in an argument, all of it.
        let spell = |word: &String| if word.contains(' ') { excerpt::of_text(word) } else { word.clone() };
        let words: Vec<String> = command.iter().map(spell).collect();
        self.page.entry("runs", format_args!("{} {DIM}({found}){DIM:#}", words.join(" ")));
        if self.style.verbose || no_sandbox.is_some() {
            let why = no_sandbox.as_ref().map(|why| format!(" (no sandbox: {why})")).unwrap_or_default();
            self.page.entry("net", format_args!("{}{DIM}{why}{DIM:#}", way::of_run(*rung)));
        }
        if self.style.verbose {
            for ScenarioShown { name, about, .. } in scenarios {
                let about = about.as_deref().unwrap_or_default();
                self.page.entry("shows", format_args!("{name:<20} {DIM}{about}{DIM:#}"));
            }
        }
        // After the lines above, which would tear it.
        self.progress.begin(*invocations);
    }

    fn judged(&mut self, event: &Event) {
        let What::CheckJudged { subject, check, group, level, verdict } = &event.what else { return };
        let (check, group, level) = (*check, *group, *level);
        let standing = Standing::of(verdict, level, self.style.strict);
        let section = &mut self.section;
        let worst = section.groups.entry(group).or_default().0.entry(check).or_insert(standing);
        *worst = standing.max(*worst);
        if let Verdict::Fail { findings } | Verdict::Known { findings } = verdict {
            let again = repro(&self.style.again, &section.path, event.scenario_of(subject), check);
            let failures =
                if standing == Standing::Known { &mut section.known } else { &mut section.failures };
            let (subjects, reasons) = (vec![subject.clone()], Reason::of(findings));
            failures.add(Failure { check, level, standing, subjects, reasons, again, file: None });
        }
        if self.style.verbose {
            let (paint, word, why) = match verdict {
                Verdict::Pass => (GOOD, "pass", String::new()),
                Verdict::Skip { reason } => (DIM, "skip", format!("  {DIM}{reason}{DIM:#}")),
                Verdict::Known { .. } => (DIM, "known", String::new()),
                Verdict::Fail { .. } if standing == Standing::Warned => (WARN, "warn", String::new()),
                Verdict::Fail { .. } => (BAD, "fail", String::new()),
            };
            section.details.push(format!("      {paint}{word:<5}{paint:#}  {check:<36} {subject}{why}"));
        }
    }

    /// Says all that there is to say of a connector but the last line.
    fn section(&mut self) {
        let mut section = std::mem::take(&mut self.section);
        let page = &mut self.page;
        for note in &section.notes {
            page.note(note);
        }
        if !self.several {
            for (group, count) in &section.groups {
                page.group(*group, count);
            }
        }
        for line in &section.details {
            page.line(line);
        }
        // A request without an answer is the cause of what else went wrong: it is said first.
        section.failures.all.sort_by_key(|failure| {
            checks::find(failure.check)
                .is_none_or(|it| it.group != Group::Requests || it.level == Level::Should)
        });
        for failure in &section.failures.all {
            if let Some(before) = self.shown.get(&failure.key()) {
                page.same(failure, before);
                continue;
            }
            page.failure(failure, &mut section.stderr);
            self.shown.insert(failure.key(), failure.subjects.first().cloned().unwrap_or_default());
        }
        for waiver in &section.waivers {
            page.waiver(waiver);
        }
        if !section.known.all.is_empty() && !self.several {
            page.line("");
        }
        for failure in &section.known.all {
            if self.style.verbose { page.failure(failure, &mut section.stderr) } else { page.known(failure) }
        }
        if !section.pending.is_empty() {
            page.line("");
        }
        for (title, comparison) in &section.pending {
            page.waits(title, comparison);
        }
        if !section.pending.is_empty() {
            page.how_to_review(&section.pending, &section.path, self.style.snapshots.as_deref());
        }
    }

    /// Says of one of several connectors how it came out.
    fn finished(&mut self, connector: &str, duration_ms: f64, counts: &Counts, exit_code: i32) {
        let (paint, word) = match (exit_code, counts.warned) {
            (0, 0) => (GOOD, "PASS"),
            (0, _) => (WARN, "WARN"),
            (6, _) => (WARN, "WAIT"),
            (5, _) => (WARN, "SKIP"),
            _ => (BAD, "FAIL"),
        };
        let counts = in_words(counts);
        let seconds = duration_ms / 1e3;
        self.page.line(format_args!(
            "{paint}{word}{paint:#}  {BOLD}{connector}{BOLD:#}  {counts}  {DIM}{seconds:.2} s{DIM:#}"
        ));
        if exit_code != 0 {
            self.failed.push(connector.to_owned());
        }
        let is_more = !self.section.failures.all.is_empty() || !self.section.pending.is_empty();
        self.section();
        if is_more {
            self.page.line("");
        }
    }

    fn unjudged(&mut self, connector: &str, cause: Cause, why: &str) {
        self.section = Section::default();
        let (paint, word) = match cause {
            Cause::Error => (BAD, "FAIL"),
            Cause::Interrupted | Cause::MaxFail => (WARN, "SKIP"),
        };
        // Of one alone that was interrupted, what is said of the run says it.
        if self.several || cause == Cause::Error {
            self.page.line(format_args!(
                "{paint}{word}{paint:#}  {BOLD}{connector}{BOLD:#}  was not judged: {why}"
            ));
        }
        self.unjudged.push(connector.to_owned());
    }

    fn over(&mut self, what: &What) {
        let What::RunFinished { duration_ms, connector_ms, connectors, counts, .. } = what else { return };
        self.progress.end();
        self.page.line("");
        let unjudged = !self.unjudged.is_empty();
        let (paint, word) = match (counts.failed + counts.waivers_failed, counts.snapshots_pending) {
            (1.., _) => (BAD, "Does not conform"),
            _ if unjudged => (BAD, "Was not judged"),
            (0, 1..) => (WARN, "Waits for review"),
            _ if counts.passed + counts.warned + counts.known == 0 => (WARN, "Nothing was judged"),
            _ => (GOOD, "Conforms"),
        };
        let mut text = in_words(counts);
        if self.several {
            let well = connectors.saturating_sub(self.failed.len() + self.unjudged.len());
            let mut of = vec![format!("{well} of {connectors} connectors conform")];
            for (names, one, many) in
                [(&self.failed, "does not", "do not"), (&self.unjudged, "was not judged", "were not judged")]
            {
                if !names.is_empty() {
                    of.push(format!("{} {}", named(names, NAMED), if names.len() == 1 { one } else { many }));
                }
            }
            text = format!("{}\n      {text}", of.join("; "));
        }
        let seconds = duration_ms / 1e3;
        // Of several that run side by side the sum would say nothing.
        let own = if self.several {
            String::new()
        } else {
            format!(", {:.2} s of it the connector's", connector_ms / 1e3)
        };
        self.page.line(format_args!("{paint}{word}{paint:#}  {text}  {DIM}{seconds:.2} s{own}{DIM:#}"));
    }
}

impl Reporter for Human {
    fn tell(&mut self, event: &Event) {
        let connector = event.connector.as_deref().unwrap_or_default();
        match &event.what {
            What::RunStarted { connectors, .. } => {
                self.several = *connectors > 1;
                if self.several {
                    self.progress.begin(*connectors);
                }
            }
            What::ConnectorStarted { .. } => self.started(connector, &event.what),
            What::TrialsPlanned { invocations } if !self.several => self.progress.expect_more(*invocations),
            What::InvocationStarted { subject, command, trial, .. } if !self.several => {
                let what = trial.as_ref().unwrap_or(command);
                self.progress.doing(format!("{subject} {what}"));
            }
            What::InvocationFinished { subject, command, trial, stderr, requests, via, .. } => {
                if !self.several {
                    self.progress.step();
                }
                let command = trial.as_ref().unwrap_or(command);
                if self.style.verbose && *requests > 0 {
                    let via = way::of_requests(via);
                    let line = format!("      {DIM}came{DIM:#}   {subject} {command}: {via}");
                    self.section.details.push(line);
                }
                self.section.stderr.insert((subject.clone(), command.clone()), stderr.clone());
            }
            What::TrialsPlanned { .. } | What::InvocationStarted { .. } => {}
            What::CheckJudged { .. } => self.judged(event),
            What::WaiverFailed { .. } => self.section.waivers.push(event.what.clone()),
            What::SnapshotCompared { subject, command, comparison } => {
                if matches!(comparison, Comparison::Pending { .. }) {
                    self.section.pending.push((format!("{subject} {command}"), comparison.clone()));
                } else if *comparison == Comparison::Reordered {
                    let note = format!("{subject} {command}: the snapshot in another order, which is let be");
                    self.section.notes.push(note);
                }
            }
            What::SnapshotUnreferenced { file } => {
                let file = from_here(file).display();
                let note = format!("nothing refers to the snapshot {file}; delete it if that is right");
                self.section.notes.push(note);
            }
            What::Noted { note } if self.several && event.connector.is_some() => {
                self.section.notes.push(note.clone());
            }
            What::Noted { note } => {
                self.progress.end();
                self.page.note(note);
            }
            What::ConnectorFinished { .. } if !self.several => {
                self.progress.end();
                self.section();
            }
            What::ConnectorFinished { duration_ms, counts, exit_code, .. } => {
                let progress = self.progress.clone();
                progress.aside(|| self.finished(connector, *duration_ms, counts, *exit_code));
                progress.step();
            }
            What::ConnectorUnjudged { cause, why, .. } => {
                let progress = self.progress.clone();
                progress.aside(|| self.unjudged(connector, *cause, why));
            }
            What::Interrupted {} => {
                self.progress.end();
                let what = match (self.several, self.unjudged.len()) {
                    (true, unjudged) => {
                        format!("{} not judged", plural(unjudged, "connector was", "connectors were"))
                    }
                    (false, _) => "nothing was judged".to_owned(),
                };
                self.page.line(format_args!("{WARN}Interrupted{WARN:#}  every process was ended; {what}"));
            }
            What::RunFinished { .. } => self.over(&event.what),
        }
    }
}
