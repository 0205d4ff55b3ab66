//! The processes of a recording: one after the other, since they share the real server.

use std::path::PathBuf;
use std::sync::Arc;

use connector_protocol::{Command, MessageType};
use connector_record::{Recorder, Reel, Track, Upstream};
use connector_replay::Target;
use jiff::Timestamp;
use serde_json::Value;

use super::empty;
use super::folder::{self, Folder};
use super::known::Known;
use super::lost::Lost;
use super::{Mode, Options, Outcomes, Step};
use crate::error::Error;
use crate::evidence::Run;
use crate::expectation::Outcome;
use crate::given::Given;
use crate::ledger::Placed;
use crate::ports;
use crate::report::plural;
use crate::resumption::{of_each_stream, resumptions};
use crate::secrets::Secrets;
use crate::stage::Stage;
use crate::subject;
use crate::terms;
use crate::transcript::{Exit, Transcript};
use crate::trials::RESUMPTIONS;

/// The tracks of the first processes; those of resumed reads come after them.
pub(super) const CHECK: u32 = 0;
pub(super) const DISCOVER: u32 = 1;
pub(super) const READ: u32 = 2;

/// A recording while it is made.
pub(super) struct Performance<'a> {
    stage: &'a Stage,
    folder: &'a Folder,
    options: &'a Options,
    specification: &'a Value,
    /// The one that is given to the next command: a connector may ask for another one to be kept.
    config: Value,
    /// Whose part we play where it names us by our own address.
    part: Option<Target>,
    /// What must not be shown, of all configs so far.
    secrets: Arc<Secrets>,
    upstream: Arc<Upstream>,
    known: Option<Known>,
    pub(super) takes: Takes,
}

/// What was taken of it.
pub(super) struct Takes {
    pub(super) began: Timestamp,
    pub(super) reel: Arc<Reel>,
    /// One per process, in their order.
    pub(super) tracks: Vec<Track>,
    /// What people call them.
    pub(super) runs: Vec<String>,
    /// What is not there.
    pub(super) lost: Lost,
    pub(super) outcomes: Outcomes,
    /// What is to be read, where that is not everything.
    pub(super) catalog: Option<Value>,
    /// Streams that were read well and brought no record.
    pub(super) empty: Vec<String>,
    /// The configs that the connector was started with, one after the other.
    pub(super) configs: Vec<Value>,
}

impl<'a> Performance<'a> {
    pub(super) fn open(
        stage: &'a Stage,
        folder: &'a Folder,
        options: &'a Options,
        specification: &'a Value,
    ) -> Result<Self, Error> {
        let record = |source| Error::Record { source };
        let began = now();
        let known = match &folder.old {
            Some(tape) if options.mode == Mode::NewEpisodes => {
                let terms = terms::of(&folder.config, began, &folder.ignore);
                Some(Known::of(tape, &folder.path("cassette.json"), terms)?)
            }
            _ => None,
        };
        let mut config = folder.config.clone();
        let part = subject::complete(&stage.connector, &options.scenario, &mut config, specification)?;
        Ok(Performance {
            stage,
            folder,
            options,
            specification,
            config,
            part,
            secrets: Arc::new(Secrets::of_all(specification, [&folder.config])),
            upstream: Arc::new(Upstream::new(options.upstream.clone()).map_err(record)?),
            known,
            takes: Takes {
                began,
                reel: Arc::new(Reel::new().map_err(record)?),
                tracks: Vec::new(),
                runs: Vec::new(),
                lost: Lost::default(),
                outcomes: Vec::new(),
                catalog: None,
                empty: Vec::new(),
                configs: vec![folder.config.clone()],
            },
        })
    }

    /// Runs `check`, `discover` and `read`, and from each state that `read` printed `read` again.
    pub(super) async fn perform(&mut self, tell: &mut impl FnMut(&Step)) -> Result<(), Error> {
        let check = self.run(Command::Check, None, None, "check", tell).await?;
        let status = check.transcript.account.answer(Command::Check).unwrap_or_default();
        let succeeded = status["status"] == "SUCCEEDED";
        self.takes
            .outcomes
            .push((Command::Check, if succeeded { Outcome::Succeeds } else { Outcome::Fails }));

        let discover = self.run(Command::Discover, None, None, "discover", tell).await?;
        self.takes.outcomes.push((Command::Discover, outcome_of(&discover.transcript)));
        let discovered = discover.transcript.account.answer(Command::Discover);
        self.takes.catalog = self.folder.wanted(discovered.as_ref(), &self.options.streams)?;
        let configured = crate::catalog::configure(discovered.as_ref(), self.takes.catalog.as_ref());
        let Some(configured) = configured else {
            tell(&Step::Noted { note: "nothing was read, since nothing was discovered".to_owned() });
            return Ok(());
        };
        let state = self.folder.state.as_ref();
        let read = self.run(Command::Read, Some(&configured), state, "read", tell).await?;
        self.takes.outcomes.push((Command::Read, outcome_of(&read.transcript)));
        self.takes.empty = empty::streams(&read);
        let mut resumptions = resumptions(&read.transcript, self.options.resumes);
        // As many as `test` takes of one stream.
        if self.options.resumes >= RESUMPTIONS {
            resumptions.extend(of_each_stream(&read.transcript));
        }
        if outcome_of(&read.transcript) != Outcome::Succeeds && !resumptions.is_empty() {
            let note = "`read` failed, so that it is not taken up again from its states".to_owned();
            tell(&Step::Noted { note });
            return Ok(());
        }
        for (place, resumption) in resumptions.iter().enumerate() {
            let name = format!("read from state {} of {}", place + 1, resumptions.len());
            self.run(Command::Read, Some(&configured), Some(&resumption.input), &name, tell).await?;
        }
        Ok(())
    }

