//! The snapshots that wait for review.

use std::path::Path;

use super::page::{BAD, BOLD, DIM, GOOD, Page, WARN};
use crate::report::difference;
use crate::report::spelling::{from_here, plural, quoted};
use crate::snapshot::Comparison;

/// Lines of a snapshot's difference that are shown.
const DIFF_SHOWN: usize = 20;

impl Page {
    /// Says that a snapshot waits for review, and what differs.
    pub(super) fn waits(&mut self, title: &str, comparison: &Comparison) {
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

    /// Says what to type to review them.
    pub(super) fn how_to_review(
        &mut self,
        pending: &[(String, Comparison)],
        path: &Path,
        snapshots: Option<&Path>,
    ) {
        let test = quoted(path);
        let path = quoted(snapshots.unwrap_or(path));
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
}
