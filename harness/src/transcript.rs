//! What one process of the connector did: what it printed, and how it ended.

use std::fmt;
use std::time::Duration;

use connector_protocol::{Command, MessageType};
use jiff::Timestamp;

use crate::ledger::{Account, Seen};
use crate::secrets::Leak;
use crate::verdict::Finding;

/// What one process did.
#[derive(Clone, Debug)]
pub(crate) struct Transcript {
    pub(crate) command: Command,
    /// For a trial, what was tried: it stands in every finding. `None` for the plain command.
    pub(crate) trial: Option<String>,
    /// What it was started with, as one would type it.
    pub(crate) command_line: String,
    pub(crate) account: Account,
    pub(crate) stderr: Stderr,
    pub(crate) exit: Exit,
    /// When it was started.
    pub(crate) began: Timestamp,
    pub(crate) duration: Duration,
    /// Processes that it started and did not wait for, by name. We ended them.
    pub(crate) leftovers: Vec<String>,
    /// Whether it was disturbed as [`Disturbance`] says, or given up. It may have ended before.
    ///
    /// [`Disturbance`]: crate::process::Disturbance
    pub(crate) disturbed: bool,
}

/// What it wrote to stderr.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stderr {
    pub(crate) bytes: u64,
    /// The last of it, secrets masked.
    pub(crate) tail: String,
    /// The first line that is one of a stack trace, secrets masked.
    pub(crate) stack_trace: Option<String>,
    pub(crate) leaks: Vec<Seen<Leak>>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// By itself, with this status.
    Status(i32),
    /// By a signal that we did not send.
    Signal(i32),
    /// By us, when its time was up.
    TimedOut(Duration),
    /// By us, since it was a trial that had asked for what nobody recorded.
    GivenUp,
    /// Not at all: the system could not start it.
    NeverStarted(String),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Status(status) => write!(f, "exit status {status}"),
            Exit::Signal(signal) => match nix::sys::signal::Signal::try_from(*signal) {
                Ok(signal) => write!(f, "killed by {signal}"),
                Err(_) => write!(f, "killed by signal {signal}"),
            },
            Exit::TimedOut(limit) => write!(f, "still running after {limit:?}"),
            Exit::GivenUp => f.write_str("given up, since it asked for what is not recorded"),
            Exit::NeverStarted(why) => write!(f, "could not be started: {why}"),
        }
    }
}

impl Transcript {
    /// What is wrong if it printed another number of messages of this type than one.
    pub(crate) fn exactly_one(&self, kind: MessageType) -> Option<Finding> {
        let mut messages = self.account.of_kind(kind);
        let want = format!("one {kind} message");
        match (messages.next(), messages.next()) {
            (None, _) => Some(Finding::new(want, "none").by(self)),
            (Some(_), Some(second)) => {
                let got = format!("{} of them", 2 + messages.count());
                Some(Finding::new(want, got).by(self).line(second.line))
            }
            (Some(_), None) => None,
        }
    }

    /// The exit status, of a process that ended by itself.
    pub(crate) fn status(&self) -> Option<i32> {
        match self.exit {
            Exit::Status(status) => Some(status),
            _ => None,
        }
    }
}
