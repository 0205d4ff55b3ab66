//! The processes of a run while they run: which are under way, and what they report.

use std::sync::Arc;

use connector_protocol::Command;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::error::Error;
use crate::event::What;
use crate::evidence::Run;
use crate::plan;
use crate::stage::Stage;
use crate::subject::Prepared;
use crate::trial::{Question, Trial};
use crate::trials::Planned;

/// The processes of a run while they run.
pub(crate) struct Performance {
    stage: Arc<Stage>,
    /// One for each process that may run, whoever's it is.
    slots: Arc<Semaphore>,
    /// How many have been started.
    pub(crate) started: usize,
    /// The number of the next one, after that of `spec`. Those of processes that were not started after all are not given again.
    next: usize,
    /// Aborted when it is dropped.
    warming: JoinSet<()>,
}

/// What a line of the plan reports while it is played.
enum Report {
    Starts { number: usize, subject: String, command: Command, trial: Option<String> },
    Ended { number: usize, subject: String, line: usize, played: Box<Run>, question: Option<Question> },
    Noted(String),
}

impl Performance {
    pub(crate) fn new(stage: Arc<Stage>, slots: Arc<Semaphore>) -> Self {
        Performance { stage, slots, started: 0, next: 1, warming: JoinSet::new() }
    }

    /// Has a second process come up faster, while the first one is under way.
    pub(crate) fn warm_up(&mut self, now: Option<String>) {
        let (stage, slots) = (Arc::clone(&self.stage), Arc::clone(&self.slots));
        self.warming.spawn(async move {
            let _lane = stage.lane().await;
            // The semaphore is never closed.
            let _slot = slots.acquire().await;
            stage.warm_up(now.as_deref()).await;
        });
    }

    /// Waits until nothing is being made ready any more.
    pub(crate) async fn warmed(&mut self) {
        // An error says that it has panicked: what it was to make ready is started when it is wanted.
        while self.warming.join_next().await.is_some() {}
    }

    pub(crate) async fn spec(&mut self, now: Option<&str>, say: &mut impl FnMut(What)) -> Result<Run, Error> {
        let subject = self.stage.connector.name.clone();
        let (stage, slots) = (Arc::clone(&self.stage), Arc::clone(&self.slots));
        let _lane = stage.lane().await;
        // The semaphore is never closed.
        let _slot = slots.acquire().await;
        self.begin(0, &subject, Command::Spec, None, say);
        let played = self.stage.spec(now).await?;
        end(0, subject, &played, say);
        Ok(played)
    }

    /// Plays all lines, side by side; returns what was played by scenario, in the order of the plan.
    pub(crate) async fn scenarios(
        &mut self,
        scenarios: &[Arc<Prepared>],
        lines: Vec<plan::Line>,
        say: &mut impl FnMut(What),
    ) -> Result<Vec<Vec<Run>>, Error> {
        let (sender, reports) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let mut order = Vec::new();
        for (place, line) in lines.into_iter().enumerate() {
            let first = self.next;
            self.next += line.commands.len();
            order.push(line.scenario);
            let (stage, slots, sender) = (Arc::clone(&self.stage), Arc::clone(&self.slots), sender.clone());
            let prepared = Arc::clone(&scenarios[line.scenario]);
            tasks.spawn(async move {
                play(&stage, &prepared, line.commands, (first, place), &slots, &sender).await
            });
        }
        drop(sender);
        let mut by_scenario: Vec<Vec<Run>> = scenarios.iter().map(|_| Vec::new()).collect();
        for (line, _, played) in self.follow(tasks, reports, say).await? {
            by_scenario[order[line]].push(played);
        }
        Ok(by_scenario)
    }

    /// Makes all trials, side by side; returns them by scenario, in the order of the plan.
    pub(crate) async fn trials(
        &mut self,
        scenarios: &[Arc<Prepared>],
        plans: Vec<Vec<Planned>>,
        say: &mut impl FnMut(What),
    ) -> Result<Vec<Vec<Trial>>, Error> {
        let (sender, reports) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let mut order = Vec::new();
        for (scenario, plan) in plans.into_iter().enumerate() {
            for planned in plan {
                let line = order.len();
                order.push(scenario);
                let number = self.next;
                self.next += 1;
                let (stage, slots, sender) =
                    (Arc::clone(&self.stage), Arc::clone(&self.slots), sender.clone());
                let prepared = Arc::clone(&scenarios[scenario]);
                tasks.spawn(async move {
                    attempt(&stage, &prepared, planned, (number, line), &slots, &sender).await
                });
            }
        }
        drop(sender);
        let mut by_scenario: Vec<Vec<Trial>> = scenarios.iter().map(|_| Vec::new()).collect();
        for (line, question, run) in self.follow(tasks, reports, say).await? {
            if let Some(question) = question {
                by_scenario[order[line]].push(Trial { question, run });
            }
        }
        Ok(by_scenario)
    }

