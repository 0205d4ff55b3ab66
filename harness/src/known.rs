//! The failures that are known: which findings a waiver covers, and which waivers do not hold.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;

use crate::checks::{self, Check};
use crate::error::Error;
use crate::event::{WaiverFault, What};
use crate::locate::Connector;
use crate::settings;
use crate::toml_file;
use crate::verdict::{Finding, Verdict};
use crate::waiver::Waiver;

/// The file that `--baseline-update` writes, beside harness.toml.
pub(crate) const FILE: &str = "known-failures.toml";

/// In place of a scenario: what is judged of the connector itself, and of no scenario.
pub(crate) const OF_CONNECTOR: &str = "(connector)";

/// The waivers of a connector, and what became of them in this run.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) entries: Vec<Entry>,
    /// The day on which the run began.
    today: Date,
}

/// A waiver, where it stands, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) waiver: Waiver,
    pub(crate) file: PathBuf,
    /// From 1.
    pub(crate) place: usize,
    /// Whether it covers, or would if it had not expired, something that was found.
    pub(crate) is_needed: bool,
    /// Whether a check that it names has judged what it names.
    is_judged: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Waiver>,
}

/// What was done of all that there is.
pub(crate) struct Done<'a> {
    /// All scenarios of the connector.
    pub(crate) scenarios: &'a [String],
    /// Whether the check judged that scenario (`None`: the connector itself), be it only to say that there was nothing.
    pub(crate) judged: &'a dyn Fn(Option<&str>, &Check) -> bool,
}

impl Entry {
    pub(crate) fn new(waiver: Waiver, file: &Path, place: usize) -> Self {
        Entry { waiver, file: file.to_owned(), place, is_needed: false, is_judged: false }
    }

    fn names(&self, scenario: Option<&str>, check: &Check) -> bool {
        self.names_scenario(scenario) && self.waiver.check.0.matches(check.id)
    }

    fn names_scenario(&self, scenario: Option<&str>) -> bool {
        match (&self.waiver.scenario, scenario) {
            (None, _) => true,
            (Some(pattern), None) => pattern.to_string() == OF_CONNECTOR,
            (Some(pattern), Some(name)) => pattern.matches(name),
        }
    }

    fn names_finding(&self, finding: &Finding) -> bool {
        match (&self.waiver.stream, &finding.stream) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(pattern), Some(stream)) => {
                pattern.matches(&stream.name) || pattern.matches(&stream.to_string())
            }
        }
    }

    fn reason(&self) -> String {
        let reason = &self.waiver.reason.0;
        self.waiver.issue.as_ref().map_or(reason.clone(), |issue| format!("{reason} ({issue})"))
    }

    /// Whether each pair that it names, of a scenario or the connector itself with a check, was judged. None is where there
    /// is no such scenario.
    fn named<'a>(&'a self, done: &'a Done<'_>) -> impl Iterator<Item = bool> + 'a {
        let units = done.scenarios.iter().map(|name| Some(name.as_str())).chain([None]);
        let named = units.filter(|unit| self.names_scenario(*unit));
        let checks = || checks::ALL.iter().filter(|check| self.waiver.check.0.matches(check.id));
        named.flat_map(move |unit| checks().map(move |check| (done.judged)(unit, check)))
    }
}

impl Known {
    /// The waivers of harness.toml and of the file beside it.
    pub(crate) fn of(connector: &Connector, today: Date) -> Result<Self, Error> {
        let beside = connector.root.join(FILE);
        let written = match std::fs::read_to_string(&beside) {
            Ok(text) => toml_file::parse::<File>(&text, &beside)?.waiver,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(Error::Read { path: beside, source }),
        };
        let said = connector.root.join(settings::FILE);
        let all = [(said, connector.settings.waiver.clone()), (beside, written)];
        let entries = all.into_iter().flat_map(|(file, waivers)| {
            let placed = waivers.into_iter().enumerate();
            placed.map(|(place, waiver)| Entry::new(waiver, &file, place + 1)).collect::<Vec<_>>()
        });
        Ok(Known { entries: entries.collect(), today })
    }

    /// The same with other entries, of which nothing is known yet.
    pub(crate) fn with(&self, entries: Vec<Entry>) -> Self {
        let mut entries = entries;
        for entry in &mut entries {
            (entry.is_needed, entry.is_judged) = (false, false);
        }
        Known { entries, today: self.today }
    }

