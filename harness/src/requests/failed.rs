//! Requests that failed for now, and were not made again until they succeeded.

use std::collections::BTreeMap;

use connector_replay::Request;

use super::{DIFFERENT, URL, hash_of_all};

/// The last answer to each request, where that was 429 or one of a server that fails: what the request was for is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failed(BTreeMap<u64, Failure>);

/// A request that was given up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    pub(crate) method: String,
    pub(crate) url: String,
    /// Of its last answer.
    pub(crate) status: u16,
}

impl Failed {
    pub(crate) fn note(&mut self, request: &Request, status: u16) {
        // Whoever asks again may do so with a new token.
        let url = request.target.to_string();
        let hash = hash_of_all((request.method.as_str(), &url, &request.body));
        if status == 429 || status >= 500 {
            if self.0.len() < DIFFERENT {
                let url = url.chars().take(URL).collect();
                self.0.insert(hash, Failure { method: request.method.to_string(), url, status });
            }
        } else {
            self.0.remove(&hash);
        }
    }

    /// They, in the order of their URLs.
    pub(crate) fn all(&self) -> Vec<&Failure> {
        let mut all: Vec<&Failure> = self.0.values().collect();
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::request;

    #[test]
    fn what_succeeds_in_the_end_has_not_failed() {
        let mut failed = Failed::default();
        let mut note = |url: &str, status| {
            failed.note(&request("GET", url), status);
            failed.all().iter().map(|it| it.status).collect::<Vec<_>>()
        };
        assert_eq!(note("https://a.test/1", 500), [500]);
        assert_eq!(note("https://a.test/1", 429), [429]);
        assert_eq!(note("https://a.test/2", 503), [429, 503]);
        assert_eq!(note("https://a.test/1", 200), [503]);
        assert_eq!(note("https://a.test/2", 404), [0; 0], "an answer that will not change");
    }
}
