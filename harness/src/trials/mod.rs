//! Which trials a scenario is put to, once its plain commands have come out well.
//!
//! What a connector does wrong in a plain command is said of that command: a trial of it would only say so again. So trials
//! are planned from the evidence of the plain commands, and each judges one thing more. They run once per connector where
//! one scenario proves as much as all of them: every process costs an interpreter seconds.

mod read;

use connector_protocol::Command;
use serde_json::Value;

use crate::evidence::{Evidence, Run};
use crate::process::Disturbance;
use crate::subject::Prepared;
use crate::trial::Question;

/// A trial that is yet to be run.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) question: Question,
    pub(crate) command: Command,
    /// In place of the scenario's.
    pub(crate) config: Option<Value>,
    /// The configured catalog of a read.
    pub(crate) configured: Option<Value>,
    pub(crate) state: Option<Value>,
    pub(crate) disturbance: Option<Disturbance>,
}

/// What was played of a scenario, and what it was read with.
pub(crate) struct Played<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) evidence: &'a Evidence,
}

/// The trials of all scenarios, in their order.
pub(crate) fn plan(played: &[Played<'_>]) -> Vec<Vec<Planned>> {
    let mut plans: Vec<Vec<Planned>> = played.iter().map(|_| Vec::new()).collect();
    // The one that shows most: of several the first.
    let lead = played
        .iter()
        .enumerate()
        .filter_map(|(place, played)| Some((place, good_read(played.evidence)?)))
        .max_by_key(|(place, read)| (streams_of(read), std::cmp::Reverse(*place)));
    if let Some((place, read)) = lead {
        plans[place].extend(read::trials(&played[place].prepared.scenario, read));
    }
    plans
}

/// The plain read of a scenario, if it brought records and came out as it must.
fn good_read(evidence: &Evidence) -> Option<&Run> {
    let transcript = evidence.succeeded(Command::Read).next()?;
    let run = evidence.runs.iter().find(|run| std::ptr::eq(&raw const run.transcript, transcript))?;
    (transcript.account.records > 0).then_some(run)
}

/// How many streams brought records.
fn streams_of(read: &Run) -> usize {
    read.transcript.account.streams.iter().filter(|stream| stream.records > 0).count()
}