    pub(crate) fn today(&self) -> Date {
        self.today
    }

    pub(crate) fn has_expired(&self, entry: &Entry) -> bool {
        entry.waiver.expires.is_some_and(|last| last < self.today)
    }

    /// The verdict of a check on a scenario (`None`: the connector itself) once what is waived is marked.
    pub(crate) fn mark(&mut self, scenario: Option<&str>, check: &Check, verdict: Verdict) -> Verdict {
        if matches!(verdict, Verdict::Skip { .. }) {
            return verdict;
        }
        let today = self.today;
        let mut entries: Vec<&mut Entry> =
            self.entries.iter_mut().filter(|entry| entry.names(scenario, check)).collect();
        for entry in &mut entries {
            entry.is_judged = true;
        }
        let Verdict::Fail { mut findings } = verdict else { return verdict };
        for finding in &mut findings {
            for entry in &mut entries {
                if entry.names_finding(finding) {
                    entry.is_needed = true;
                    if entry.waiver.expires.is_none_or(|last| last >= today) && finding.waived.is_none() {
                        finding.waived = Some(entry.reason());
                    }
                }
            }
        }
        if findings.iter().all(|finding| finding.waived.is_some()) {
            Verdict::Known { findings }
        } else {
            Verdict::Fail { findings }
        }
    }

    /// Whether a finding is waived.
    pub(crate) fn covers(&self, scenario: Option<&str>, check: &Check, finding: &Finding) -> bool {
        self.naming(scenario, check, finding).any(|entry| !self.has_expired(entry))
    }

    /// Whether a waiver that has expired would cover it: then it is somebody's to decide.
    pub(crate) fn has_lapsed(&self, scenario: Option<&str>, check: &Check, finding: &Finding) -> bool {
        self.naming(scenario, check, finding).any(|entry| self.has_expired(entry))
    }

