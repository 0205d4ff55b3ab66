//! Counts what a run says, and draws the conclusion.

use std::collections::BTreeMap;

use crate::checks::Level;
use crate::error::ExitCode;
use crate::event::What;
use crate::snapshot::Comparison;
use crate::verdict::Verdict;

/// How a check stands over all subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Skipped,
    Passed,
    Warned,
    Failed,
}

impl Standing {
    /// What a verdict makes of a check of that level. `strict`: one of level should condemns too.
    pub(crate) fn of(verdict: &Verdict, level: Level, strict: bool) -> Self {
        match (verdict, level) {
            (Verdict::Skip { .. }, _) => Standing::Skipped,
            (Verdict::Pass, _) => Standing::Passed,
            (Verdict::Fail { .. }, Level::Should) if !strict => Standing::Warned,
            (Verdict::Fail { .. }, _) => Standing::Failed,
        }
    }
}

/// The count of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    strict: bool,
    checks: BTreeMap<&'static str, Option<Standing>>,
    pub(crate) snapshots_matched: usize,
    pub(crate) snapshots_pending: usize,
    pub(crate) snapshots_held: usize,
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
                let known = self.checks.entry(check).or_default();
                *known = (*known).max(Some(standing));
            }
            What::SnapshotCompared { comparison, .. } => match comparison {
                Comparison::Matches | Comparison::Updated => self.snapshots_matched += 1,
                Comparison::Pending { .. } => self.snapshots_pending += 1,
                Comparison::Held => self.snapshots_held += 1,
            },
            _ => {}
        }
    }

    pub(crate) fn standing(&self, wanted: Standing) -> usize {
        self.checks.values().filter(|standing| **standing == Some(wanted)).count()
    }

    /// The exit code that the count stands for. A failed check outweighs a snapshot that waits.
    pub fn exit_code(&self) -> ExitCode {
        if self.standing(Standing::Failed) > 0 {
            ExitCode::CheckFailed
        } else if self.standing(Standing::Passed) + self.standing(Standing::Warned) == 0 {
            ExitCode::NothingJudged
        } else if self.snapshots_pending > 0 {
            ExitCode::SnapshotsPending
        } else {
            ExitCode::Conforms
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Group;

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
    fn a_run_in_which_everything_was_skipped_judged_nothing() {
        let mut tally = Tally::new(false);
        tally.count(&judged("a", Level::Must, Verdict::Skip { reason: String::new() }));
        assert_eq!(tally.exit_code(), ExitCode::NothingJudged);
    }
}
