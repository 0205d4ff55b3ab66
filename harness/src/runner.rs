//! The walk: plan, processes, evidence, checks, snapshots; an event for every step.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_protocol::Command;
use jiff::Timestamp;

use crate::checks::{self, Level};
use crate::error::{Error, ExitCode};
use crate::event::{Event, ScenarioShown, What};
use crate::evidence::Evidence;
use crate::judgement;
use crate::locate::Connector;
use crate::performance::Performance;
use crate::plan;
use crate::repertoire::Repertoire;
use crate::rung::SandboxMode;
use crate::scenario::Scenario;
use crate::snapshot::Update;
use crate::stage::Stage;
use crate::subject::{Prepared, Subject, tell_file_types};
use crate::tally::{Standing, Tally};
use crate::trials::{self, Played};

/// How a run is to be done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only scenarios whose name contains this.
    pub scenario: Option<String>,
    /// Whether it is the whole name.
    pub exact: bool,
    /// Whether checks of level should condemn too.
    pub strict: bool,
    /// Whether the plain commands are enough: then no trial is made.
    pub quick: bool,
    /// How many processes run side by side.
    pub jobs: usize,
    /// Seconds that every command may take, in place of what the settings say.
    pub timeout: Option<f64>,
    /// What may be written where a snapshot does not match.
    pub update: Update,
    /// Whether the connector runs in a sandbox.
    pub sandbox: SandboxMode,
}

/// Judges a connector over its scenarios; `tell` hears of every step as it happens.
///
/// When `interrupted` comes first, every process is ended and the code says so. Otherwise the code says how it came out.
/// An error says that the harness could not judge, or could not write what it had to say.
pub async fn run(
    mut connector: Connector,
    options: &Options,
    interrupted: impl Future<Output = ()>,
    mut tell: impl FnMut(&Event),
) -> Result<ExitCode, Error> {
    let began = Instant::now();
    let Repertoire { scenarios, notes } = select(&connector, options)?;
    if let Some(seconds) = options.timeout {
        connector.settings.timeout.set_all(seconds);
    }
    let mut tally = Tally::new(options.strict);
    let at_ms = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut say = |what: What| {
        tally.count(&what);
        tell(&Event { at_ms: at_ms(), what });
    };
    let lines = plan::lines(&scenarios);
    let stage = Arc::new(Stage::set(connector, options.sandbox).await?);
    let Connector { name, command, found, .. } = stage.connector.clone();
    say(What::RunStarted {
        format: 1,
        connector: name,
        command,
        found,
        rung: stage.rung(),
        no_sandbox: stage.no_sandbox.clone(),
        scenarios: scenarios.iter().map(shown).collect(),
        invocations: plan::invocations(&lines),
    });
    for note in notes {
        say(What::Noted { note });
    }
    let mut performance = Performance::new(Arc::clone(&stage));
    let played = tokio::select! {
        played = play(&mut performance, &stage.connector, (scenarios, lines), options, &mut say) => Some(played?),
        // What was under way is dropped, and killed thereby.
        () = interrupted => None,
    };
    let orphans = stage.nursery.close().await;
    let Some(mut subjects) = played else {
        say(What::Interrupted {});
        return Ok(ExitCode::Interrupted);
    };
    subjects[0].evidence.orphans = orphans;

    let unwritten = judge(&subjects, &stage, options, &mut say);
    let exit_code = tally.exit_code();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    tell(&Event {
        at_ms: at_ms(),
        what: What::RunFinished {
            duration_ms: milliseconds(began.elapsed()),
            connector_ms: milliseconds(performance.busy()),
            invocations: performance.started,
            passed: tally.standing(Standing::Passed),
            failed: tally.standing(Standing::Failed),
            warned: tally.standing(Standing::Warned),
            skipped: tally.standing(Standing::Skipped),
            snapshots_matched: tally.snapshots_matched,
            snapshots_pending: tally.snapshots_pending,
            snapshots_held: tally.snapshots_held,
            exit_code: exit_code as i32,
        },
    });
    unwritten.map_or(Ok(exit_code), Err)
}

