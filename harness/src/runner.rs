//! The walk of one connector: plan, processes, evidence, checks, snapshots; an event for every step.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_protocol::Command;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

use crate::error::{Error, ExitCode};
use crate::event::{Counts, ScenarioShown, What};
use crate::evidence::Evidence;
use crate::fleet::Options;
use crate::judging::Judging;
use crate::known::Known;
use crate::leftovers::Nursery;
use crate::locate::Connector;
use crate::performance::Performance;
use crate::plan;
use crate::repertoire::Repertoire;
use crate::rung::SandboxMode;
use crate::scenario::Scenario;
use crate::selection::Lot;
use crate::stage::Stage;
use crate::subject::{Prepared, Subject, tell_file_types};
use crate::tally::Tally;
use crate::trials::{self, Played};

/// What the connectors of a run share.
pub(crate) struct Shared {
    pub(crate) nursery: Arc<Nursery>,
    /// One for each process that may run.
    pub(crate) slots: Arc<Semaphore>,
    /// What time it was when the run began.
    pub(crate) began: Timestamp,
    /// Whether but one connector is judged: then whatever is left behind is its own.
    pub(crate) alone: bool,
}

impl Shared {
    pub(crate) fn new(jobs: usize, alone: bool) -> Self {
        Shared {
            nursery: Arc::new(Nursery::open()),
            slots: Arc::new(Semaphore::new(jobs.max(1))),
            began: Timestamp::now(),
            alone,
        }
    }

    /// How many processes a script in Python may have at a time: two interpreters do the work of many processes.
    fn lanes(&self) -> usize {
        if self.alone { 4 } else { 2 }
    }

    /// The day on which the run began, in UTC.
    fn today(&self) -> Date {
        self.began.to_zoned(TimeZone::UTC).date()
    }
}

/// How the walk of a connector ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) counts: Counts,
    pub(crate) exit_code: ExitCode,
    pub(crate) invocations: usize,
    /// How long it took in all.
    pub(crate) took: Duration,
    /// How long at least one process ran.
    pub(crate) busy: Duration,
    /// What was not judged or condemned: scenarios by name, `None` for the connector itself.
    pub(crate) failed: BTreeSet<Option<String>>,
    /// The first snapshot that could not be written.
    pub(crate) unwritten: Option<Error>,
}

/// Judges a connector over the scenarios of its lot; `say` hears of every step as it happens.
///
/// Where it is dropped, every process of the connector is ended. An error says that the harness could not judge.
pub(crate) async fn run(
    mut connector: Connector,
    lot: &Lot,
    options: &Options,
    shared: &Shared,
    mut say: impl FnMut(What),
) -> Result<Ended, Error> {
    let began = Instant::now();
    let Repertoire { scenarios, all, notes } =
        Repertoire::load(&connector, shared.began, |name| lot.scenarios.contains(name))?;
    if let Some(seconds) = options.timeout {
        connector.settings.timeout.set_all(seconds);
    }
    let known = Known::of(&connector, shared.today())?;
    let mut tally = Tally::new(options.strict);
    let mut say = |what: What| {
        tally.count(&what);
        say(what);
    };
    let lines = plan::lines(&scenarios);
    let stage = Stage::set(connector, Arc::clone(&shared.nursery), options.sandbox, shared.lanes()).await?;
    let stage = Arc::new(stage);
    let Connector { command, found, .. } = stage.connector.clone();
    say(What::ConnectorStarted {
        path: lot.path.clone(),
        command,
        found,
        rung: stage.rung(),
        no_sandbox: stage.no_sandbox.clone(),
        scenarios: scenarios.iter().map(shown).collect(),
        scenarios_filtered: all.len() - scenarios.len(),
        invocations: plan::invocations(&lines),
    });
    for note in notes {
        say(What::Noted { note });
    }
    let mut performance = Performance::new(Arc::clone(&stage), Arc::clone(&shared.slots));
    // With others, there is enough to do.
    if shared.alone && options.jobs > 1 {
        performance.warm_up(scenarios.first().and_then(|scenario| scenario.now.clone()));
    }
    let trials = (!options.quick).then_some(&known);
    let subjects = play(&mut performance, &stage.connector, (scenarios, lines), trials, &mut say).await;
    performance.warmed().await;
    if let Some(reason) = stage.end().await {
        let note =
            format!("{}: processes are started anew and not forked, since {reason}", stage.connector.name);
        say(What::Noted { note });
    }
    let mut subjects = subjects?;
    // Of some scenarios alone, nothing follows.
    if lot.is_whole {
        tell_file_types(&mut subjects[1..]);
    }
    if shared.alone {
        subjects[0].evidence.orphans = shared.nursery.close().await;
    }
    let judging = Judging { stage: &stage, subjects: &subjects, lot, all: &all, options };
    let (failed, unwritten) = judging.judge(known, &mut say);
    Ok(Ended {
        counts: tally.counts(),
        exit_code: tally.exit_code(),
        invocations: performance.started,
        took: began.elapsed(),
        busy: stage.busy(),
        failed,
        unwritten,
    })
}