    async fn run(
        &mut self,
        command: Command,
        configured: Option<&Value>,
        state: Option<&Value>,
        name: &str,
        tell: &mut impl FnMut(&Step),
    ) -> Result<Run, Error> {
        let began = now();
        let track = u32::try_from(self.takes.tracks.len()).unwrap_or(u32::MAX);
        self.takes.tracks.push(Track { began });
        self.takes.runs.push(name.to_owned());
        let mut recorder = Recorder::new(Arc::clone(&self.upstream), Arc::clone(&self.takes.reel), track);
        if let Some(known) = &self.known {
            recorder = known.before(recorder);
        }
        let time = began.to_string();
        let mut ports = Vec::new();
        ports::of_config(&self.config, &mut ports);
        let given = Given {
            folder: PathBuf::from(format!("{track}")),
            config: Some(&self.config),
            part: self.part.as_ref(),
            configured,
            state,
            now: Some(&time),
            environment: Some(&self.folder.environment),
            real: true,
            volatile: &[],
            secrets: Arc::clone(&self.secrets),
            ports,
            ..Given::default()
        };
        let run = self.stage.perform(command, given, recorder).await?;
        // The real config is on disk no longer than it is needed.
        self.stage.clear(&format!("{track}"))?;
        let transcript = &run.transcript;
        let well = outcome_of(transcript) == Outcome::Succeeds && said_well(transcript);
        tell(&Step::Performed {
            command: name.to_owned(),
            outcome: said(transcript, &self.secrets),
            requests: run.journal.exchanges.len(),
            seconds: transcript.duration.as_secs_f64(),
            well,
            stderr: if well { String::new() } else { transcript.stderr.tail.clone() },
        });
        if let Some(mut config) = kept(transcript) {
            if let Some(base_url) = &self.stage.connector.settings.base_url {
                config = base_url.restored(&config, &self.config);
            }
            if config != self.config {
                self.renew(config, tell)?;
            }
        }
        for (refused, times) in run.refused.iter().flatten() {
            let note = format!(
                "`{name}` tried to connect to {refused} ({times} times), where nobody listens in the sandbox: if it must \
                 get there, say its URL with the port in the config, or record with `--sandbox off`"
            );
            tell(&Step::Noted { note });
        }
        for fault in &run.journal.faults {
            self.takes.lost.fault(fault, name);
        }
        match transcript.exit {
            Exit::Status(_) => Ok(run),
            // What it asked for is cut off anywhere: no recording of a whole.
            _ => Err(Error::Recording {
                why: format!("`{name}` did not come to its end: {}", transcript.exit),
            }),
        }
    }

    /// Keeps a config as a platform does: for the commands to come, and where the user's own is.
    fn renew(&mut self, config: Value, tell: &mut impl FnMut(&Step)) -> Result<(), Error> {
        folder::write_json(&self.options.config, &config)?;
        // Of tokens that serve once every command asks for the next to be kept.
        if self.takes.configs.len() == 1 {
            let note = format!(
                "the connector asked to keep another config (CONTROL), which is in {} now; so will be each that follows",
                self.options.config.display()
            );
            tell(&Step::Noted { note });
        }
        self.takes.configs.push(config.clone());
        self.secrets = Arc::new(Secrets::of_all(self.specification, &self.takes.configs));
        self.config = config;
        Ok(())
    }
}

/// The config that a connector asks to be kept in the place of the one that it was given, such as one with the next of
/// tokens that serve once.
fn kept(transcript: &Transcript) -> Option<Value> {
    let controls = transcript.account.of_kind(MessageType::Control).map(Placed::payload);
    let configs = controls.map(|mut control| control["connectorConfig"]["config"].take());
    configs.filter(Value::is_object).last()
}

/// To the second, as scenarios have it.
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default()
}

fn outcome_of(transcript: &Transcript) -> Outcome {
    transcript.status().map_or(Outcome::Fails, Outcome::of_status)
}

fn said_well(transcript: &Transcript) -> bool {
    let status = transcript.account.answer(Command::Check).filter(|_| transcript.command == Command::Check);
    status.is_none_or(|status| status["status"] == "SUCCEEDED")
}

/// What came of it, for people.
fn said(transcript: &Transcript, secrets: &Secrets) -> String {
    let account = &transcript.account;
    let error =
        account.errors().last().map(|(_, error)| error["message"].as_str().unwrap_or_default().to_owned());
    let answer = account.answer(transcript.command).unwrap_or_default();
    let text = match transcript.command {
        Command::Check if answer["message"].is_string() => {
            format!(
                "{}: {}",
                answer["status"].as_str().unwrap_or_default(),
                answer["message"].as_str().unwrap_or_default()
            )
        }
        Command::Check if answer["status"].is_string() => {
            answer["status"].as_str().unwrap_or_default().to_owned()
        }
        Command::Discover if answer["streams"].is_array() => {
            plural(answer["streams"].as_array().map_or(0, Vec::len), "stream", "streams")
        }
        Command::Read if error.is_none() => {
            let records = usize::try_from(account.records).unwrap_or(usize::MAX);
            let states = account.of_kind(MessageType::State).count();
            format!("{} and {}", plural(records, "record", "records"), plural(states, "state", "states"))
        }
        _ => transcript.exit.to_string(),
    };
    let text = match error {
        Some(error) => format!("{text}: {error}"),
        None => text,
    };
    crate::excerpt::of_text(&secrets.mask(&text))
}