    fn naming(
        &self,
        scenario: Option<&str>,
        check: &Check,
        finding: &Finding,
    ) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.names(scenario, check) && entry.names_finding(finding))
    }

    /// What is wrong with an entry, once all is judged.
    pub(crate) fn fault(&self, entry: &Entry, done: &Done<'_>) -> Option<WaiverFault> {
        let mut named = entry.named(done).peekable();
        if named.peek().is_none() {
            return Some(WaiverFault::NoScenario);
        }
        if self.has_expired(entry) {
            return named.any(|was_judged| was_judged).then_some(WaiverFault::Expired);
        }
        let is_idle = !entry.is_needed && entry.is_judged && named.all(|was_judged| was_judged);
        is_idle.then_some(WaiverFault::Unused)
    }

    /// The waivers that do not hold.
    pub(crate) fn faults(&self, done: &Done<'_>) -> Vec<What> {
        let faulty = self.entries.iter().filter_map(|entry| Some((entry, self.fault(entry, done)?)));
        faulty
            .map(|(entry, fault)| What::WaiverFailed {
                file: entry.file.clone(),
                entry: entry.place,
                check: entry.waiver.check.0.to_string(),
                scenario: entry.waiver.scenario.as_ref().map(ToString::to_string),
                stream: entry.waiver.stream.as_ref().map(ToString::to_string),
                reason: entry.reason(),
                fault,
            })
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ledger::StreamName;

    pub(crate) fn known(text: &str) -> Known {
        let file = Path::new("x/known-failures.toml");
        let waivers = toml_file::parse::<File>(text, file).unwrap().waiver;
        let entries =
            waivers.into_iter().enumerate().map(|(place, waiver)| Entry::new(waiver, file, place + 1));
        Known { entries: entries.collect(), today: jiff::civil::date(2026, 11, 22) }
    }

    pub(crate) fn fails(streams: &[&str]) -> Verdict {
        let finding = |name: &&str| {
            let name = StreamName { namespace: None, name: (*name).to_owned() };
            Finding::new("a", "b").stream(&name)
        };
        Verdict::Fail { findings: streams.iter().map(finding).collect() }
    }

    fn check() -> &'static Check {
        checks::find("records_match_schema").unwrap()
    }

    fn faults(
        known: &Known,
        scenarios: &[&str],
        judged: &dyn Fn(Option<&str>, &Check) -> bool,
    ) -> Vec<WaiverFault> {
        let scenarios: Vec<String> = scenarios.iter().map(|name| (*name).to_owned()).collect();
        let what = known.faults(&Done { scenarios: &scenarios, judged });
        what.into_iter()
            .map(|what| match what {
                What::WaiverFailed { fault, .. } => fault,
                what => panic!("{what:?}"),
            })
            .collect()
    }

    const ONE: &str = "[[waiver]]\ncheck = \"records_match_*\"\nscenario = \"first\"\nstream = \"users\"\nreason = \"r\"\n\
                       issue = \"https://example.com/1\"\n";

    #[test]
    fn what_is_waived_is_known_and_what_is_not_still_fails() {
        let mut known = known(ONE);
        let Verdict::Known { findings } = known.mark(Some("first"), check(), fails(&["users"])) else {
            panic!()
        };
        assert_eq!(findings[0].waived.as_deref(), Some("r (https://example.com/1)"));
        let Verdict::Fail { findings } = known.mark(Some("first"), check(), fails(&["users", "orders"]))
        else {
            panic!()
        };
        assert_eq!(findings.iter().filter(|finding| finding.waived.is_some()).count(), 1);
        for (scenario, verdict) in [(Some("other"), fails(&["users"])), (None, fails(&["users"]))] {
            assert!(known.mark(scenario, check(), verdict).is_fail(), "{scenario:?}");
        }
        let other = checks::find("state_is_present").unwrap();
        assert!(known.mark(Some("first"), other, fails(&["users"])).is_fail());
        assert_eq!(faults(&known, &["first", "other"], &|_, _| true), []);
    }

    #[test]
    fn a_waiver_that_nothing_needs_any_more_fails() {
        let mut known = known(ONE);
        assert_eq!(known.mark(Some("first"), check(), Verdict::Pass), Verdict::Pass);
        assert_eq!(faults(&known, &["first"], &|_, _| true), [WaiverFault::Unused]);
    }

    #[test]
    fn of_what_was_not_judged_no_waiver_is() {
        let idle = known(ONE);
        assert_eq!(faults(&idle, &["first"], &|_, _| true), [], "the check had nothing to judge");
        let mut known = known(ONE);
        known.mark(Some("first"), check(), Verdict::Pass);
        assert_eq!(
            faults(&known, &["first"], &|_, _| false),
            [],
            "the scenario was not played, or a check left out"
        );
    }

    #[test]
    fn a_waiver_for_all_scenarios_is_judged_once_all_are_played() {
        let mut known = known("[[waiver]]\ncheck = \"records_match_schema\"\nreason = \"r\"");
        known.mark(Some("first"), check(), Verdict::Pass);
        let first_alone = |scenario: Option<&str>, _: &Check| scenario == Some("first");
        assert_eq!(faults(&known, &["first", "other"], &first_alone), []);
        assert_eq!(faults(&known, &["first", "other"], &|_, _| true), [WaiverFault::Unused]);
    }

    #[test]
    fn a_waiver_for_a_scenario_that_there_is_not_fails() {
        assert_eq!(faults(&known(ONE), &["other"], &|_, _| false), [WaiverFault::NoScenario]);
    }

    #[test]
    fn a_waiver_for_the_connector_itself_covers_no_scenario() {
        let mut known =
            known("[[waiver]]\ncheck = \"records_match_schema\"\nscenario = \"(connector)\"\nreason = \"r\"");
        assert!(known.mark(Some("first"), check(), fails(&["users"])).is_fail());
        assert!(matches!(known.mark(None, check(), fails(&["users"])), Verdict::Known { .. }));
        assert_eq!(faults(&known, &["first"], &|_, _| true), []);
    }

    #[test]
    fn a_waiver_covers_until_the_end_of_its_last_day_and_fails_from_then_on() {
        for (last, is_known) in [("2026-11-22", true), ("2026-11-21", false)] {
            let mut known = known(&format!("{ONE}expires = {last}"));
            let verdict = known.mark(Some("first"), check(), fails(&["users"]));
            assert_eq!(matches!(verdict, Verdict::Known { .. }), is_known, "{last}");
            let wanted = if is_known { vec![] } else { vec![WaiverFault::Expired] };
            assert_eq!(faults(&known, &["first"], &|_, _| true), wanted);
        }
        let expired = known(&format!("{ONE}expires = 2026-11-21"));
        assert_eq!(faults(&expired, &["first"], &|_, _| true), [WaiverFault::Expired], "nothing to judge");
        assert_eq!(faults(&expired, &["first"], &|_, _| false), [], "left out of this run");
    }
}