/// Plays one scenario, and judges nothing: what its processes did.
pub(crate) async fn rehearse(
    connector: Connector,
    scenario: &str,
    sandbox: SandboxMode,
) -> Result<Evidence, Error> {
    let shared = Shared::new(1, true);
    let Repertoire { scenarios, all, .. } =
        Repertoire::load(&connector, shared.began, |name| name == scenario)?;
    if scenarios.is_empty() {
        let why = format!("none is called `{scenario}`; there are {}", all.join(", "));
        return Err(Error::NoScenario { why });
    }
    let lines = plan::lines(&scenarios);
    let stage = Stage::set(connector, Arc::clone(&shared.nursery), sandbox, shared.lanes()).await?;
    let stage = Arc::new(stage);
    let mut performance = Performance::new(Arc::clone(&stage), Arc::clone(&shared.slots));
    let played = play(&mut performance, &stage.connector, (scenarios, lines), None, &mut |_| {}).await;
    stage.end().await;
    shared.nursery.close().await;
    let last = played?.pop().map(|subject| subject.evidence);
    last.ok_or_else(|| Error::NoScenario { why: format!("`{scenario}` was not played") })
}

/// Runs every process of the plan, and the trials unless none are wanted: what of it is waived does not stop them. The
/// first subject is the connector itself.
async fn play(
    performance: &mut Performance,
    connector: &Connector,
    (scenarios, lines): (Vec<Scenario>, Vec<plan::Line>),
    trials: Option<&Known>,
    say: &mut impl FnMut(What),
) -> Result<Vec<Subject>, Error> {
    let now = scenarios.first().and_then(|scenario| scenario.now.as_deref());
    let spec = performance.spec(now, say).await?;
    let answer = spec.transcript.account.answer(Command::Spec);
    let mut subjects = vec![Subject::of_connector(connector, spec)];
    // Without it nobody knows which values of a config are secret: none is handed out.
    let Some(mut answer) = answer else {
        say(What::Noted { note: "no scenario was played, since `spec` printed no SPEC message".to_owned() });
        return Ok(subjects);
    };
    let specification = Arc::new(answer["connectionSpecification"].take());
    let prepared = |scenario| Prepared::new(connector, scenario, &specification).map(Arc::new);
    let scenarios: Vec<Arc<Prepared>> = scenarios.into_iter().map(prepared).collect::<Result<_, _>>()?;
    let played = performance.scenarios(&scenarios, lines, say).await?;
    for (prepared, played) in scenarios.iter().zip(played) {
        subjects.push(Subject::of_scenario(connector, prepared, &specification, played));
    }
    if let Some(known) = trials {
        let played: Vec<Played<'_>> = scenarios
            .iter()
            .zip(&subjects[1..])
            .map(|(prepared, subject)| Played::new(prepared, &subject.evidence, known))
            .collect();
        for played in &played {
            if let Some(check) = played.obstacle {
                let (connector, scenario) = (&connector.name, &played.prepared.scenario.name);
                let note =
                    format!("{connector}/{scenario}: no trials are made of it as long as {check} fails");
                say(What::Noted { note });
            }
        }
        let plans = trials::plan(&played);
        say(What::TrialsPlanned { invocations: plans.iter().map(Vec::len).sum() });
        let tried = performance.trials(&scenarios, plans, say).await?;
        for (subject, tried) in subjects[1..].iter_mut().zip(tried) {
            subject.evidence.trials = tried;
        }
    }
    Ok(subjects)
}

fn shown(scenario: &Scenario) -> ScenarioShown {
    ScenarioShown { name: scenario.name.clone(), about: scenario.about.clone(), file: scenario.file.clone() }
}
