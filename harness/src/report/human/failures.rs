//! What is wrong, in full.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{BAD, BOLD, DIM, Page, WARN};
use crate::checks::{self, Group};
use crate::event::What;
use crate::excerpt;
use crate::report::reason::{Failure, Reason};
use crate::report::spelling::{from_here, named};
use crate::report::story;
use crate::tally::Standing;

/// Subjects of one failure that are named.
const SUBJECTS: usize = 5;

/// Findings of one check and subject that are shown; `--format json` has them all.
const SHOWN: usize = 5;

/// Last lines of stderr that are shown.
const STDERR_SHOWN: usize = 8;

impl Page {
    /// Says what is wrong, and where. `stderr` is what processes said, by subject and command.
    pub(super) fn failure(&mut self, failure: &Failure, stderr: &mut BTreeMap<(String, String), String>) {
        self.line("");
        self.heading(failure, "");
        let check = checks::find(failure.check);
        if let Some(check) = check {
            self.sentence(&check.level.to_string(), check.requirement);
        }
        for reason in failure.reasons.iter().take(SHOWN) {
            self.reason(reason);
        }
        let rest = failure.reasons.get(SHOWN..).unwrap_or_default();
        if !rest.is_empty() {
            let times: u64 = rest.iter().map(|reason| reason.finding.times).sum();
            self.entry(
                "",
                format_args!("... and {} more kinds, found {times} times; see --format json", rest.len()),
            );
        }
        // What a process said on stderr helps where the process itself is at fault. It is said once.
        if check.is_some_and(|check| check.group == Group::Process) {
            let subject = failure.subjects.first().cloned().unwrap_or_default();
            for Reason { finding, .. } in &failure.reasons {
                let Some(command) = finding.process() else { continue };
                let said = stderr.remove(&(subject.clone(), command)).unwrap_or_default();
                let lines: Vec<&str> = said.lines().collect();
                for line in &lines[lines.len().saturating_sub(STDERR_SHOWN)..] {
                    self.entry("stderr", line);
                }
            }
        }
        self.entry("more", format_args!("harness explain {}", failure.check));
        self.entry("again", &failure.again);
    }

    /// Says of what, and how it stands.
    fn heading(&mut self, failure: &Failure, more: &str) {
        let (paint, word) = match failure.standing {
            Standing::Warned => (WARN, "WARN"),
            Standing::Known => (DIM, "KNOWN"),
            _ => (BAD, "FAIL"),
        };
        self.line(format_args!(
            "{paint}{word}{paint:#}  {BOLD}{}{BOLD:#}   {}{more}",
            failure.check,
            named(&failure.subjects, SUBJECTS)
        ));
    }

    /// Says that the same is wrong as was shown of another.
    pub(super) fn same(&mut self, failure: &Failure, before: &str) {
        self.line("");
        self.heading(failure, &format!("   {DIM}the same as of {before} above{DIM:#}"));
        self.entry("again", &failure.again);
    }

    fn reason(&mut self, reason: &Reason) {
        self.entry("want", reason.want());
        let place = reason.place();
        let place = if place.is_empty() { place } else { format!("   {DIM}{place}{DIM:#}") };
        self.entry("got", format_args!("{}{place}", reason.got()));
        let finding = &reason.finding;
        if let Some(reason) = &finding.waived {
            self.sentence("known", reason);
        }
        if let Some(next) = &finding.next {
            self.sentence("hint", next);
        }
    }

    /// Says in a line what is known to be wrong.
    pub(super) fn known(&mut self, failure: &Failure) {
        let reasons: BTreeSet<&str> =
            failure.reasons.iter().filter_map(|it| it.finding.waived.as_deref()).collect();
        let reasons: Vec<String> = reasons.into_iter().map(excerpt::of_line).collect();
        self.line(format_args!(
            "{DIM}KNOWN{DIM:#} {}   {}   {DIM}{}{DIM:#}",
            failure.check,
            named(&failure.subjects, SUBJECTS),
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
        let (why, next) = story::in_words(*fault);
        self.entry("got", why);
        self.entry("hint", next);
    }
}
