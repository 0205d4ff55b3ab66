//! All that is said of a connector once its processes have run: checks, waivers, snapshots.

use std::collections::BTreeSet;

use crate::baseline;
use crate::checks::{self, Check, Level};
use crate::error::Error;
use crate::event::{WaiverFault, What};
use crate::fleet::Options;
use crate::judgement;
use crate::known::{self, Done, Known};
use crate::selection::Lot;
use crate::stage::Stage;
use crate::subject::Subject;
use crate::tally::Standing;
use crate::verdict::Verdict;

/// What is judged, and how.
pub(crate) struct Judging<'a> {
    pub(crate) stage: &'a Stage,
    /// The first is the connector itself.
    pub(crate) subjects: &'a [Subject],
    pub(crate) lot: &'a Lot,
    /// All scenarios that there are, played or not.
    pub(crate) all: &'a [String],
    pub(crate) options: &'a Options,
}

/// What a check says of a subject.
struct Judgement<'a> {
    subject: &'a Subject,
    check: &'static Check,
    verdict: Verdict,
}

impl Judging<'_> {
    /// Says what checks, waivers and snapshots say. Returns what was condemned or not judged, and why the first snapshot
    /// that could not be written could not.
    pub(crate) fn judge(
        &self,
        known: Known,
        say: &mut impl FnMut(What),
    ) -> (BTreeSet<Option<String>>, Option<Error>) {
        let raw = self.verdicts();
        let mut known = known;
        let mut unwritten = None;
        let mut judgements = mark(&mut known, &raw);
        if self.options.baseline {
            let file = self.stage.connector.root.join(known::FILE);
            let condemned = judgements.iter().filter(|it| self.standing(it) == Standing::Failed);
            let condemned = condemned.map(|it| (it.subject.scenario.as_deref(), it.check, &it.verdict));
            let (updated, changes) = self.done(|done| baseline::update(&known, condemned, done, &file));
            match baseline::write(&updated, &file) {
                Ok(()) => {
                    say(What::Noted { note: changes.note() });
                    known = updated;
                    judgements = mark(&mut known, &raw);
                }
                Err(error) => unwritten = Some(error),
            }
        }
        let mut failed = BTreeSet::new();
        let mut held = BTreeSet::new();
        // What stands on a SPEC message that did not come is left to be done.
        if self.is_stuck() {
            failed.extend(self.lot.scenarios.iter().cloned().map(Some));
        }
        for judgement in judgements {
            let scenario = &judgement.subject.scenario;
            if judgement.verdict.is_fail() && judgement.check.level == Level::Must {
                held.insert(scenario.clone());
            }
            if self.standing(&judgement) == Standing::Failed {
                failed.insert(scenario.clone());
            }
            let Judgement { subject, check, verdict } = judgement;
            let subject = subject.evidence.subject.clone();
            say(What::CheckJudged {
                subject,
                check: check.id,
                group: check.group,
                level: check.level,
                verdict,
            });
        }
        judgement::unjudged(self.subjects).into_iter().for_each(&mut *say);
        self.subjects.iter().filter_map(judgement::unanswered).for_each(&mut *say);
        if self.lot.is_whole {
            judgement::unread(self.subjects).into_iter().for_each(&mut *say);
        }
        self.subjects.iter().flat_map(judgement::idle_waivers).for_each(&mut *say);
        let unobserved = |subject| judgement::unobserved(subject, self.stage.rung());
        self.subjects.iter().flat_map(unobserved).for_each(&mut *say);
        // Without the trials, what they alone bring to light is not judged.
        let mut faults = self.done(|done| known.faults(done));
        if self.options.quick {
            faults.retain(|what| !matches!(what, What::WaiverFailed { fault: WaiverFault::Unused, .. }));
        }
        if !faults.is_empty() {
            failed.extend(self.subjects.iter().map(|subject| subject.scenario.clone()));
        }
        faults.into_iter().for_each(&mut *say);
        (failed, unwritten.or(self.compare(&held, say)))
    }

    /// Whether the scenarios could not be played, for want of a SPEC message. Then what everything stands on is judged
    /// whatever was chosen.
    fn is_stuck(&self) -> bool {
        self.subjects.len() == 1 && !self.lot.scenarios.is_empty()
    }

    fn judges(&self, scenario: Option<&str>, check: &Check) -> bool {
        self.is_stuck() || self.lot.judges(self.options, scenario, check)
    }

    fn standing(&self, judgement: &Judgement<'_>) -> Standing {
        Standing::of(&judgement.verdict, judgement.check.level, self.options.strict)
    }

    fn verdicts(&self) -> Vec<Judgement<'_>> {
        let each =
            self.subjects.iter().flat_map(|subject| checks::ALL.iter().map(move |check| (subject, check)));
        each.filter(|(subject, check)| self.judges(subject.scenario.as_deref(), check))
            .map(|(subject, check)| {
                let verdict = judgement::judge(check, &subject.evidence, &subject.secrets);
                Judgement { subject, check, verdict }
            })
            .collect()
    }

    fn done<T>(&self, ask: impl FnOnce(&Done<'_>) -> T) -> T {
        let judged = |scenario: Option<&str>, check: &Check| {
            let was_played = self.subjects.iter().any(|it| it.scenario.as_deref() == scenario);
            was_played && self.judges(scenario, check)
        };
        ask(&Done { scenarios: self.all, judged: &judged })
    }

    /// Compares snapshots; of what is `held` none is proposed. A proposal is to be accepted: none is made of what is
    /// known to be wrong.
    fn compare(&self, held: &BTreeSet<Option<String>>, say: &mut impl FnMut(What)) -> Option<Error> {
        let snapshots = &self.stage.connector.snapshots;
        let mut unwritten = None;
        for subject in self.subjects {
            let held = held.contains(&subject.scenario);
            for compared in judgement::compare(subject, snapshots, self.options.update, held) {
                match compared {
                    Ok(what) => say(what),
                    Err(error) => unwritten = unwritten.or(Some(error)),
                }
            }
        }
        if self.lot.is_whole && self.subjects.len() > 1 {
            judgement::unreferenced(self.subjects, snapshots).into_iter().for_each(say);
        }
        unwritten
    }
}

/// The verdicts once what is waived is marked.
fn mark<'a>(known: &mut Known, raw: &[Judgement<'a>]) -> Vec<Judgement<'a>> {
    raw.iter()
        .map(|Judgement { subject, check, verdict }| {
            let verdict = known.mark(subject.scenario.as_deref(), check, verdict.clone());
            Judgement { subject, check, verdict }
        })
        .collect()
}
