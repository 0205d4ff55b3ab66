//! Many connectors in one run: side by side, with one budget of processes, told of one after the other.

mod candidate;
mod order;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

pub use self::candidate::Candidate;
use self::order::Order;
use crate::error::{Error, ExitCode, chain};
use crate::event::{Cause, Counts, Event, What};
use crate::locate::Connector;
use crate::outstanding::Outstanding;
use crate::rung::SandboxMode;
use crate::runner::{self, Ended, Shared};
use crate::selection::{Lot, Selection};
use crate::snapshot::Update;

/// The version of the events.
const FORMAT: u32 = 2;

/// So many connectors may be ahead of the one that is told of: what they say is kept until it is their turn.
const AHEAD: usize = 64;

/// How a run is to be done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What of it all.
    pub selection: Selection,
    /// Whether checks of level should condemn too.
    pub strict: bool,
    /// Whether the plain commands are enough: then no trial is made.
    pub quick: bool,
    /// How many processes run side by side, over all connectors.
    pub jobs: usize,
    /// After how many connectors that do not end well no other is begun.
    pub max_fail: Option<usize>,
    /// Seconds that every command may take, in place of what the settings say.
    pub timeout: Option<f64>,
    /// What may be written where a snapshot does not match.
    pub update: Update,
    /// Whether the connectors run in a sandbox.
    pub sandbox: SandboxMode,
    /// Whether what fails is written down as known.
    pub baseline: bool,
}

/// How a run came out.
#[derive(Debug)]
pub struct Outcome {
    /// The code that the program ends with.
    pub exit_code: ExitCode,
    /// What is left to be done.
    pub outstanding: Outstanding,
}

/// Judges connectors over their scenarios; `tell` hears of every step.
///
/// When `interrupted` comes first, every process is ended and the code says so. Otherwise the code says how it came out.
/// An error says that the harness could not judge the one connector that there is, or had nothing to judge at all; where
/// there are several, what cannot be judged is said by an event, and the others are judged.
pub async fn run(
    candidates: Vec<Candidate>,
    options: Options,
    interrupted: impl Future<Output = ()>,
    tell: impl FnMut(&Event),
) -> Result<Outcome, Error> {
    let lots = options.selection.deal(&candidates);
    if lots.iter().all(Option::is_none) {
        return Err(options.selection.nothing_left(&candidates));
    }
    let alone = candidates.len() == 1;
    let chosen =
        candidates.into_iter().zip(lots).filter_map(|(candidate, lot)| Some((candidate, Arc::new(lot?))));
    let (candidates, lots): (Vec<Candidate>, Vec<Arc<Lot>>) = chosen.unzip();
    let shared = Arc::new(Shared::new(options.jobs, candidates.len() == 1));
    let (sender, heard) = mpsc::unbounded_channel();
    let mut fleet = Fleet {
        left: options.selection.rerun.clone().unwrap_or_default(),
        options: Arc::new(options),
        began: Instant::now(),
        lots,
        order: Order::default(),
        sum: Sum::default(),
        tell,
        places: HashMap::new(),
        begun: 0,
        alone,
    };
    fleet.say(What::RunStarted { format: FORMAT, connectors: candidates.len() });
    let judged = tokio::select! {
        judged = fleet.judge(candidates, &shared, heard, &sender) => Some(judged),
        // What was under way is dropped, and killed thereby.
        () = interrupted => None,
    };
    let orphans = shared.nursery.close().await;
    let Some(error) = judged else {
        fleet.interrupt();
        return Ok(Outcome { exit_code: ExitCode::Interrupted, outstanding: fleet.left });
    };
    if !orphans.is_empty() {
        let note = format!(
            "one of the connectors left {} running, and nothing says which; judge them one by one to learn it",
            orphans.join(", ")
        );
        fleet.say(What::Noted { note });
    }
    match error {
        // Not even begun or not to its end, there is nothing to be counted.
        Some(error) if fleet.sum.unjudged > 0 => Err(error),
        error => {
            let outcome = fleet.finish();
            error.map_or(Ok(outcome), Err)
        }
    }
}

