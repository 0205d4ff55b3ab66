//! All that checks may look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connector_protocol::Command;
use connector_replay::{Journal, Rule, Unasked};
use serde_json::Value;

use crate::budget::Budget;
use crate::demands::Demands;
use crate::expectation::{Expectation, Outcome};
use crate::hosts::Hosts;
use crate::ledger::StreamAccount;
use crate::refused::Refusals;
use crate::requests::Requests;
use crate::snapshot::Volatile;
use crate::transcript::Transcript;
use crate::trial::{Case, Question, Trial};
use crate::verdict::Finding;

/// What is known of one subject: the connector itself (its `spec`), or one scenario of it.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// `source-x`, or `source-x/scenario`.
    pub(crate) subject: String,
    /// What `spec` said a config must look like, if it said so.
    pub(crate) connection_specification: Option<Arc<Value>>,
    /// The scenario's config.
    pub(crate) config: Option<Value>,
    pub(crate) expect: Expectation,
    /// Streams that may bring no record.
    pub(crate) empty_streams: Vec<String>,
    /// What is demanded of it beyond what every connector owes.
    pub(crate) demands: Demands,
    /// Of a connector that has to show which types of files it reads: those that all its scenarios together read, as
    /// extensions with their dot. One of its scenarios has them.
    pub(crate) file_types: Option<BTreeSet<String>>,
    /// Whether the config sets a secret that can be searched for.
    pub(crate) has_secrets: bool,
    /// Where requests may go.
    pub(crate) hosts: Hosts,
    /// How many there may be.
    pub(crate) budget: Budget,
    /// The interactions of the cassette; `None` where there is no cassette.
    pub(crate) recorded: Option<usize>,
    /// What is passed over in comparing requests.
    pub(crate) ignore: Vec<Rule>,
    /// Processes that were left behind and that no single command would answer for, by name.
    pub(crate) orphans: Vec<String>,
    /// The processes of the plain commands, in the order of the plan. There may be several of one command.
    pub(crate) runs: Vec<Run>,
    /// Further processes, each made to answer one question.
    pub(crate) trials: Vec<Trial>,
}

/// One process and the requests that it made.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) transcript: Transcript,
    pub(crate) journal: Journal,
    pub(crate) requests: Requests,
    /// The configured catalog that a plain read was given.
    pub(crate) configured: Option<Arc<Value>>,
    /// The names of the files that it was given and that it has changed.
    pub(crate) altered: Vec<String>,
    /// The connections that it tried to make and that nobody took; `None` where it ran outside of a sandbox, and nobody
    /// could see.
    pub(crate) refused: Option<Refusals>,
    /// What it printed that no other run repeats: for snapshots, not for checks.
    pub(crate) volatile: Volatile,
    /// The number of the interpreter that it was forked by, if it was.
    pub(crate) interpreter: Option<usize>,
}

impl Evidence {
    /// The interactions that none of the processes asked for, by their place.
    pub(crate) fn unasked(&self) -> BTreeMap<usize, &Unasked> {
        let journals: Vec<&Journal> = self.runs.iter().map(|run| &run.journal).collect();
        let mut unasked = BTreeMap::new();
        for interaction in journals.iter().flat_map(|journal| &journal.unasked) {
            unasked.entry(interaction.interaction).or_insert((interaction, 0)).1 += 1;
        }
        let by_none = unasked.into_iter().filter(|(_, (_, times))| *times == journals.len());
        by_none.map(|(place, (interaction, _))| (place, interaction)).collect()
    }

    /// The processes that ran `command` and ended by themselves. Of one that had to be killed, only the checks on
    /// processes speak: what it left unsaid follows from its end.
    pub(crate) fn ended(&self, command: Command) -> impl Iterator<Item = &Transcript> {
        self.transcripts()
            .filter(move |transcript| transcript.command == command && transcript.status().is_some())
    }

    /// The processes that ran `command`, were expected to succeed, and did.
    pub(crate) fn succeeded(&self, command: Command) -> impl Iterator<Item = &Transcript> {
        let expected = self.expect.of(command) == Outcome::Succeeds;
        self.ended(command).filter(move |transcript| expected && transcript.status() == Some(0))
    }

