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
    /// The connector that it is about, by its name in this run; absent where it is about the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

impl Event {
    /// The scenario of a `subject` of this event; `None` for what is said of the connector itself.
    pub fn scenario_of<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(self.connector.as_deref()?)?.strip_prefix('/')
    }
}

/// A scenario that is going to be played.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioShown {
    /// Its name.
    pub name: String,
    /// What it shows, in its author's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The file to look at first: its scenario.toml, or its recording where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

/// Why a connector was not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It could not be: it was not found or not built, a file of it is wrong, the harness failed.
    Error,
    /// The user stopped the run.
    Interrupted,
    /// As many others failed before as `--max-fail` lets fail.
    MaxFail,
}

/// What is counted of a connector; of a run, the sums over its connectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Checks that passed somewhere and failed nowhere.
    pub passed: usize,
    /// Checks that failed somewhere.
    pub failed: usize,
    /// Of level should: checks that failed somewhere.
    pub warned: usize,
    /// Checks of which all that is wrong is known.
    pub known: usize,
    /// Checks that had nothing to judge.
    pub skipped: usize,
    /// Checks that the filter left out everywhere.
    pub filtered: usize,
    /// Waivers that have expired, or that nothing needs any more.
    pub waivers_failed: usize,
    /// Snapshots that match.
    pub snapshots_matched: usize,
    /// Snapshots that wait for review.
    pub snapshots_pending: usize,
    /// Snapshots that differ and are not proposed, since a check has condemned their subject.
    pub snapshots_held: usize,
}

/// The kinds of events, in the order in which they come.
///
/// The connectors of a run are told one after the other, in the order of the command line, although they run side by
/// side: between two events of one there is none of another.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum What {
    /// The connectors were looked for, and those of their scenarios chosen that are to be played.
    RunStarted {
        /// The version of this interface: raised when a field changes its meaning or goes.
        format: u32,
        /// How many connectors are told of.
        connectors: usize,
    },
    /// The connector was found and its scenarios were read.
    ConnectorStarted {
        /// Its path as it was given.
        path: PathBuf,
        /// The program and its first arguments.
        command: Vec<String>,
        /// How it was found.
        found: String,
        /// How its requests are intercepted.
        rung: Rung,
        /// Why it runs without a sandbox, where one was wanted.
        #[serde(skip_serializing_if = "Option::is_none")]
        no_sandbox: Option<String>,
        /// The scenarios that are played, in order.
        scenarios: Vec<ScenarioShown>,
        /// How many of its scenarios are not, since they were not chosen.
        scenarios_filtered: usize,
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
        /// The number of the interpreter that it was forked by, from 1, where it was not started anew.
        #[serde(skip_serializing_if = "Option::is_none")]
        interpreter: Option<usize>,
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
    /// A waiver that does not hold: it condemns.
    WaiverFailed {
        /// The file that it stands in.
        file: PathBuf,
        /// Its place among the waivers of that file, from 1.
        entry: usize,
        /// The checks that it names.
        check: String,
        /// The scenarios that it names, if it names any.
        #[serde(skip_serializing_if = "Option::is_none")]
        scenario: Option<String>,
        /// The streams that it names, if it names any.
        #[serde(skip_serializing_if = "Option::is_none")]
        stream: Option<String>,
        /// Why what it waives was let be.
        reason: String,
        /// Why it does not hold.
        fault: WaiverFault,
    },
    /// All is said of a connector.
    ConnectorFinished {
        /// Milliseconds of wall time since it was started.
        duration_ms: f64,
        /// Milliseconds during which at least one process of it ran.
        connector_ms: f64,
        /// How many processes were run.
        invocations: usize,
        /// What was counted.
        #[serde(flatten)]
        counts: Counts,
        /// The code that a run of it alone ends with.
        exit_code: i32,
    },
    /// A connector was not judged, or not to the end; the others are.
    ConnectorUnjudged {
        /// Its path as it was given.
        path: PathBuf,
        /// What kept it from being judged.
        cause: Cause,
        /// The same in words.
        why: String,
    },
    /// The user stopped the run; nothing more comes.
    Interrupted {},
    /// All is said.
    RunFinished {
        /// Milliseconds of wall time, building not included.
        duration_ms: f64,
        /// The sum over all connectors of the milliseconds during which at least one process of theirs ran.
        connector_ms: f64,
        /// How many processes were run.
        invocations: usize,
        /// How many connectors were told of.
        connectors: usize,
        /// Of these, those that were judged and do not end with 0.
        connectors_failed: usize,
        /// Of these, those that were not judged.
        connectors_unjudged: usize,
        /// The sums over all connectors: a check that passed for two of them counts twice.
        #[serde(flatten)]
        counts: Counts,
        /// The code that the program ends with: the gravest of all.
        exit_code: i32,
    },
}

/// Why a waiver does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverFault {
    /// All that it names was judged, and nothing of it fails.
    Unused,
    /// There is no scenario that it names.
    NoScenario,
    /// Its last day is over.
    Expired,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_the_connector_or_one_of_its_scenarios() {
        let event = Event { at_ms: 0, connector: Some("a/source-x".into()), what: What::Interrupted {} };
        assert_eq!(event.scenario_of("a/source-x"), None);
        assert_eq!(event.scenario_of("a/source-x/first_read"), Some("first_read"));
        assert_eq!(event.scenario_of("a/source-xy/first_read"), None);
    }
}
