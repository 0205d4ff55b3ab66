//! The walk: plan, processes, evidence, checks, snapshots; an event for every step.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_protocol::Command;
use connector_replay::Authority;
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::checks;
use crate::error::{Error, ExitCode};
use crate::event::{Event, ScenarioShown, What};
use crate::evidence::{Evidence, Run};
use crate::judgement;
use crate::leftovers::Nursery;
use crate::locate::Connector;
use crate::plan;
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::snapshot::Update;
use crate::stage::{Played, Stage};
use crate::tally::{Standing, Tally};

/// How a run is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only scenarios whose name contains this.
    pub scenario: Option<String>,
    /// Whether checks of level should condemn too.
    pub strict: bool,
    /// How many processes run side by side.
    pub jobs: usize,
    /// Seconds that every command may take, in place of what the settings say.
    pub timeout: Option<f64>,
    /// What may be written where a snapshot does not match.
    pub update: Update,
}

/// Judges a connector over its scenarios; `tell` hears of every step as it happens.
///
/// The returned code says how it came out. An error says that the harness could not judge.
pub async fn run(
    mut connector: Connector,
    options: &Options,
    mut tell: impl FnMut(&Event),
) -> Result<ExitCode, Error> {
    let clock = Clock(Instant::now());
    let scenarios = select(&connector, options)?;
    if let Some(seconds) = options.timeout {
        connector.settings.timeout.set_all(seconds);
    }
    let mut tally = Tally::new(options.strict);
    let mut say = |what: What| {
        tally.count(&what);
        tell(&Event { at_ms: clock.milliseconds(), what });
    };
    let lines = plan::lines(&scenarios);
    say(What::RunStarted {
        format: 1,
        connector: connector.name.clone(),
        command: connector.command.clone(),
        found: connector.found.clone(),
        scenarios: scenarios.iter().map(shown).collect(),
        invocations: plan::invocations(&lines),
    });
    let folder = temporary_folder()?;
    let stage = Arc::new(Stage {
        authority: Authority::new().map_err(|source| Error::Replay { source })?,
        nursery: Nursery::open(),
        folder: folder.path().to_owned(),
        connector,
    });

    let mut performance = Performance { stage: Arc::clone(&stage), busy: Busy::default(), started: 0 };
    let spec = performance.spec(&mut say).await;
    let specification =
        spec.run.transcript.account.answer(Command::Spec).map(|spec| spec["connectionSpecification"].clone());
    let specification = specification.map(Arc::new);
    let answered = spec.run.transcript.status().is_some();
    let mut subjects = vec![Subject::of_connector(&stage.connector, spec)];
    if answered {
        let scenarios: Vec<Arc<Prepared>> = scenarios
            .into_iter()
            .map(|scenario| Arc::new(Prepared::new(scenario, specification.as_ref())))
            .collect();
        let played = performance.scenarios(&scenarios, lines, options.jobs, &mut say).await?;
        for (prepared, played) in scenarios.iter().zip(played) {
            subjects.push(Subject::of_scenario(&stage.connector, prepared, specification.clone(), played));
        }
    } else {
        say(What::Noted {
            note: "the scenarios were not played, since `spec` did not end by itself".to_owned(),
        });
    }
    let strays = stage.nursery.close().await;
    if !strays.is_empty() {
        say(What::Noted { note: format!("ended what no command would answer for: {}", strays.join(", ")) });
    }

    for subject in &subjects {
        for check in checks::ALL {
            say(judgement::judge(check, &subject.evidence, &subject.secrets));
        }
    }
    for subject in &subjects {
        for what in judgement::compare(subject, &stage.connector.snapshots, options.update)? {
            say(what);
        }
    }
    if options.scenario.is_none() && answered {
        judgement::unreferenced(&subjects, &stage.connector.snapshots).into_iter().for_each(&mut say);
    }
    let exit_code = tally.exit_code();
    tell(&Event {
        at_ms: clock.milliseconds(),
        what: What::RunFinished {
            duration_ms: clock.0.elapsed().as_secs_f64() * 1e3,
            connector_ms: performance.busy.total().as_secs_f64() * 1e3,
            invocations: performance.started,
            passed: tally.standing(Standing::Passed),
            failed: tally.standing(Standing::Failed),
            warned: tally.standing(Standing::Warned),
            skipped: tally.standing(Standing::Skipped),
            snapshots_matched: tally.snapshots_matched,
            snapshots_pending: tally.snapshots_pending,
            exit_code: exit_code as i32,
        },
    });
    Ok(exit_code)
}

