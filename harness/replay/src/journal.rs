use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::StatusCode;
use serde::Serialize;

use crate::{Difference, Request};

/// All that happened in a session. Interactions are named by their position in the cassette, counted from 0.
///
/// It holds no header and no whole body, so no secret but what a URL or a [`Difference`] shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Journal {
    /// The requests in the order in which they were answered.
    pub exchanges: Vec<Exchange>,
    /// What was recorded and not asked for, in recorded order.
    pub unasked: Vec<Unasked>,
    /// What could not be read as a request, in its order.
    pub faults: Vec<Fault>,
}

/// A request and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// When it was answered, in milliseconds since the session began.
    pub at_ms: u64,
    /// The method.
    pub method: String,
    /// The whole URL, without user name and password.
    pub url: String,
    /// The status that was sent.
    pub status: u16,
    /// Whether the cassette had an answer.
    pub outcome: Outcome,
}

/// Whether there was an answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// There was.
    Answered {
        /// The one that was given.
        interaction: usize,
    },
    /// There was none; 599 was sent.
    Unmatched {
        /// The interaction that comes closest, unless nothing was recorded at all.
        nearest: Option<usize>,
        /// In what the request is not that one.
        differences: Vec<Difference>,
    },
}

/// An interaction that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unasked {
    /// Which one.
    pub interaction: usize,
    /// Its method.
    pub method: String,
    /// Its URL.
    pub url: String,
}

/// Something that a client did and that is no request, or the system refused.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// When it was noticed, in milliseconds since the session began.
    pub at_ms: u64,
    /// At which step.
    pub kind: FaultKind,
    /// The host or URL that was meant, where it is known.
    pub target: Option<String>,
    /// What happened.
    pub reason: String,
}

/// The step at which a [`Fault`] happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A connection could not be accepted, or was cut when the session ended.
    Connection,
    /// TLS was not agreed on; as a rule because the client does not trust the authority.
    Handshake,
    /// What came is not the head of a request.
    Head,
    /// The body did not come whole, or does not decode.
    Body,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => write!(f, "{target}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// The journal while it is written.
#[derive(Debug)]
pub(crate) struct Log {
    began: Instant,
    journal: Mutex<Journal>,
}

impl Log {
    pub(crate) fn new() -> Log {
        Log { began: Instant::now(), journal: Mutex::default() }
    }

    pub(crate) fn exchange(&self, request: &Request, status: StatusCode, outcome: Outcome) {
        let (method, url) = (request.method.to_string(), request.target.to_string());
        let mut journal = self.lock();
        // Under the lock, so that the times are in order too.
        let at_ms = self.now();
        journal.exchanges.push(Exchange { at_ms, method, url, status: status.as_u16(), outcome });
    }

    pub(crate) fn fault(&self, kind: FaultKind, target: Option<String>, reason: impl fmt::Display) {
        let mut journal = self.lock();
        let at_ms = self.now();
        journal.faults.push(Fault { at_ms, kind, target, reason: reason.to_string() });
    }

    /// The journal so far, which begins anew.
    pub(crate) fn take(&self) -> Journal {
        std::mem::take(&mut self.lock())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
