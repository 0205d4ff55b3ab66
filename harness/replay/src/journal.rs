use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::StatusCode;
use serde::Serialize;

use crate::excerpt::shorten;
use crate::{Difference, Remedy, Request};

/// The most exchanges with a recorded answer that a journal holds.
const ANSWERED: usize = 100_000;
/// The most exchanges without one: counted on their own, so that the first of them is there however late it comes.
const UNMATCHED: usize = 10_000;
/// The most faults.
const FAULTS: usize = 10_000;
/// The most characters of a URL or a reason.
const TEXT: usize = 2_000;

/// All that happened in a session. Interactions are named by their position in the cassette, counted from 0.
///
/// It holds no header and no whole body, so no secret but what a URL or a [`Difference`] shows.
/// It is bounded, for clients that ask in a loop: texts are cut at 2,000 characters, and past 100,000 exchanges with a
/// recorded answer, 10,000 without one and 10,000 faults they are only counted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Journal {
    /// The requests in the order in which they were answered.
    pub exchanges: Vec<Exchange>,
    /// How many more exchanges there were.
    pub omitted: u64,
    /// What was recorded and not asked for, in recorded order. Exact, whatever was omitted.
    pub unasked: Vec<Unasked>,
    /// What could not be read as a request, in its order.
    pub faults: Vec<Fault>,
    /// How many more faults there were.
    pub omitted_faults: u64,
}

impl Journal {
    /// Whether nobody came: neither with a request, nor with anything that was to become one.
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty() && self.faults.is_empty() && self.omitted + self.omitted_faults == 0
    }

    /// How many of the exchanges that it holds came in which way.
    pub fn via(&self) -> BTreeMap<Via, u64> {
        let mut counts = BTreeMap::new();
        for exchange in &self.exchanges {
            *counts.entry(exchange.via).or_default() += 1;
        }
        counts
    }
}

/// A request and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// When it was answered, in milliseconds since the session began.
    pub at_ms: u64,
    /// The method.
    pub method: String,
    /// The URL, without user name and password; shortened where it is long.
    pub url: String,
    /// The status that was sent.
    pub status: u16,
    /// Where the answer came from.
    pub outcome: Outcome,
    /// How it found its way here.
    pub via: Via,
}

/// How a request came to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The client took the session for its proxy: it opened a tunnel, or named the whole URL.
    Proxy,
    /// The client took the session for the host itself, which it was made to reach it by.
    Direct,
    /// The client was told the session's own address in the place of the host's.
    BaseUrl,
}

impl Via {
    /// As it stands in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Via::Proxy => "proxy",
            Via::Direct => "direct",
            Via::BaseUrl => "base_url",
        }
    }
}

/// Where the answer to a request came from, if there was one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// From the cassette.
    Answered {
        /// The one that was given.
        interaction: usize,
    },
    /// The real server was asked, and answered.
    Forwarded,
    /// The real server was asked, and no answer came that could be passed on; 502 was sent.
    Failed,
    /// There was none; 599 was sent.
    Unmatched {
        /// The interaction that comes closest, unless nothing was recorded at all.
        nearest: Option<usize>,
        /// In what the request is not that one.
        differences: Vec<Difference>,
        /// What to pass over so that it would be, if that is all that is wrong.
        #[serde(skip_serializing_if = "Option::is_none")]
        remedy: Option<Remedy>,
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
    /// The host or URL that was meant, where it is known; shortened likewise.
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
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    journal: Journal,
    unmatched: usize,
    /// The hosts that TLS was agreed on for.
    trusted: HashSet<Option<String>>,
    /// Clients that went in the middle of a handshake, for a host that none has agreed on TLS for.
    hung_up: Vec<Fault>,
}

impl Log {
    pub(crate) fn new() -> Log {
        Log { began: Instant::now(), notes: Mutex::default() }
    }

    pub(crate) fn exchange(&self, request: &Request, via: Via, status: StatusCode, outcome: Outcome) {
        let method = shorten(request.method.as_str(), TEXT);
        let url = shorten(&request.target.to_string(), TEXT);
        let unmatched = usize::from(matches!(outcome, Outcome::Unmatched { .. }));
        let mut notes = self.lock();
        // Under the lock, so that the times are in order too.
        let at_ms = self.now();
        let answered = notes.journal.exchanges.len() - notes.unmatched;
        if (unmatched == 1 && notes.unmatched >= UNMATCHED) || (unmatched == 0 && answered >= ANSWERED) {
            notes.journal.omitted += 1;
            return;
        }
        notes.unmatched += unmatched;
        notes.journal.exchanges.push(Exchange { at_ms, method, url, status: status.as_u16(), outcome, via });
    }