    /// Says what is reported until all tasks have ended; returns what they played, in the order of their lines.
    async fn follow(
        &mut self,
        mut tasks: JoinSet<Result<(), Error>>,
        mut reports: mpsc::UnboundedReceiver<Report>,
        say: &mut impl FnMut(What),
    ) -> Result<Vec<(usize, Option<Question>, Run)>, Error> {
        let mut all = Vec::new();
        // Ends when the last task has dropped its sender.
        while let Some(report) = reports.recv().await {
            match report {
                Report::Starts { number, subject, command, trial } => {
                    self.begin(number, &subject, command, trial, say);
                }
                Report::Noted(note) => say(What::Noted { note }),
                Report::Ended { number, subject, line, played, question } => {
                    end(number, subject, &played, say);
                    all.push((line, question, *played));
                }
            }
        }
        while let Some(task) = tasks.join_next().await {
            task.map_err(|error| Error::Environment {
                doing: "play a scenario".to_owned(),
                source: std::io::Error::other(error),
            })??;
        }
        // Stable: the processes of one line come one after the other.
        all.sort_by_key(|(line, _, _)| *line);
        Ok(all)
    }

    fn begin(
        &mut self,
        number: usize,
        subject: &str,
        command: Command,
        trial: Option<String>,
        say: &mut impl FnMut(What),
    ) {
        self.started += 1;
        let (subject, command) = (subject.to_owned(), command.to_string());
        say(What::InvocationStarted { invocation: number, subject, command, trial });
    }
}

fn end(number: usize, subject: String, played: &Run, say: &mut impl FnMut(What)) {
    let transcript = &played.transcript;
    say(What::InvocationFinished {
        invocation: number,
        subject,
        command: transcript.command.to_string(),
        trial: transcript.trial.clone(),
        command_line: transcript.command_line.clone(),
        exit: transcript.exit.to_string(),
        status: transcript.status(),
        duration_ms: transcript.duration.as_secs_f64() * 1e3,
        lines: transcript.account.lines,
        records: transcript.account.records,
        requests: played.journal.exchanges.len() as u64 + played.journal.omitted,
        via: played.journal.via(),
        stderr_bytes: transcript.stderr.bytes,
        stderr: transcript.stderr.tail.clone(),
        interpreter: played.interpreter,
    });
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
            let note = format!(
                "{subject}: nothing was read, since nothing was discovered and there is no configured_catalog.json"
            );
            let _heard = reports.send(Report::Noted(note));
            continue;
        }
        let _lane = stage.lane().await;
        // The semaphore is never closed.
        let _slot = slots.acquire().await;
        let number = first + offset;
        // Whoever listens no longer wants to hear how it goes on.
        let _heard = reports.send(Report::Starts { number, subject: subject.clone(), command, trial: None });
        let played = stage.play(command, prepared, configured.as_ref()).await?;
        if command == Command::Discover {
            let discovered = played.transcript.account.answer(command);
            configured = crate::catalog::configure(discovered.as_ref(), prepared.scenario.catalog.as_ref());
        }
        let (subject, played) = (subject.clone(), Box::new(played));
        let _heard = reports.send(Report::Ended { number, subject, line, played, question: None });
    }
    Ok(())
}

/// Makes one trial.
async fn attempt(
    stage: &Stage,
    prepared: &Prepared,
    planned: Planned,
    (number, line): (usize, usize),
    slots: &Semaphore,
    reports: &mpsc::UnboundedSender<Report>,
) -> Result<(), Error> {
    let subject = format!("{}/{}", stage.connector.name, prepared.scenario.name);
    let (command, trial) = (planned.command, Some(planned.question.to_string()));
    if let Some(wait) = planned.not_before.map(|time| time.duration_since(Timestamp::now())) {
        // In the past: not at all.
        tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
    }
    let _lane = stage.lane().await;
    // The semaphore is never closed.
    let _slot = slots.acquire().await;
    let _heard = reports.send(Report::Starts { number, subject: subject.clone(), command, trial });
    let tried = stage.attempt(planned, prepared, line).await?;
    let (question, played) = (Some(tried.question), Box::new(tried.run));
    let _heard = reports.send(Report::Ended { number, subject, line, played, question });
    Ok(())
}
