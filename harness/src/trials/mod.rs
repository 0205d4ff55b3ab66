//! Which trials a connector is put to, once its plain commands have come out well.
//!
//! What a connector does wrong in a plain command is said of that command: a trial of it would only say so again. So trials
//! are planned from the evidence of the plain commands, of scenarios in which the connector ends as it must and speaks the
//! protocol, and each judges one thing more. Where one scenario proves as much
//! as all of them, it is made with one alone: every process has its cost.

mod config;
mod present;
mod read;

use std::cmp::Reverse;
use std::sync::Arc;

use connector_protocol::Command;
use jiff::Timestamp;
use serde_json::Value;

pub(crate) use self::read::RESUMPTIONS;
use crate::checks::{self, Check, Group, Level};
use crate::evidence::{Evidence, Run};
use crate::expectation::{ConfigIs, Outcome};
use crate::known::Known;
use crate::process::Disturbance;
use crate::subject::Prepared;
use crate::transcript::Transcript;
use crate::trial::Question;
use crate::verdict::Verdict;

/// A trial that is yet to be made.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) question: Question,
    pub(crate) command: Command,
    /// In place of the scenario's.
    pub(crate) config: Option<Value>,
    /// The configured catalog of a read: most trials are given the very same, and it may be large.
    pub(crate) configured: Option<Arc<Value>>,
    pub(crate) state: Option<Value>,
    pub(crate) disturbance: Option<Disturbance>,
    /// The number of the interpreter that it is not to be forked by.
    pub(crate) unlike: Option<usize>,
    /// It is not to begin before.
    pub(crate) not_before: Option<Timestamp>,
}

impl Planned {
    fn of(question: Question, command: Command) -> Self {
        Planned {
            question,
            command,
            config: None,
            configured: None,
            state: None,
            disturbance: None,
            unlike: None,
            not_before: None,
        }
    }
}

/// What was played of a scenario.
pub(crate) struct Played<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) evidence: &'a Evidence,
    /// The check by which its processes did not end as they must or did not speak the protocol, and that is not waived:
    /// then no trials of it are made.
    pub(crate) obstacle: Option<&'static str>,
}

/// The trials of all scenarios, in their order.
pub(crate) fn plan(played: &[Played<'_>]) -> Vec<Vec<Planned>> {
    let mut plans: Vec<Vec<Planned>> = played.iter().map(|_| Vec::new()).collect();
    let talks = |place: usize| played[place].obstacle.is_none();
    let accepts = |place: &usize| talks(*place) && accepts_its_config(played[*place].evidence);
    if let Some(place) = (0..played.len()).find(accepts) {
        plans[place].push(Planned::of(Question::SpecWithoutHome, Command::Spec));
        plans[place].extend(config::trials(played[place].evidence));
    }
    // The one that shows most: of several the first.
    let reads = || {
        let all = played.iter().enumerate().filter(|(place, _)| talks(*place));
        all.filter_map(|(place, played)| Some((place, good_read(played.evidence)?)))
    };
    let lead =
        reads().max_by_key(|(place, read)| (streams_of(read), Reverse(*place))).map(|(place, _)| place);
    for (place, read) in reads() {
        let scenario = &played[place].prepared.scenario;
        if lead == Some(place) {
            plans[place].extend(read::of_lead(scenario, read));
        }
        // What only a resumed read asks for was recorded to be asked for again.
        let holds_resumed = || scenario.cassette.interactions().iter().any(|it| it.optional);
        if scenario.state.is_none() && (lead == Some(place) || holds_resumed()) {
            plans[place].extend(read::resumed(read));
        }
        if let Some(future) = &played[place].evidence.demands.future_state {
            plans[place].extend(read::from_future(&future.state, read));
        }
    }
    plans
}

impl<'a> Played<'a> {
    pub(crate) fn new(prepared: &'a Prepared, evidence: &'a Evidence, known: &Known) -> Self {
        Played { prepared, evidence, obstacle: obstacle(&prepared.scenario.name, evidence, known) }
    }
}

fn obstacle(scenario: &str, evidence: &Evidence, known: &Known) -> Option<&'static str> {
    let basic = |check: &&Check| {
        check.level == Level::Must && matches!(check.group, Group::Process | Group::Messages)
    };
    let stands = |check: &&Check| {
        let Verdict::Fail { findings } = (check.judge)(evidence) else { return false };
        // A null in the place of what may be left out is a fault, and everybody understands it.
        findings.iter().any(|finding| finding.got != "null")
            && !findings.iter().all(|finding| known.covers(Some(scenario), check, finding))
    };
    checks::ALL.iter().filter(basic).find(stands).map(|check| check.id)
}

/// Whether `check` has accepted the scenario's config, as it must.
fn accepts_its_config(evidence: &Evidence) -> bool {
    let accepted = |status: Value| status["status"] == "SUCCEEDED";
    evidence.expect.config() == ConfigIs::Valid
        && evidence.expect.of(Command::Check) == Outcome::Succeeds
        && evidence
            .succeeded(Command::Check)
            .any(|it| it.account.answer(Command::Check).is_some_and(accepted))
}

/// The plain read of a scenario, if it brought records and came out as it must.
fn good_read(evidence: &Evidence) -> Option<&Run> {
    let must_succeed = evidence.expect.of(Command::Read) == Outcome::Succeeds;
    let is_good = |run: &&Run| {
        let Transcript { command, account, .. } = &run.transcript;
        *command == Command::Read && run.transcript.status() == Some(0) && account.records > 0
    };
    evidence.runs.iter().find(is_good).filter(|_| must_succeed)
}

/// How many streams brought records.
fn streams_of(read: &Run) -> usize {
    read.transcript.account.streams.iter().filter(|stream| stream.records > 0).count()
}
