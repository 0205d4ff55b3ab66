//! What of it all is to be done: which scenarios are played, which checks judge.

mod filter;
mod matcher;
mod parser;
mod partition;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use self::filter::{Filter, FilterError};
pub use self::partition::Partition;
pub(crate) use self::partition::fnv1a;
use crate::checks::Check;
use crate::error::Error;
use crate::fleet::{Candidate, Options};
use crate::outstanding::Outstanding;
use crate::repertoire::Repertoire;

/// Which units and checks are chosen; by default all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only scenarios whose name contains this.
    pub scenario: Option<String>,
    /// Whether it is the whole name.
    pub exact: bool,
    /// Only what an expression picks.
    pub filter: Option<Filter>,
    /// Of what all others leave, only one part.
    pub partition: Option<Partition>,
    /// Only what an earlier run has left to be done.
    pub rerun: Option<Outstanding>,
}

/// What is to be done of one connector.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lot {
    /// The connector's path as it was given.
    pub(crate) path: PathBuf,
    /// Its name in this run.
    pub(crate) name: String,
    /// The scenarios that are played.
    pub(crate) scenarios: BTreeSet<String>,
    /// Whether the connector itself is judged.
    pub(crate) itself: bool,
    /// Whether nothing at all was left out.
    pub(crate) is_whole: bool,
}

impl Lot {
    /// Whether `check` judges a scenario that was played, or the connector itself.
    pub(crate) fn judges(&self, options: &Options, scenario: Option<&str>, check: &Check) -> bool {
        let picks = |filter: &Filter| filter.picks(&self.name, scenario, check);
        (scenario.is_some() || self.itself) && options.selection.filter.as_ref().is_none_or(picks)
    }
}

impl Selection {
    /// Deals out what is to be done; of a candidate of which nothing is, `None`.
    ///
    /// The units are the scenarios; a connector of which nothing but itself is chosen, or that cannot be judged, is one
    /// too. The connector itself is judged with its first unit, so that of several parts one does it.
    pub(crate) fn deal(&self, candidates: &[Candidate]) -> Vec<Option<Lot>> {
        let mut place = 0;
        let mut owns = |name: &str| {
            place += 1;
            self.partition.is_none_or(|partition| partition.owns(place - 1, name))
        };
        let mut deal = |candidate: &Candidate| {
            let Candidate { path, name, found } = candidate;
            let lot =
                Lot { path: path.clone(), name: name.clone(), is_whole: self.is_all(), ..Lot::default() };
            let names = found.as_ref().ok().map(Repertoire::names);
            // What cannot be judged is said, unless it is known not to be asked for.
            let Some(Ok(names)) = names else {
                let asked = self.rerun.as_ref().is_none_or(|it| it.names(path)) && owns(name);
                return asked.then_some(lot);
            };
            let chosen: Vec<&String> =
                names.iter().filter(|scenario| self.chooses(path, name, Some(scenario))).collect();
            let itself = self.chooses(path, name, None);
            let Some(first) = chosen.first() else {
                return (itself && self.scenario.is_none() && owns(name))
                    .then_some(Lot { itself: true, ..lot });
            };
            let unit = |scenario: &str| format!("{name}/{scenario}");
            let first = (*first).clone();
            let scenarios: BTreeSet<String> =
                chosen.into_iter().filter(|scenario| owns(&unit(scenario))).cloned().collect();
            let itself = itself && scenarios.contains(&first);
            (!scenarios.is_empty()).then_some(Lot { scenarios, itself, ..lot })
        };
        candidates.iter().map(&mut deal).collect()
    }

    fn is_all(&self) -> bool {
        let Selection { scenario, exact: _, filter, partition, rerun } = self;
        scenario.is_none() && filter.is_none() && partition.is_none() && rerun.is_none()
    }

    /// Whether a scenario, or the connector itself, is chosen by all but the partition.
    fn chooses(&self, path: &Path, connector: &str, scenario: Option<&str>) -> bool {
        let named = match (scenario, &self.scenario) {
            (Some(name), Some(wanted)) if self.exact => name == wanted,
            (Some(name), Some(wanted)) => name.contains(wanted),
            _ => true,
        };
        named
            && self.filter.as_ref().is_none_or(|filter| filter.picks_any(connector, scenario))
            && self.rerun.as_ref().is_none_or(|rerun| rerun.holds(path, scenario))
    }

    /// Says that nothing is left, and of what.
    pub(crate) fn nothing_left(&self, candidates: &[Candidate]) -> Error {
        if let (Some(wanted), [Candidate { found: Ok(connector), .. }]) = (&self.scenario, candidates)
            && let Ok(names) = Repertoire::names(connector)
            && !names.iter().any(|name| name.contains(wanted))
        {
            let why = format!("no name contains `{wanted}`; there are {}", names.join(", "));
            return Error::NoScenario { why };
        }
        let chosen = [
            (self.scenario.is_some(), "--scenario"),
            (self.filter.is_some(), "-E"),
            (self.rerun.is_some(), "--rerun"),
            (self.partition.is_some(), "--partition"),
        ];
        let by: Vec<&str> = chosen.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| *flag).collect();
        let of = crate::report::plural(candidates.len(), "connector", "connectors");
        Error::NoScenario { why: format!("of {of} {} leaves none", by.join(" with ")) }
    }
}