    /// What the plain commands did.
    pub(crate) fn transcripts(&self) -> impl Iterator<Item = &Transcript> {
        self.runs.iter().map(|run| &run.transcript)
    }

    /// What every process did, trials included: for rules that hold whatever is asked.
    pub(crate) fn every_transcript(&self) -> impl Iterator<Item = &Transcript> {
        self.every_run().map(|run| &run.transcript)
    }

    /// What every read did that reads what there is, from the beginning or from a state: the plain one, and trials that
    /// lacked no answers and ended by themselves.
    pub(crate) fn every_read(&self) -> impl Iterator<Item = &Transcript> {
        let plain = self.transcripts().filter(|transcript| transcript.command == Command::Read);
        let tried = self.tried(Question::reads_what_there_is).filter(|trial| !trial.lacks_answers());
        plain.chain(tried.map(|it| &it.run.transcript).filter(|transcript| transcript.status().is_some()))
    }

    /// The plain read that this trial repeats in some way, if both ended by themselves and well.
    pub(crate) fn read_like(&self, trial: &Trial) -> Option<&Transcript> {
        let first = self.succeeded(Command::Read).next()?;
        (trial.run.transcript.status() == Some(0)).then_some(first)
    }

    /// Whether a stream brings others when nothing is changed. The check on repeated reads speaks of it.
    pub(crate) fn is_never_twice_the_same(&self, stream: &StreamAccount) -> bool {
        let again = self.tried(|question| *question == Question::ReadAgain);
        let mut again = again.filter(|trial| !trial.lacks_answers() && self.read_like(trial).is_some());
        again.any(|trial| stream.differs(trial.run.transcript.account.stream(&stream.name)).is_some())
    }

    /// What is wrong where the plain read succeeded and this trial, which repeats it in some way, did not; not where it lacked
    /// answers.
    pub(crate) fn fails_otherwise(&self, trial: &Trial) -> Option<Finding> {
        self.succeeded(Command::Read).next()?;
        let tried = &trial.run.transcript;
        let fails = tried.status().is_some_and(|status| status != 0) && !trial.lacks_answers();
        fails
            .then(|| Finding::new("a read that succeeds, as it did before", tried.exit.to_string()).by(tried))
    }

    /// What every process did and asked for, trials included.
    pub(crate) fn every_run(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().chain(self.trials.iter().map(|trial| &trial.run))
    }

    /// The checks of configs made from the spec that ended by themselves.
    pub(crate) fn tried_configs(&self) -> impl Iterator<Item = (&Case, &Transcript)> {
        self.configs_of(|_| true)
    }

    /// Of these, the ones to which every request was answered: what the others say may be about the answer that we made up.
    pub(crate) fn answered_configs(&self) -> impl Iterator<Item = (&Case, &Transcript)> {
        self.configs_of(|trial| !trial.lacks_answers())
    }

    fn configs_of(&self, picks: fn(&Trial) -> bool) -> impl Iterator<Item = (&Case, &Transcript)> {
        self.trials.iter().filter(move |trial| picks(trial)).filter_map(|trial| match &trial.question {
            Question::CheckOf(case) if trial.run.transcript.status().is_some() => {
                Some((case, &trial.run.transcript))
            }
            _ => None,
        })
    }

    /// The trials whose question `picks` picks.
    pub(crate) fn tried<'a>(
        &'a self,
        picks: impl Fn(&Question) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Trial> {
        self.trials.iter().filter(move |trial| picks(&trial.question))
    }

    /// The payloads of the SPEC messages that `spec` printed, each with its line.
    pub(crate) fn specs(&self) -> impl Iterator<Item = (&Transcript, u64, Value)> {
        self.ended(Command::Spec).flat_map(|transcript| {
            let specs = transcript.account.of_kind(connector_protocol::MessageType::Spec);
            specs.map(move |placed| (transcript, placed.line, placed.payload()))
        })
    }

    /// The streams that `discover` found, each as a JSON object, with the line of their catalog.
    pub(crate) fn discovered_streams(&self) -> impl Iterator<Item = (&Transcript, u64, &Value)> {
        self.ended(Command::Discover).flat_map(|transcript| {
            transcript.account.catalog_streams().iter().map(move |(line, stream)| (transcript, *line, stream))
        })
    }
}