    pub(crate) fn fault(&self, kind: FaultKind, target: Option<&str>, reason: impl fmt::Display) {
        let (target, reason) =
            (target.map(|target| shorten(target, TEXT)), shorten(&reason.to_string(), TEXT));
        let mut notes = self.lock();
        let at_ms = self.now();
        if notes.has_room() {
            notes.journal.faults.push(Fault { at_ms, kind, target, reason });
        }
    }

    /// TLS was agreed on: who hangs up on this host in a handshake does so for reasons of its own.
    ///
    /// A client that opens a connection to spare and exits is a sound one. One that does not trust the authority is
    /// not, and some say so by hanging up.
    pub(crate) fn trusted(&self, host: Option<&str>) {
        let mut notes = self.lock();
        let host = host.map(|host| shorten(host, TEXT));
        notes.hung_up.retain(|fault| fault.target != host);
        notes.trusted.insert(host);
    }

    /// A client went in the middle of a handshake. That is a fault unless TLS is agreed on for this host, be it later.
    pub(crate) fn hung_up(&self, host: Option<&str>, reason: impl fmt::Display) {
        let target = host.map(|host| shorten(host, TEXT));
        let mut notes = self.lock();
        let at_ms = self.now();
        if !notes.trusted.contains(&target) && notes.has_room() {
            let reason = shorten(&reason.to_string(), TEXT);
            notes.hung_up.push(Fault { at_ms, kind: FaultKind::Handshake, target, reason });
        }
    }

    /// The journal so far, which begins anew.
    pub(crate) fn take(&self) -> Journal {
        let Notes { mut journal, hung_up, .. } = std::mem::take(&mut *self.lock());
        journal.faults.extend(hung_up);
        journal.faults.sort_by_key(|fault| fault.at_ms);
        journal
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    /// Whether one more fault is kept; where it is not, it is counted.
    fn has_room(&mut self) -> bool {
        let room = self.journal.faults.len() + self.hung_up.len() < FAULTS;
        self.journal.omitted_faults += u64::from(!room);
        room
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;
    use crate::Target;

    fn request(url: &str) -> Request {
        let target: Target = serde_json::from_value(url.into()).unwrap();
        Request { method: Method::GET, target, headers: HeaderMap::new(), body: "".into() }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_no_answer_hides_a_miss() {
        let log = Log::new();
        let unmatched = || Outcome::Unmatched { nearest: None, differences: Vec::new(), remedy: None };
        let request = request("http://a.test/");
        for _ in 0..ANSWERED + 3 {
            log.exchange(&request, Via::Proxy, StatusCode::OK, Outcome::Answered { interaction: 0 });
        }
        for _ in 0..UNMATCHED + 4 {
            log.exchange(&request, Via::Proxy, StatusCode::OK, unmatched());
        }
        for _ in 0..FAULTS + 5 {
            log.fault(FaultKind::Head, None, "c");
        }
        log.hung_up(None, "d");
        let journal = log.take();
        assert_eq!((journal.exchanges.len(), journal.omitted), (ANSWERED + UNMATCHED, 7));
        assert_eq!((journal.faults.len(), journal.omitted_faults), (FAULTS, 6));
        assert_eq!(journal.exchanges[ANSWERED].outcome, unmatched());
    }

    #[test]
    fn long_texts_are_cut() {
        let log = Log::new();
        let answered = Outcome::Answered { interaction: 0 };
        let long = request(&format!("http://a.test/?{}", "a".repeat(3_000)));
        log.exchange(&long, Via::Proxy, StatusCode::OK, answered);
        log.fault(FaultKind::Head, Some(&"b".repeat(3_000)), "c".repeat(3_000));
        let journal = log.take();
        assert_eq!(journal.exchanges[0].url.chars().count(), TEXT + 1);
        assert_eq!(journal.faults[0].to_string().chars().count(), 2 * (TEXT + 1) + 2);
    }

    #[test]
    fn who_hangs_up_in_a_handshake_is_a_fault_where_nobody_agrees_on_tls() {
        let log = Log::new();
        for host in [Some("before.test"), Some("never.test"), None] {
            log.hung_up(host, "gone");
        }
        for host in [Some("before.test"), Some("after.test")] {
            log.trusted(host);
        }
        log.hung_up(Some("after.test"), "gone");
        let hosts: Vec<_> = log.take().faults.into_iter().map(|fault| fault.target).collect();
        assert_eq!(hosts, [Some("never.test".to_owned()), None]);
    }
}