/// A run of many while it goes on.
struct Fleet<T> {
    options: Arc<Options>,
    began: Instant,
    lots: Vec<Arc<Lot>>,
    order: Order,
    sum: Sum,
    left: Outstanding,
    tell: T,
    /// The places of those under way, by their tasks.
    places: HashMap<Id, usize>,
    /// How many have been begun.
    begun: usize,
    alone: bool,
}

/// What has come of those that have ended.
#[derive(Default)]
struct Sum {
    counts: Counts,
    codes: Vec<ExitCode>,
    invocations: usize,
    busy: Duration,
    failed: usize,
    unjudged: usize,
}

/// What a task says: of the connector at that place, so many milliseconds after the run began.
type Said = (usize, u64, What);

impl<T: FnMut(&Event)> Fleet<T> {
    fn at_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn say(&mut self, what: What) {
        let at_ms = self.at_ms();
        (self.tell)(&Event { at_ms, connector: None, what });
    }

    fn say_of(&mut self, place: usize, at_ms: u64, what: What) {
        let connector = Some(self.lots[place].name.clone());
        self.order.hear(place, Event { at_ms, connector, what }, &mut self.tell);
    }

    /// Judges all of them. Where there is but one, returns what kept it from being judged, or its report from being whole.
    async fn judge(
        &mut self,
        candidates: Vec<Candidate>,
        shared: &Arc<Shared>,
        mut heard: mpsc::UnboundedReceiver<Said>,
        sender: &mpsc::UnboundedSender<Said>,
    ) -> Option<Error> {
        let mut tasks = JoinSet::new();
        let mut candidates = candidates.into_iter();
        let mut error = None;
        loop {
            while self.has_room(tasks.len())
                && let Some(candidate) = candidates.next()
            {
                let place = self.begun;
                self.begun += 1;
                match candidate.found {
                    Ok(connector) if !self.has_failed_enough() => {
                        let told = (place, self.began, sender.clone());
                        let (lot, options) = (Arc::clone(&self.lots[place]), Arc::clone(&self.options));
                        let walk = walk(connector, lot, options, Arc::clone(shared), told);
                        self.places.insert(tasks.spawn(walk).id(), place);
                    }
                    Ok(_) => self.unjudged(
                        place,
                        Cause::MaxFail,
                        "enough others have failed: --max-fail".to_owned(),
                    ),
                    Err(reason) => error = self.ended(place, Err(reason)).or(error),
                }
            }
            // There is always room for one beside none: all have been begun, and have ended.
            if tasks.is_empty() {
                return error;
            }
            tokio::select! {
                // We hold a sender ourselves: it never ends.
                Some((place, at_ms, what)) = heard.recv() => self.say_of(place, at_ms, what),
                Some(task) = tasks.join_next_with_id() => {
                    // What it said before it ended.
                    while let Ok((place, at_ms, what)) = heard.try_recv() {
                        self.say_of(place, at_ms, what);
                    }
                    let (id, ended) = match task {
                        Ok((id, ended)) => (id, ended),
                        Err(failure) => (failure.id(), Err(failed_task(failure))),
                    };
                    if let Some(place) = self.places.remove(&id) {
                        error = self.ended(place, ended).or(error);
                    }
                }
                else => {}
            }
        }
    }

    /// Whether one more may be begun beside `running` others.
    fn has_room(&self, running: usize) -> bool {
        running < self.options.jobs.max(1) && self.order.ahead_of(self.begun) < AHEAD
    }

    fn has_failed_enough(&self) -> bool {
        self.options.max_fail.is_some_and(|limit| self.sum.failed + self.sum.unjudged >= limit)
    }

