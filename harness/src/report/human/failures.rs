//! What is wrong, in full.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{BAD, BOLD, DIM, Page, WARN};
use crate::checks::{self, Group};
use crate::event::{WaiverFault, What};
use crate::excerpt;
use crate::report::place;
use crate::report::spelling::from_here;
use crate::tally::Standing;
use crate::verdict::Finding;

/// Findings of one check and subject that are shown; `--format json` has them all.
const SHOWN: usize = 5;

/// Last lines of stderr that are shown.
const STDERR_SHOWN: usize = 8;

/// What a check condemns a subject for.
pub(super) struct Failure {
    pub(super) check: &'static str,
    pub(super) subject: String,
    pub(super) standing: Standing,
    pub(super) findings: Vec<Finding>,
    /// The command that shows it again.
    pub(super) again: String,
}

impl Page {
    /// Says what is wrong, and where. `stderr` is what processes said, by subject and command.
    pub(super) fn failure(&mut self, failure: &Failure, stderr: &mut BTreeMap<(String, String), String>) {
        let (paint, word) = match failure.standing {
            Standing::Warned => (WARN, "WARN"),
            Standing::Known => (DIM, "KNOWN"),
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
                let said = stderr.remove(&(failure.subject.clone(), command)).unwrap_or_default();
                let lines: Vec<&str> = said.lines().collect();
                for line in &lines[lines.len().saturating_sub(STDERR_SHOWN)..] {
                    self.entry("stderr", line);
                }
            }
        }
        self.entry("more", format_args!("harness explain {}", failure.check));
        self.entry("again", &failure.again);
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
        if let Some(reason) = &finding.waived {
            self.sentence("known", reason);
        }
        if let Some(next) = &finding.next {
            self.sentence("hint", next);
        }
    }

    /// Says in a line what is known to be wrong.
    pub(super) fn known(&mut self, failure: &Failure) {
        let reasons: BTreeSet<&str> = failure.findings.iter().filter_map(|it| it.waived.as_deref()).collect();
        let reasons: Vec<String> = reasons.into_iter().map(excerpt::of_line).collect();
        self.line(format_args!(
            "{DIM}KNOWN{DIM:#} {}   {}   {DIM}{}{DIM:#}",
            failure.check,
            failure.subject,
            reasons.join("; ")
        ));
    }

    /// Says why a waiver condemns.
    pub(super) fn waiver(&mut self, what: &What) {
        let What::WaiverFailed { file, entry, check, scenario, stream, reason, fault } = what else { return };
        self.line("");
        self.line(format_args!(
            "{BAD}FAIL{BAD:#}  {BOLD}waiver {entry} of {}{BOLD:#}   {check}",
            from_here(file).display()
        ));
        for (name, value) in [("scene", scenario), ("stream", stream)] {
            if let Some(value) = value {
                self.entry(name, excerpt::of_line(value));
            }
        }
        self.sentence("reason", reason);
        let (why, next) = match fault {
            WaiverFault::Unused => ("nothing that it names fails any more", "take the entry out"),
            WaiverFault::Expired => {
                ("its day is over", "mend what it waives and take the entry out, or give it a later day")
            }
        };
        self.entry("got", why);
        self.entry("hint", next);
    }
}
