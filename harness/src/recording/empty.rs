//! Streams of which the recorded account has nothing, and of which not only nothing came.

use std::collections::BTreeMap;

use connector_replay::{Exchange, Journal};

use crate::evidence::Run;
use crate::ledger::StreamName;

/// The names of the streams that were read well and brought no record.
pub(super) fn streams(read: &Run) -> Vec<String> {
    if read.transcript.status() != Some(0) || !all_went_well(&read.journal) {
        return Vec::new();
    }
    let account = &read.transcript.account;
    let given_up: Vec<StreamName> = account
        .traces("STREAM_STATUS", "stream_status")
        .filter(|(_, status)| status["status"] == "INCOMPLETE")
        .map(|(_, status)| StreamName::of(&status["stream_descriptor"]))
        .collect();
    let empty = account.streams.iter().filter(|stream| stream.configured && stream.records == 0);
    let empty = empty.filter(|stream| !given_up.contains(&stream.name));
    empty.map(|stream| stream.name.to_string()).collect()
}

/// Whether every request had an answer in the end: which stream one was for, nobody can tell.
fn all_went_well(journal: &Journal) -> bool {
    // What is asked again and answered then is well.
    let mut last: BTreeMap<(&str, &str), u16> = BTreeMap::new();
    for Exchange { method, url, status, .. } in &journal.exchanges {
        last.insert((method, url), *status);
    }
    journal.faults.is_empty() && last.values().all(|status| *status < 400)
}

#[cfg(test)]
mod tests {
    use connector_replay::{Outcome, Via};

    use super::*;

    fn is_well(asked: &[(&str, u16)]) -> bool {
        let exchange = |(url, status): &(&str, u16)| Exchange {
            at_ms: 0,
            method: "GET".to_owned(),
            url: (*url).to_owned(),
            status: *status,
            outcome: Outcome::Forwarded,
            via: Via::Proxy,
        };
        all_went_well(&Journal { exchanges: asked.iter().map(exchange).collect(), ..Journal::default() })
    }

    #[test]
    fn a_request_that_is_answered_when_it_is_asked_again_is_well_and_one_that_never_is_is_not() {
        assert!(is_well(&[("/a", 200), ("/b", 304)]));
        assert!(is_well(&[("/a", 429), ("/b", 200), ("/a", 500), ("/a", 200)]));
        assert!(!is_well(&[("/a", 200), ("/b", 401)]));
        assert!(!is_well(&[("/a", 200), ("/a", 503)]));
    }
}