/// Plays one scenario, and judges nothing: what its processes did.
pub(crate) async fn rehearse(
    connector: Connector,
    scenario: &str,
    sandbox: SandboxMode,
) -> Result<Evidence, Error> {
    let options = Options {
        scenario: Some(scenario.to_owned()),
        exact: true,
        quick: true,
        sandbox,
        ..Options::default()
    };
    let scenarios = select(&connector, &options)?.scenarios;
    let lines = plan::lines(&scenarios);
    let stage = Arc::new(Stage::set(connector, options.sandbox).await?);
    let mut performance = Performance::new(Arc::clone(&stage));
    let played = play(&mut performance, &stage.connector, (scenarios, lines), &options, &mut |_| {}).await;
    stage.nursery.close().await;
    let last = played?.pop().map(|subject| subject.evidence);
    last.ok_or_else(|| Error::NoScenario { why: format!("`{scenario}` was not played") })
}

/// Runs every process of the plan. The first subject is the connector itself.
async fn play(
    performance: &mut Performance,
    connector: &Connector,
    (scenarios, lines): (Vec<Scenario>, Vec<plan::Line>),
    options: &Options,
    say: &mut impl FnMut(What),
) -> Result<Vec<Subject>, Error> {
    let spec = performance.spec(say).await?;
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
    let played = performance.scenarios(&scenarios, lines, options.jobs, say).await?;
    for (prepared, played) in scenarios.iter().zip(played) {
        subjects.push(Subject::of_scenario(connector, prepared, &specification, played));
    }
    tell_file_types(&mut subjects[1..]);
    if !options.quick {
        let played: Vec<Played<'_>> = scenarios
            .iter()
            .zip(&subjects[1..])
            .map(|(prepared, subject)| Played { prepared, evidence: &subject.evidence })
            .collect();
        let plans = trials::plan(&played);
        say(What::TrialsPlanned { invocations: plans.iter().map(Vec::len).sum() });
        let tried = performance.trials(&scenarios, plans, options.jobs, say).await?;
        for (subject, tried) in subjects[1..].iter_mut().zip(tried) {
            subject.evidence.trials = tried;
        }
    }
    Ok(subjects)
}

/// Says what checks and snapshots say; returns the first snapshot that could not be written.
fn judge(
    subjects: &[Subject],
    stage: &Stage,
    options: &Options,
    say: &mut impl FnMut(What),
) -> Option<Error> {
    let snapshots = &stage.connector.snapshots;
    let mut failed = BTreeSet::new();
    for subject in subjects {
        for check in checks::ALL {
            let what = judgement::judge(check, &subject.evidence, &subject.secrets);
            if matches!(&what, What::CheckJudged { level: Level::Must, verdict, .. } if verdict.is_fail()) {
                failed.insert(&subject.evidence.subject);
            }
            say(what);
        }
    }
    judgement::unjudged(subjects).into_iter().for_each(&mut *say);
    subjects.iter().flat_map(judgement::idle_waivers).for_each(&mut *say);
    subjects.iter().flat_map(|subject| judgement::unobserved(subject, stage.rung())).for_each(&mut *say);
    let mut unwritten = None;
    for subject in subjects {
        // A proposal is to be accepted: none is made of what is known to be wrong.
        let held = failed.contains(&subject.evidence.subject);
        for compared in judgement::compare(subject, snapshots, options.update, held) {
            match compared {
                Ok(what) => say(what),
                Err(error) => unwritten = unwritten.or(Some(error)),
            }
        }
    }
    if options.scenario.is_none() && subjects.len() > 1 {
        judgement::unreferenced(subjects, snapshots).into_iter().for_each(say);
    }
    unwritten
}

fn shown(scenario: &Scenario) -> ScenarioShown {
    ScenarioShown { name: scenario.name.clone(), about: scenario.about.clone() }
}

fn select(connector: &Connector, options: &Options) -> Result<Repertoire, Error> {
    let Repertoire { mut scenarios, notes } = Repertoire::load(connector, Timestamp::now())?;
    if let Some(wanted) = &options.scenario {
        let names: Vec<String> = scenarios.iter().map(|scenario| scenario.name.clone()).collect();
        scenarios.retain(|scenario| {
            if options.exact { scenario.name == *wanted } else { scenario.name.contains(wanted) }
        });
        if scenarios.is_empty() {
            return Err(Error::NoScenario {
                why: format!("no name contains `{wanted}`; there are {}", names.join(", ")),
            });
        }
    }
    Ok(Repertoire { scenarios, notes })
}
