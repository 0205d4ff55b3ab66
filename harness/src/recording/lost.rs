//! Requests that are not in a recording, told by why and not one by one.

use connector_record::Failure;
use connector_replay::Fault;

use crate::report::named;

/// Requests that are named of one cause.
const NAMED: usize = 3;

/// All of them so far.
#[derive(Debug, Default)]
pub(super) struct Lost(Vec<Cause>);

/// Why some of them are not there.
#[derive(Debug)]
struct Cause {
    reason: String,
    /// Each once: a method and a URL without its query, which may hold tokens that no config knows of.
    requests: Vec<String>,
    times: usize,
    /// The command that lost the first.
    run: String,
}

impl Lost {
    /// What came and was no request.
    pub(super) fn fault(&mut self, fault: &Fault, run: &str) {
        let target = fault.target.as_deref().unwrap_or("a connection");
        self.add(path_of(target), &fault.reason, run);
    }

    /// A request that had no answer.
    pub(super) fn failure(&mut self, Failure { method, url, reason, .. }: &Failure, run: &str) {
        let url = path_of(url);
        // Which host was asked stands in the URL.
        let host = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let reason = reason.strip_prefix(&format!("{method} {host}: ")).unwrap_or(reason);
        self.add(format!("{method} {url}"), reason, run);
    }

    fn add(&mut self, request: String, reason: &str, run: &str) {
        let known = self.0.iter().position(|cause| cause.reason == reason);
        let place = known.unwrap_or_else(|| {
            let (reason, run) = (reason.to_owned(), run.to_owned());
            self.0.push(Cause { reason, requests: Vec::new(), times: 0, run });
            self.0.len() - 1
        });
        if let Some(cause) = self.0.get_mut(place) {
            cause.times += 1;
            if !cause.requests.contains(&request) {
                cause.requests.push(request);
            }
        }
    }

    /// A line for each cause.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|Cause { reason, requests, times, run }| {
            let times = match times {
                1 => format!("in `{run}`"),
                times => format!("{times} times, first in `{run}`"),
            };
            format!("{}: {reason} ({times})", named(requests, NAMED))
        })
    }
}

fn path_of(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_is_lost_for_one_reason_is_told_once() {
        let mut lost = Lost::default();
        let mut fail = |url: &str, reason: &str, run: &str| {
            let (method, url, reason) = ("GET".to_owned(), url.to_owned(), reason.to_owned());
            let failure =
                Failure { track: 0, sequence: 0, began: Timestamp::UNIX_EPOCH, method, url, reason };
            lost.failure(&failure, run);
        };
        for page in 0..5 {
            let url = format!("https://a.test/items/{}?page={page}", page % 4);
            fail(&url, "GET https://a.test: no connection", "read");
        }
        fail("https://a.test/other", "it was given up", "read from state 1 of 2");
        let lines: Vec<String> = lost.lines().collect();
        let items =
            "GET https://a.test/items/0, GET https://a.test/items/1, GET https://a.test/items/2 and 1 more";
        let wanted = [
            format!("{items}: no connection (5 times, first in `read`)"),
            "GET https://a.test/other: it was given up (in `read from state 1 of 2`)".to_owned(),
        ];
        assert_eq!(lines, wanted);
    }
}
