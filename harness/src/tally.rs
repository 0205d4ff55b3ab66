//! Counts what a run says, and draws the conclusion.

use std::collections::BTreeMap;

use crate::checks::{self, Level};
use crate::error::ExitCode;
use crate::event::{Counts, What};
use crate::snapshot::Comparison;
use crate::verdict::Verdict;

/// How a check stands over all subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Skipped,
    Passed,
    Known,
    Warned,
    Failed,
}

impl Standing {
    /// What a verdict makes of a check of that level. `strict`: one of level should condemns too.
    pub(crate) fn of(verdict: &Verdict, level: Level, strict: bool) -> Self {
        match (verdict, level) {
            (Verdict::Skip { .. }, _) => Standing::Skipped,
            (Verdict::Pass, _) => Standing::Passed,
            (Verdict::Known { .. }, _) => Standing::Known,
            (Verdict::Fail { .. }, Level::Should) if !strict => Standing::Warned,
            (Verdict::Fail { .. }, _) => Standing::Failed,
        }
    }
}

/// The count of one connector.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    strict: bool,
    checks: BTreeMap<&'static str, Standing>,
    /// What is no check's.
    rest: Counts,
}

impl Tally {
    /// An empty count. `strict`: checks of level should condemn too.
    pub(crate) fn new(strict: bool) -> Self {
        Tally { strict, ..Tally::default() }
    }

    /// Counts one event.
    pub(crate) fn count(&mut self, what: &What) {
        match what {
            What::CheckJudged { check, level, verdict, .. } => {
                let standing = Standing::of(verdict, *level, self.strict);
                let worst = self.checks.entry(check).or_insert(standing);
                *worst = standing.max(*worst);
            }
            What::SnapshotCompared { comparison, .. } => match comparison {
                Comparison::Matches | Comparison::Reordered | Comparison::Updated => {
                    self.rest.snapshots_matched += 1;
                }
                Comparison::Pending { .. } => self.rest.snapshots_pending += 1,
                Comparison::Held => self.rest.snapshots_held += 1,
            },
            What::WaiverFailed { .. } => self.rest.waivers_failed += 1,
            _ => {}
        }
    }

    fn standing(&self, wanted: Standing) -> usize {
        self.checks.values().filter(|standing| **standing == wanted).count()
    }

    /// What was counted. A check that no event spoke of was left out by the filter.
    pub fn counts(&self) -> Counts {
        Counts {
            passed: self.standing(Standing::Passed),
            failed: self.standing(Standing::Failed),
            warned: self.standing(Standing::Warned),
            known: self.standing(Standing::Known),
            skipped: self.standing(Standing::Skipped),
            filtered: checks::ALL.len().saturating_sub(self.checks.len()),
            ..self.rest
        }
    }

    /// The exit code that the count stands for. A failed check outweighs a snapshot that waits.
    pub fn exit_code(&self) -> ExitCode {
        let Counts { passed, failed, warned, known, waivers_failed, snapshots_pending, .. } = self.counts();
        if failed + waivers_failed > 0 {
            ExitCode::CheckFailed
        } else if passed + warned + known == 0 {
            ExitCode::NothingJudged
        } else if snapshots_pending > 0 {
            ExitCode::SnapshotsPending
        } else {
            ExitCode::Conforms
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.warned += other.warned;
        self.known += other.known;
        self.skipped += other.skipped;
        self.filtered += other.filtered;
        self.waivers_failed += other.waivers_failed;
        self.snapshots_matched += other.snapshots_matched;
        self.snapshots_pending += other.snapshots_pending;
        self.snapshots_held += other.snapshots_held;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Group;
    use crate::event::WaiverFault;

    fn judged(check: &'static str, level: Level, verdict: Verdict) -> What {
        What::CheckJudged { subject: "s".into(), check, group: Group::State, level, verdict }
    }

    fn fail() -> Verdict {
        Verdict::Fail { findings: Vec::new() }
    }

    #[test]
    fn one_failure_among_passes_condemns() {
        let mut tally = Tally::new(false);
        assert_eq!(tally.exit_code(), ExitCode::NothingJudged);
        tally.count(&judged("a", Level::Must, Verdict::Pass));
        assert_eq!(tally.exit_code(), ExitCode::Conforms);
        tally.count(&judged("a", Level::Must, fail()));
        tally.count(&judged("a", Level::Must, Verdict::Skip { reason: String::new() }));
        assert_eq!(tally.exit_code(), ExitCode::CheckFailed);
    }

    #[test]
    fn a_should_condemns_only_where_it_is_strict() {
        for (strict, code) in [(false, ExitCode::Conforms), (true, ExitCode::CheckFailed)] {
            let mut tally = Tally::new(strict);
            tally.count(&judged("a", Level::Should, fail()));
            assert_eq!(tally.exit_code(), code);
        }
    }

    #[test]
    fn what_is_known_does_not_condemn_and_a_waiver_that_does_not_hold_does() {
        let mut tally = Tally::new(true);
        tally.count(&judged("a", Level::Must, Verdict::Known { findings: Vec::new() }));
        tally.count(&judged("a", Level::Must, Verdict::Pass));
        assert_eq!((tally.exit_code(), tally.counts().known), (ExitCode::Conforms, 1));
        tally.count(&What::WaiverFailed {
            file: "harness.toml".into(),
            entry: 1,
            check: "a".into(),
            scenario: None,
            stream: None,
            reason: "r".into(),
            fault: WaiverFault::Unused,
        });
        assert_eq!(tally.exit_code(), ExitCode::CheckFailed);
    }

    #[test]
    fn a_run_in_which_everything_was_skipped_judged_nothing() {
        let mut tally = Tally::new(false);
        tally.count(&judged("a", Level::Must, Verdict::Skip { reason: String::new() }));
        assert_eq!(tally.exit_code(), ExitCode::NothingJudged);
    }
}
