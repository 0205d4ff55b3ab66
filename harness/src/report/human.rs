//! The report for people. Every word that `harness test` says of a connector stands in this file.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;

use anstyle::{AnsiColor, Style as Paint};

use super::difference;
use super::paragraph;
use super::place;
use super::progress::Progress;
use super::spelling::{from_here, plural, quoted};
use super::way;
use super::{Reporter, Style, say};
use crate::checks::{self, Group, Level};
use crate::event::{Event, ScenarioShown, What};
use crate::excerpt;
use crate::rung::Rung;
use crate::snapshot::Comparison;
use crate::tally::Standing;
use crate::verdict::{Finding, Verdict};

const GOOD: Paint = AnsiColor::Green.on_default().bold();
const BAD: Paint = AnsiColor::Red.on_default().bold();
const WARN: Paint = AnsiColor::Yellow.on_default().bold();
const DIM: Paint = Paint::new().dimmed();
const BOLD: Paint = Paint::new().bold();

/// Findings of one check and subject that are shown; `--format json` has them all.
const SHOWN: usize = 5;

/// Lines of a snapshot's difference that are shown.
const DIFF_SHOWN: usize = 20;

/// Last lines of stderr that are shown.
const STDERR_SHOWN: usize = 8;

pub(super) struct Human {
    out: Box<dyn Write>,
    style: Style,
    progress: Progress,
    groups: BTreeMap<Group, Count>,
    /// What `stderr` said last, by subject and command.
    stderr: BTreeMap<(String, String), String>,
    failures: Vec<Failure>,
    pending: Vec<(String, Comparison)>,
    unreferenced: Vec<String>,
    /// For the verbose report: every check of every subject.
    details: Vec<String>,
}

/// The checks of a group, each by the worst that was said of it.
#[derive(Default)]
struct Count(BTreeMap<&'static str, Standing>);

impl Count {
    fn of(&self, wanted: Standing) -> Vec<&'static str> {
        self.0.iter().filter(|(_, standing)| **standing == wanted).map(|(check, _)| *check).collect()
    }
}

struct Failure {
    check: &'static str,
    subject: String,
    standing: Standing,
    findings: Vec<Finding>,
}

impl Human {
    pub(super) fn new(out: Box<dyn Write>, style: Style, progress: Progress) -> Self {
        Human {
            out,
            style,
            progress,
            groups: BTreeMap::new(),
            stderr: BTreeMap::new(),
            failures: Vec::new(),
            pending: Vec::new(),
            unreferenced: Vec::new(),
            details: Vec::new(),
        }
    }

    fn line(&mut self, line: impl Display) {
        say(&mut self.out, format_args!("{line}"));
    }

    /// A line under a heading: what it is, and the text.
    fn entry(&mut self, name: &str, text: impl Display) {
        self.line(format_args!("      {DIM}{name:<6}{DIM:#} {text}"));
    }

    /// A sentence under a heading, over as many lines as it takes.
    fn sentence(&mut self, name: &str, text: &str) {
        let mut name = name;
        for line in paragraph::lines(text) {
            self.entry(name, excerpt::of_line(&line));
            name = "";
        }
    }

    fn started(
        &mut self,
        connector: &str,
        command: &[String],
        found: &str,
        (rung, no_sandbox): (Rung, Option<&str>),
        scenarios: &[ScenarioShown],
        runs: usize,
    ) {
        self.line(format_args!(
            "{BOLD}{connector}{BOLD:#}  {}, {}",
            plural(scenarios.len(), "scenario", "scenarios"),
            plural(runs, "process", "processes"),
        ));
        // A program may stand in an argument, all of it.
        let spell = |word: &String| if word.contains(' ') { excerpt::of_text(word) } else { word.clone() };
        let words: Vec<String> = command.iter().map(spell).collect();
        self.entry("runs", format_args!("{} {DIM}({found}){DIM:#}", words.join(" ")));
        if self.style.verbose || no_sandbox.is_some() {
            let why = no_sandbox.map(|why| format!(" (no sandbox: {why})")).unwrap_or_default();
            self.entry("net", format_args!("{}{DIM}{why}{DIM:#}", way::of_run(rung)));
        }
        if self.style.verbose {
            for ScenarioShown { name, about } in scenarios {
                self.entry(
                    "shows",
                    format_args!("{name:<20} {DIM}{}{DIM:#}", about.as_deref().unwrap_or_default()),
                );
            }
        }
    }

    fn judged(&mut self, check: &'static str, group: Group, level: Level, subject: &str, verdict: &Verdict) {
        let standing = Standing::of(verdict, level, self.style.strict);
        let worst = self.groups.entry(group).or_default().0.entry(check).or_insert(standing);
        *worst = standing.max(*worst);
        if let Verdict::Fail { findings } = verdict {
            let (subject, findings) = (subject.to_owned(), findings.clone());
            self.failures.push(Failure { check, subject, standing, findings });
        }
        if self.style.verbose {
            let (paint, word, why) = match verdict {
                Verdict::Pass => (GOOD, "pass", String::new()),
                Verdict::Skip { reason } => (DIM, "skip", format!("  {DIM}{reason}{DIM:#}")),
                Verdict::Fail { .. } => (BAD, "fail", String::new()),
            };
            self.details.push(format!("      {paint}{word}{paint:#}   {check:<36} {subject}{why}"));
        }
    }

