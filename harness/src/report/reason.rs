//! What is wrong, grouped by its cause: what fails for the same reasons in many places is told once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::spelling::named;
use crate::checks::Level;
use crate::excerpt;
use crate::tally::Standing;
use crate::verdict::Finding;

/// Streams that are named of one reason.
const STREAMS: usize = 5;

/// What a check condemns subjects for.
pub(super) struct Failure {
    pub(super) check: &'static str,
    pub(super) level: Level,
    pub(super) standing: Standing,
    /// All that are condemned for the same reasons.
    pub(super) subjects: Vec<String>,
    /// Those of the first of them.
    pub(super) reasons: Vec<Reason>,
    /// The command that shows it again, for the first of them.
    pub(super) again: String,
    /// The file to look at first, for the first of them.
    pub(super) file: Option<PathBuf>,
}

/// What tells failures apart: the check, how it stands, and what it wants and got where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(&'static str, Standing, Vec<Cause>);

/// Pointer, want, got, and why it is let be.
type Cause = (Option<String>, String, String, Option<String>);

fn cause(finding: &Finding) -> Cause {
    (finding.pointer.clone(), finding.want.clone(), finding.got.clone(), finding.waived.clone())
}

impl Failure {
    pub(super) fn key(&self) -> Key {
        let mut causes: Vec<Cause> = self.reasons.iter().map(|reason| cause(&reason.finding)).collect();
        causes.sort();
        Key(self.check, self.standing, causes)
    }
}

/// Failures, in the order in which they came; those of the same key are one.
#[derive(Default)]
pub(super) struct Failures {
    pub(super) all: Vec<Failure>,
    places: BTreeMap<Key, usize>,
}

impl Failures {
    pub(super) fn add(&mut self, failure: Failure) {
        let place = *self.places.entry(failure.key()).or_insert(self.all.len());
        match self.all.get_mut(place) {
            Some(known) => known.subjects.extend(failure.subjects),
            None => self.all.push(failure),
        }
    }
}

/// One thing that is wrong, over all streams of which the same is wrong.
pub(super) struct Reason {
    /// The first of them; `times` counts all.
    pub(super) finding: Finding,
    streams: Vec<String>,
}

impl Reason {
    /// The findings of one check and subject, those together that say the same of several streams.
    pub(super) fn of(findings: &[Finding]) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let mut places = BTreeMap::new();
        for finding in findings {
            let place = *places.entry(cause(finding)).or_insert(reasons.len());
            let stream = finding.stream.as_ref().map(|stream| excerpt::of_text(&stream.to_string()));
            match reasons.get_mut(place) {
                Some(reason) => {
                    reason.finding.times += finding.times;
                    reason.streams.extend(stream.filter(|name| !reason.streams.contains(name)));
                }
                None => {
                    reasons.push(Reason { finding: finding.clone(), streams: stream.into_iter().collect() });
                }
            }
        }
        reasons
    }

    /// What was wanted, with its place in the message; nothing in it that a terminal obeys.
    pub(super) fn want(&self) -> String {
        let at = self.finding.pointer.as_deref().map(|it| format!("{} ", excerpt::of_text(it)));
        format!("{}{}", at.unwrap_or_default(), excerpt::of_text(&self.finding.want))
    }

    /// What came.
    pub(super) fn got(&self) -> String {
        excerpt::of_text(&self.finding.got)
    }

    /// Where it is: its streams, its process, its line, and how often; empty where nothing is known of that.
    pub(super) fn place(&self) -> String {
        let finding = &self.finding;
        let mut parts = Vec::new();
        if !self.streams.is_empty() {
            parts.push(named(&self.streams, STREAMS));
        }
        let process = finding.trial.clone().or_else(|| Some(finding.command?.to_string()));
        let process = process.as_deref().map(excerpt::of_text);
        match (process, finding.line) {
            (Some(process), Some(line)) => parts.push(format!("{process}, stdout line {line}")),
            (Some(process), None) => parts.push(process),
            (None, Some(line)) => parts.push(format!("stdout line {line}")),
            (None, None) => {}
        }
        if finding.times > 1 {
            parts.push(format!("{} times in all", finding.times));
        }
        parts.join(", ")
    }

    /// All of it as plain lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let place = self.place();
        let place = if place.is_empty() { place } else { format!("   ({place})") };
        let mut lines = vec![format!("want   {}", self.want()), format!("got    {}{place}", self.got())];
        for (name, text) in [("known", &self.finding.waived), ("hint", &self.finding.next)] {
            lines.extend(text.as_ref().map(|text| format!("{name:<6} {}", excerpt::of_line(text))));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::StreamName;

    fn stream(name: &str) -> StreamName {
        StreamName { namespace: None, name: name.into() }
    }

    fn failure(subject: &str, findings: &[Finding]) -> Failure {
        Failure {
            check: "a",
            level: Level::Must,
            standing: Standing::Failed,
            subjects: vec![subject.into()],
            reasons: Reason::of(findings),
            again: String::new(),
            file: None,
        }
    }

    #[test]
    fn what_is_wrong_of_many_streams_is_one_reason() {
        let finding = Finding::new("a number", "\"1\"").pointer("/data/id");
        let findings: Vec<Finding> =
            (0..7).map(|number| finding.clone().stream(&stream(&format!("s{number}")))).collect();
        let reasons = Reason::of(&findings);
        assert_eq!(reasons.len(), 1);
        assert_eq!(reasons[0].place(), "s0, s1, s2, s3, s4 and 2 more, 7 times in all");
        assert_eq!(reasons[0].want(), "/data/id a number");
    }

    #[test]
    fn subjects_are_together_where_all_reasons_are_the_same() {
        let (one, other) = (Finding::new("a", "b"), Finding::new("a", "c"));
        let mut failures = Failures::default();
        failures.add(failure("x/1", &[one.clone().line(3)]));
        failures.add(failure("x/2", &[one.clone().line(4).stream(&stream("s"))]));
        failures.add(failure("x/3", &[one, other]));
        let subjects: Vec<&[String]> = failures.all.iter().map(|it| it.subjects.as_slice()).collect();
        assert_eq!(subjects, [&["x/1".to_owned(), "x/2".into()][..], &["x/3".into()][..]]);
    }
}
