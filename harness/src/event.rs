//! What happens in a run, as it happens: all that reporters know.

use std::collections::BTreeMap;
use std::path::PathBuf;

use connector_replay::Via;
use serde::Serialize;

use crate::checks::{Group, Level};
use crate::rung::Rung;
use crate::snapshot::Comparison;
use crate::verdict::Verdict;

/// One thing that happened. As JSON: one object, its kind in `event`.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Milliseconds since the run began.
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// A scenario that is going to be played.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioShown {
    /// Its name.
    pub name: String,
    /// What it shows, in its author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// The kinds of events, in the order in which they come.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum What {
    /// The connector was found and the scenarios were read.
    RunStarted {
        /// The version of this interface: raised when a field changes its meaning or goes.
        format: u32,
        /// Its name.
        connector: String,
        /// The program and its first arguments.
        command: Vec<String>,
        /// How it was found.
        found: String,
        /// How its requests are intercepted.
        rung: Rung,
        /// Why it runs without a sandbox, where one was wanted.
        #[serde(skip_serializing_if = "Option::is_none")]
        no_sandbox: Option<String>,
        /// The scenarios, in order.
        scenarios: Vec<ScenarioShown>,
        /// How many processes are planned.
        invocations: usize,
    },
    /// The plain commands have come out so that trials can be made: more processes than were planned.
    TrialsPlanned {
        /// How many.
        invocations: usize,
    },
    /// A process is about to be started.
    InvocationStarted {
        /// Its number in the plan, from 0; they start in another order where several run side by side.
        invocation: usize,
        /// `source-x`, or `source-x/scenario`.
        subject: String,
        /// `spec`, `check`, `discover` or `read`.
        command: String,
        /// What is tried, where it is no plain command.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<String>,
    },
    /// It has ended.
    InvocationFinished {
        /// The number it was started under.
        invocation: usize,
        /// `source-x`, or `source-x/scenario`.
        subject: String,
        /// `spec`, `check`, `discover` or `read`.
        command: String,
        /// What is tried, where it is no plain command.
        #[serde(skip_serializing_if = "Option::is_none")]
        trial: Option<String>,
        /// All of its command line.
        command_line: String,
        /// How it ended, for people.
        exit: String,
        /// Its exit status, if it ended by itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<i32>,
        /// How long it ran, in milliseconds.
        duration_ms: f64,
        /// Lines of stdout.
        lines: u64,
        /// RECORD messages among them.
        records: u64,
        /// Requests that reached the replay server.
        requests: u64,
        /// How many of them came in which way, as far as they are kept: `proxy`, `direct` (redirected, or in the sandbox) or
        /// `base_url`.
        via: BTreeMap<Via, u64>,
        /// Bytes of stderr.
        stderr_bytes: u64,
        /// The last lines of stderr, secrets masked.
        stderr: String,
    },
    /// A check has looked at the evidence of one subject.
    CheckJudged {
        /// `source-x`, or `source-x/scenario`.
        subject: String,
        /// The check's id.
        check: &'static str,
        /// Its group.
        group: Group,
        /// Must or should.
        level: Level,
        /// What it says.
        #[serde(flatten)]
        verdict: Verdict,
    },
    /// The output of a process was compared with its snapshot, or what the processes of a scenario asked for.
    SnapshotCompared {
        /// `source-x`, or `source-x/scenario`.
        subject: String,
        /// `spec`, `check`, `discover` or `read`; `requests` for what they asked for.
        command: String,
        /// How they compare.
        #[serde(flatten)]
        comparison: Comparison,
    },
    /// A snapshot of something that is no longer there.
    SnapshotUnreferenced {
        /// The file.
        file: PathBuf,
    },
    /// Something that the user should know and that is nobody's fault.
    Noted {
        /// The sentence.
        note: String,
    },
    /// The user stopped the run; nothing more comes.
    Interrupted {},
    /// All is said.
    RunFinished {
        /// Milliseconds of wall time, building not included.
        duration_ms: f64,
        /// Milliseconds during which at least one process of the connector ran.
        connector_ms: f64,
        /// How many processes were run.
        invocations: usize,
        /// Checks that passed somewhere and failed nowhere.
        passed: usize,
        /// Checks that failed somewhere.
        failed: usize,
        /// Of level should: checks that failed somewhere.
        warned: usize,
        /// Checks that had nothing to judge.
        skipped: usize,
        /// Snapshots that match.
        snapshots_matched: usize,
        /// Snapshots that wait for review.
        snapshots_pending: usize,
        /// Snapshots that differ and are not proposed, since a check has condemned their subject.
        snapshots_held: usize,
        /// The code that the program ends with.
        exit_code: i32,
    },
}