    fn group(&mut self, group: Group, count: &Count) {
        let [failed, warned, passed, skipped] =
            [Standing::Failed, Standing::Warned, Standing::Passed, Standing::Skipped].map(|it| count.of(it));
        let (paint, word) = match (failed.len(), warned.len(), passed.len()) {
            (1.., _, _) => (BAD, "FAIL"),
            (0, 1.., _) => (WARN, "WARN"),
            (0, 0, 1..) => (GOOD, "PASS"),
            (0, 0, 0) => (DIM, "SKIP"),
        };
        let mut text = plural(count.0.len(), "check", "checks");
        for (checks, what) in [(&failed, "failed"), (&warned, "warned"), (&skipped, "had nothing to judge")] {
            // Where nothing at all was judged, a list of it all says no more.
            if word == "SKIP" && checks.len() > 1 {
                text = format!("{text}, which {what}");
            } else if !checks.is_empty() {
                text = format!("{text}, {} {what}", checks.join(", "));
            }
        }
        self.line(format_args!("{paint}{word}{paint:#}  {group:<9} {DIM}{text}{DIM:#}"));
    }

    fn failure(&mut self, failure: &Failure) {
        let (paint, word) = match failure.standing {
            Standing::Warned => (WARN, "WARN"),
            _ => (BAD, "FAIL"),
        };
        self.line("");
        self.line(format_args!(
            "{paint}{word}{paint:#}  {BOLD}{}{BOLD:#}   {}",
            failure.check, failure.subject
        ));
        let check = checks::find(failure.check);
        if let Some(check) = check {
            self.sentence(&check.level.to_string(), check.requirement);
        }
        for finding in failure.findings.iter().take(SHOWN) {
            self.finding(finding);
        }
        let rest = failure.findings.get(SHOWN..).unwrap_or_default();
        if !rest.is_empty() {
            let times: u64 = rest.iter().map(|finding| finding.times).sum();
            self.entry(
                "",
                format_args!("... and {} more kinds, found {times} times; see --format json", rest.len()),
            );
        }
        // What a process said on stderr helps where the process itself is at fault. It is said once.
        if check.is_some_and(|check| check.group == Group::Process) {
            for finding in &failure.findings {
                let command = finding.trial.clone().or_else(|| Some(finding.command?.to_string()));
                let Some(command) = command else { continue };
                let stderr = self.stderr.remove(&(failure.subject.clone(), command));
                let stderr = stderr.unwrap_or_default();
                let lines: Vec<&str> = stderr.lines().collect();
                for line in &lines[lines.len().saturating_sub(STDERR_SHOWN)..] {
                    self.entry("stderr", line);
                }
            }
        }
        self.entry("more", format_args!("harness explain {}", failure.check));
    }

    fn finding(&mut self, finding: &Finding) {
        // What a connector says may hold anything, also what a terminal obeys.
        let (want, got) = (excerpt::of_text(&finding.want), excerpt::of_text(&finding.got));
        let at =
            finding.pointer.as_deref().map(|it| format!("{} ", excerpt::of_text(it))).unwrap_or_default();
        self.entry("want", format_args!("{at}{want}"));
        let place = excerpt::of_text(&place::of(finding));
        let place = if place.is_empty() { place } else { format!("   {DIM}{place}{DIM:#}") };
        self.entry("got", format_args!("{got}{place}"));
        if let Some(next) = &finding.next {
            self.sentence("hint", next);
        }
    }

    fn waits(&mut self, title: &str, comparison: &Comparison) {
        let Comparison::Pending { file, new, diff, .. } = comparison else { return };
        if *new {
            let lines = plural(diff.lines().filter(|line| line.starts_with('+')).count(), "line", "lines");
            self.line(format_args!("{WARN}WAIT{WARN:#}  {BOLD}{title}{BOLD:#}   new snapshot of {lines}"));
            return;
        }
        self.line(format_args!("{WARN}WAIT{WARN:#}  {BOLD}{title}{BOLD:#}   changed snapshot"));
        self.entry("file", from_here(file).display());
        let lines = difference::shorten(diff);
        for line in lines.iter().take(DIFF_SHOWN) {
            let paint = match line.as_bytes().first() {
                Some(b'+') => GOOD,
                Some(b'-') => BAD,
                _ => DIM,
            };
            self.line(format_args!("      {paint}{line}{paint:#}"));
        }
        if lines.len() > DIFF_SHOWN {
            self.line(format_args!("      {DIM}... {} more lines{DIM:#}", lines.len() - DIFF_SHOWN));
        }
    }

