//! What was counted, in a line.

use std::collections::BTreeMap;

use super::page::{BAD, DIM, GOOD, Page, WARN};
use crate::checks::Group;
use crate::event::Counts;
use crate::report::plural;
use crate::tally::Standing;

/// Checks of a group that had nothing to judge are named up to this many.
const SKIPS_NAMED: usize = 3;

/// The checks of a group, each by the worst that was said of it.
#[derive(Default)]
pub(super) struct Count(pub(super) BTreeMap<&'static str, Standing>);

impl Count {
    fn of(&self, wanted: Standing) -> Vec<&'static str> {
        self.0.iter().filter(|(_, standing)| **standing == wanted).map(|(check, _)| *check).collect()
    }
}

impl Page {
    /// The line of a group of checks.
    pub(super) fn group(&mut self, group: Group, count: &Count) {
        let [failed, warned, known, passed, skipped] =
            [Standing::Failed, Standing::Warned, Standing::Known, Standing::Passed, Standing::Skipped]
                .map(|it| count.of(it));
        let (paint, word) = match (failed.len(), warned.len(), known.len() + passed.len()) {
            (1.., _, _) => (BAD, "FAIL"),
            (0, 1.., _) => (WARN, "WARN"),
            (0, 0, 1..) => (GOOD, "PASS"),
            (0, 0, 0) => (DIM, "SKIP"),
        };
        let mut text = plural(count.0.len(), "check", "checks");
        let kinds = [
            (&failed, "failed", usize::MAX),
            (&warned, "warned", usize::MAX),
            (&known, "known to fail", usize::MAX),
            (&skipped, "had nothing to judge", SKIPS_NAMED),
        ];
        for (checks, what, named) in kinds {
            // Where nothing at all was judged, a list of it all says no more.
            if word == "SKIP" && checks.len() > 1 {
                text = format!("{text}, which {what}");
            } else if checks.len() > named {
                // `--verbose` has their names, and why.
                text = format!("{text}, {} {what}", checks.len());
            } else if !checks.is_empty() {
                text = format!("{text}, {} {what}", checks.join(", "));
            }
        }
        self.line(format_args!("{paint}{word}{paint:#}  {group:<9} {DIM}{text}{DIM:#}"));
    }
}

/// What was counted, in words: for one connector, or the sums over several.
pub(super) fn in_words(counts: &Counts) -> String {
    let mut words = vec![format!("{} passed", plural(counts.passed, "check", "checks"))];
    for (number, what) in [
        (counts.failed, "failed"),
        (counts.warned, "warned"),
        (counts.known, "known to fail"),
        (counts.skipped, "had nothing to judge"),
        (counts.filtered, "left out"),
    ] {
        if number > 0 {
            words.push(format!("{number} {what}"));
        }
    }
    if counts.waivers_failed > 0 {
        words.push(format!("{} in vain", plural(counts.waivers_failed, "waiver", "waivers")));
    }
    words.push(format!("{} matched", plural(counts.snapshots_matched, "snapshot", "snapshots")));
    if counts.snapshots_pending > 0 {
        let wait = if counts.snapshots_pending == 1 { "waits" } else { "wait" };
        words.push(format!("{} {wait} for review", counts.snapshots_pending));
    }
    if counts.snapshots_held > 0 {
        words.push(format!("{} new or changed, to be reviewed once the checks pass", counts.snapshots_held));
    }
    words.join(", ")
}