    /// Takes the end of one. Where it is alone, an error goes to whoever asked.
    fn ended(&mut self, place: usize, ended: Result<Ended, Error>) -> Option<Error> {
        let lot = Arc::clone(&self.lots[place]);
        let mut ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                self.sum.codes.push(error.exit_code());
                self.left_of(&lot, None);
                if self.alone {
                    self.sum.unjudged += 1;
                    return Some(error);
                }
                self.unjudged(place, Cause::Error, format!("failed to {}", chain(&error)));
                return None;
            }
        };
        self.left_of(&lot, Some(&ended));
        let unwritten = ended.unwritten.take();
        if let Some(error) = &unwritten {
            ended.exit_code = error.exit_code();
            if !self.alone {
                let note = format!("failed to {}", chain(error));
                self.say_of(place, self.at_ms(), What::Noted { note });
            }
        }
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
        self.say_of(
            place,
            self.at_ms(),
            What::ConnectorFinished {
                duration_ms: milliseconds(ended.took),
                connector_ms: milliseconds(ended.busy),
                invocations: ended.invocations,
                counts: ended.counts,
                exit_code: ended.exit_code as i32,
            },
        );
        self.order.end(place, &mut self.tell);
        self.sum.counts += ended.counts;
        self.sum.codes.push(ended.exit_code);
        self.sum.invocations += ended.invocations;
        self.sum.busy += ended.busy;
        self.sum.failed += usize::from(ended.exit_code != ExitCode::Conforms);
        unwritten.filter(|_| self.alone)
    }

    fn unjudged(&mut self, place: usize, cause: Cause, why: String) {
        self.sum.unjudged += 1;
        let lot = Arc::clone(&self.lots[place]);
        self.left_of(&lot, None);
        self.say_of(place, self.at_ms(), What::ConnectorUnjudged { path: lot.path.clone(), cause, why });
        self.order.end(place, &mut self.tell);
    }

    /// Notes what is left to be done of a connector: where it did not come to its end, all of its lot.
    fn left_of(&mut self, lot: &Lot, ended: Option<&Ended>) {
        let itself = lot.itself || lot.scenarios.is_empty();
        let units =
            itself.then_some(None).into_iter().chain(lot.scenarios.iter().map(|name| Some(name.as_str())));
        for scenario in units {
            let failed = ended.is_none_or(|ended| ended.failed.contains(&scenario.map(str::to_owned)));
            if failed { self.left.add(&lot.path, scenario) } else { self.left.remove(&lot.path, scenario) }
        }
    }

    /// Says of all that have not ended that they were not judged.
    fn interrupt(&mut self) {
        for place in self.order.open(self.lots.len()) {
            self.unjudged(place, Cause::Interrupted, "the run was interrupted".to_owned());
        }
        self.say(What::Interrupted {});
    }

    fn finish(mut self) -> Outcome {
        let exit_code = ExitCode::gravest(std::mem::take(&mut self.sum.codes));
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
        self.say(What::RunFinished {
            duration_ms: milliseconds(self.began.elapsed()),
            connector_ms: milliseconds(self.sum.busy),
            invocations: self.sum.invocations,
            connectors: self.lots.len(),
            connectors_failed: self.sum.failed,
            connectors_unjudged: self.sum.unjudged,
            counts: self.sum.counts,
            exit_code: exit_code as i32,
        });
        Outcome { exit_code, outstanding: self.left }
    }
}

/// The walk of one connector, its events sent.
async fn walk(
    connector: Connector,
    lot: Arc<Lot>,
    options: Arc<Options>,
    shared: Arc<Shared>,
    (place, began, sender): (usize, Instant, mpsc::UnboundedSender<Said>),
) -> Result<Ended, Error> {
    let say = |what| {
        let at_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        // Whoever listens no longer wants to hear how it goes on.
        let _heard = sender.send((place, at_ms, what));
    };
    runner::run(connector, &lot, &options, &shared, say).await
}

/// A task that did not come to its end: a fault of ours.
fn failed_task(failure: JoinError) -> Error {
    Error::Environment { doing: "judge a connector".to_owned(), source: std::io::Error::other(failure) }
}