    fn how_to_review(&mut self, pending: &[(String, Comparison)]) {
        let test = quoted(&self.style.path);
        let path = quoted(self.style.snapshots.as_ref().unwrap_or(&self.style.path));
        self.line("");
        if pending
            .iter()
            .any(|(_, comparison)| matches!(comparison, Comparison::Pending { written: false, .. }))
        {
            self.line(format_args!(
                "Snapshots are not written here (CI or INSTA_UPDATE=no). Run `harness test {test}` on your machine, \
                 then `harness review {path}`."
            ));
        } else {
            self.line(format_args!(
                "Look at them with `harness review {path}` and take them with `harness accept {path}`; \
                 in a cargo workspace `cargo insta review` does both."
            ));
        }
    }

    fn finished(&mut self, what: &What) {
        let What::RunFinished {
            duration_ms,
            connector_ms,
            passed,
            failed,
            warned,
            skipped,
            snapshots_matched,
            snapshots_pending,
            snapshots_held,
            ..
        } = what
        else {
            return;
        };
        self.progress.end();
        for (group, count) in std::mem::take(&mut self.groups) {
            self.group(group, &count);
        }
        for line in std::mem::take(&mut self.details) {
            self.line(line);
        }
        let mut failures = std::mem::take(&mut self.failures);
        // A request without an answer is the cause of what else went wrong: it is said first.
        failures.sort_by_key(|failure| {
            checks::find(failure.check)
                .is_none_or(|it| it.group != Group::Requests || it.level == Level::Should)
        });
        for failure in failures {
            self.failure(&failure);
        }
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            self.line("");
        }
        for (title, comparison) in &pending {
            self.waits(title, comparison);
        }
        for file in std::mem::take(&mut self.unreferenced) {
            self.line(format_args!(
                "{WARN}NOTE{WARN:#}  nothing refers to the snapshot {file}; delete it if that is right"
            ));
        }
        if *snapshots_pending > 0 {
            self.how_to_review(&pending);
        }
        self.line("");
        let (paint, word) = match (failed, snapshots_pending) {
            (1.., _) => (BAD, "Does not conform"),
            (0, 1..) => (WARN, "Waits for review"),
            _ if passed + warned == 0 => (WARN, "Nothing was judged"),
            _ => (GOOD, "Conforms"),
        };
        let mut counts = vec![format!("{} passed", plural(*passed, "check", "checks"))];
        for (number, what) in [(failed, "failed"), (warned, "warned"), (skipped, "had nothing to judge")] {
            if *number > 0 {
                counts.push(format!("{number} {what}"));
            }
        }
        counts.push(format!("{} matched", plural(*snapshots_matched, "snapshot", "snapshots")));
        if *snapshots_pending > 0 {
            counts.push(format!("{snapshots_pending} wait"));
        }
        if *snapshots_held > 0 {
            counts.push(format!("{snapshots_held} differ, to be reviewed once the checks pass"));
        }
        self.line(format_args!(
            "{paint}{word}{paint:#}  {}  {DIM}{:.2} s, {:.2} s of it the connector's{DIM:#}",
            counts.join(", "),
            duration_ms / 1e3,
            connector_ms / 1e3,
        ));
    }
}

impl Reporter for Human {
    fn tell(&mut self, event: &Event) {
        match &event.what {
            What::RunStarted {
                connector, command, found, rung, no_sandbox, scenarios, invocations, ..
            } => {
                let net = (*rung, no_sandbox.as_deref());
                self.started(connector, command, found, net, scenarios, *invocations);
                self.progress.begin(*invocations);
            }
            What::TrialsPlanned { invocations } => self.progress.expect_more(*invocations),
            What::InvocationStarted { subject, command, trial, .. } => {
                let what = trial.as_ref().unwrap_or(command);
                self.progress.doing(format!("{subject} {what}"));
            }
            What::InvocationFinished { subject, command, trial, stderr, requests, via, .. } => {
                self.progress.step();
                let command = trial.as_ref().unwrap_or(command);
                if self.style.verbose && *requests > 0 {
                    let via = way::of_requests(via);
                    self.details.push(format!("      {DIM}came{DIM:#}   {subject} {command}: {via}"));
                }
                self.stderr.insert((subject.clone(), command.clone()), stderr.clone());
            }
            What::CheckJudged { subject, check, group, level, verdict } => {
                self.judged(check, *group, *level, subject, verdict);
            }
            What::SnapshotCompared { subject, command, comparison } => {
                if matches!(comparison, Comparison::Pending { .. }) {
                    self.pending.push((format!("{subject} {command}"), comparison.clone()));
                }
            }
            What::SnapshotUnreferenced { file } => {
                self.unreferenced.push(from_here(file).display().to_string());
            }
            What::Noted { note } => {
                self.progress.end();
                self.line(format_args!("{WARN}NOTE{WARN:#}  {note}"));
            }
            What::Interrupted {} => {
                self.progress.end();
                self.line(format_args!(
                    "{WARN}Interrupted{WARN:#}  every process was ended; nothing was judged"
                ));
            }
            What::RunFinished { .. } => self.finished(&event.what),
        }
    }
}