fn shown(scenario: &Scenario) -> ScenarioShown {
    ScenarioShown { name: scenario.name.clone(), about: scenario.about.clone() }
}

struct Clock(Instant);

impl Clock {
    fn milliseconds(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn select(connector: &Connector, options: &Options) -> Result<Vec<Scenario>, Error> {
    let mut scenarios = Scenario::load_all(&connector.fixtures)?;
    if let Some(wanted) = &options.scenario {
        let names: Vec<String> = scenarios.iter().map(|scenario| scenario.name.clone()).collect();
        scenarios.retain(|scenario| scenario.name.contains(wanted));
        if scenarios.is_empty() {
            return Err(Error::NoScenario {
                why: format!("no name contains `{wanted}`; there are {}", names.join(", ")),
            });
        }
    }
    Ok(scenarios)
}

fn temporary_folder() -> Result<tempfile::TempDir, Error> {
    tempfile::Builder::new().prefix("harness-").tempdir().map_err(|source| Error::Environment {
        doing: format!("make a folder in {}", std::env::temp_dir().display()),
        source,
    })
}

/// A scenario whose secrets are known.
pub(crate) struct Prepared {
    pub(crate) scenario: Scenario,
    pub(crate) secrets: Arc<Secrets>,
}

impl Prepared {
    fn new(scenario: Scenario, specification: Option<&Arc<Value>>) -> Self {
        let secrets = specification.map(|spec| Secrets::of(spec, &scenario.config)).unwrap_or_default();
        Prepared { scenario, secrets: Arc::new(secrets) }
    }
}

/// What is judged as one: the connector itself by its `spec`, or one scenario.
pub(crate) struct Subject {
    pub(crate) evidence: Evidence,
    pub(crate) secrets: Arc<Secrets>,
    /// The folder of its snapshots within the connector's.
    pub(crate) folder: PathBuf,
    /// What each run printed that no other repeats, in the order of the evidence's runs.
    pub(crate) volatile: Vec<crate::snapshot::Volatile>,
}

impl Subject {
    fn of_connector(connector: &Connector, spec: Played) -> Self {
        let evidence =
            Evidence { subject: connector.name.clone(), runs: vec![spec.run], ..Evidence::default() };
        Subject { evidence, secrets: Arc::default(), folder: PathBuf::new(), volatile: vec![spec.volatile] }
    }

    fn of_scenario(
        connector: &Connector,
        prepared: &Prepared,
        specification: Option<Arc<Value>>,
        played: Vec<Played>,
    ) -> Self {
        let scenario = &prepared.scenario;
        let (runs, volatile): (Vec<Run>, Vec<_>) = played.into_iter().map(|it| (it.run, it.volatile)).unzip();
        let evidence = Evidence {
            subject: format!("{}/{}", connector.name, scenario.name),
            connection_specification: specification,
            config: Some(scenario.config.clone()),
            expect: scenario.expect,
            empty_streams: scenario.empty_streams.iter().map(|stream| stream.name.clone()).collect(),
            has_secrets: !prepared.secrets.is_empty(),
            recorded: Some(scenario.cassette.interactions().len()),
            runs,
        };
        let folder = PathBuf::from(&scenario.name);
        Subject { evidence, secrets: Arc::clone(&prepared.secrets), folder, volatile }
    }
}

/// How long at least one process ran.
#[derive(Default)]
struct Busy {
    running: usize,
    since: Option<Instant>,
    total: Duration,
}

impl Busy {
    fn begin(&mut self) {
        self.running += 1;
        self.since.get_or_insert_with(Instant::now);
    }

    fn end(&mut self) {
        self.running -= 1;
        if self.running == 0
            && let Some(since) = self.since.take()
        {
            self.total += since.elapsed();
        }
    }

    fn total(&self) -> Duration {
        self.total
    }
}

/// The processes of a run while they run.
struct Performance {
    stage: Arc<Stage>,
    busy: Busy,
    started: usize,
}

/// What a line of the plan reports while it is played.
enum Report {
    Starts { number: usize, subject: String, command: Command },
    Ended { number: usize, subject: String, line: usize, played: Box<Played> },
}

impl Performance {
    async fn spec(&mut self, say: &mut impl FnMut(What)) -> Played {
        let subject = self.stage.connector.name.clone();
        self.begin(0, &subject, Command::Spec, say);
        let played = self.stage.spec().await;
        self.end(0, subject, &played, say);
        played
    }

    /// Plays all lines, `jobs` side by side; returns what was played by scenario, in the order of the plan.
    async fn scenarios(
        &mut self,
        scenarios: &[Arc<Prepared>],
        lines: Vec<plan::Line>,
        jobs: usize,
        say: &mut impl FnMut(What),
    ) -> Result<Vec<Vec<Played>>, Error> {
        let slots = Arc::new(Semaphore::new(jobs.max(1)));
        let (sender, mut reports) = mpsc::unbounded_channel();
        // Dropped on the way out, whatever the reason, and with it every task and every process.
        let mut tasks = JoinSet::new();
        let mut number = 1;
        let mut order = Vec::new();
        for (place, line) in lines.into_iter().enumerate() {
            let first = number;
            number += line.commands.len();
            order.push(line.scenario);
            let (stage, slots, sender) = (Arc::clone(&self.stage), Arc::clone(&slots), sender.clone());
            let prepared = Arc::clone(&scenarios[line.scenario]);
            tasks.spawn(async move {
                play(&stage, &prepared, line.commands, (first, place), &slots, &sender).await
            });
        }
        drop(sender);
        let mut by_line: Vec<Vec<Played>> = order.iter().map(|_| Vec::new()).collect();
        // Ends when the last task has dropped its sender.
        while let Some(report) = reports.recv().await {
            match report {
                Report::Starts { number, subject, command } => self.begin(number, &subject, command, say),
                Report::Ended { number, subject, line, played } => {
                    self.end(number, subject, &played, say);
                    by_line[line].push(*played);
                }
            }
        }
        while let Some(task) = tasks.join_next().await {
            task.map_err(|error| Error::Environment {
                doing: "play a scenario".to_owned(),
                source: std::io::Error::other(error),
            })??;
        }
        let mut by_scenario: Vec<Vec<Played>> = scenarios.iter().map(|_| Vec::new()).collect();
        for (scenario, played) in order.into_iter().zip(by_line) {
            by_scenario[scenario].extend(played);
        }
        Ok(by_scenario)
    }

    fn begin(&mut self, number: usize, subject: &str, command: Command, say: &mut impl FnMut(What)) {
        self.busy.begin();
        self.started += 1;
        let (subject, command) = (subject.to_owned(), command.to_string());
        say(What::InvocationStarted { invocation: number, subject, command });
    }

    fn end(&mut self, number: usize, subject: String, played: &Played, say: &mut impl FnMut(What)) {
        self.busy.end();
        let transcript = &played.run.transcript;
        say(What::InvocationFinished {
            invocation: number,
            subject,
            command: transcript.command.to_string(),
            command_line: transcript.command_line.clone(),
            exit: transcript.exit.to_string(),
            status: transcript.status(),
            duration_ms: transcript.duration.as_secs_f64() * 1e3,
            lines: transcript.account.lines,
            records: transcript.account.records,
            requests: played.run.journal.as_ref().map_or(0, |journal| journal.exchanges.len()),
            stderr_bytes: transcript.stderr.bytes,
            stderr: transcript.stderr.tail.clone(),
        });
    }
}

/// Plays one line of the plan: its commands one after the other.
async fn play(
    stage: &Stage,
    prepared: &Prepared,
    commands: &[Command],
    (first, line): (usize, usize),
    slots: &Semaphore,
    reports: &mpsc::UnboundedSender<Report>,
) -> Result<(), Error> {
    let subject = format!("{}/{}", stage.connector.name, prepared.scenario.name);
    let mut configured = None;
    for (offset, command) in commands.iter().copied().enumerate() {
        if command == Command::Read && configured.is_none() {
            // Nothing was discovered and the scenario names nothing: there is nothing to read.
            continue;
        }
        // The semaphore is never closed.
        let _slot = slots.acquire().await;
        let number = first + offset;
        // Whoever listens no longer wants to hear how it goes on.
        let _heard = reports.send(Report::Starts { number, subject: subject.clone(), command });
        let played = stage.play(command, &prepared.scenario, configured.as_ref(), &prepared.secrets).await?;
        if command == Command::Discover {
            let discovered = played.run.transcript.account.answer(command);
            configured = crate::catalog::configure(discovered, prepared.scenario.catalog.as_ref());
        }
        let (subject, played) = (subject.clone(), Box::new(played));
        let _heard = reports.send(Report::Ended { number, subject, line, played });
    }
    Ok(())
}
