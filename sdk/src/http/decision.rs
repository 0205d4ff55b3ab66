use std::rc::Rc;
use std::time::Duration;

use super::Answer;
use super::failure::Failure;
use crate::Error;

/// The statuses that pass: too slow, too early, or a server or a proxy before it in trouble.
///
/// No other is, 5xx or not: 501 and 505 will say the same tomorrow, and 599 is how a replay says that it has no answer.
const PASSING: [u16; 12] = [408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];

/// What to make of an answer.
///
/// Said for a status by [`Api::on_status`](crate::Api::on_status), or by a closure that has seen the answer:
/// [`Api::on_answer`](crate::Api::on_answer). Where neither has a word, a status decides as follows.
///
/// | status | decision |
/// |---|---|
/// | 2xx | accept |
/// | 401 | refresh the token once, where that is possible; else fail: the config is to be mended |
/// | 429, and 403 or 503 that says when to come back | rate limited |
/// | 403 | fail: the config is to be mended |
/// | 413, and 504 | a smaller page, where pages have a size; else as the lines below |
/// | 408, 425, 500, 502, 503, 504, 520 to 524, 529 | retry |
/// | any other | fail: the connector is to be mended |
#[derive(Clone, Debug)]
pub enum Decision {
    /// Use it, whatever its status.
    Accept,
    /// Go on as if it had no records.
    Ignore,
    /// No records here, and no further page.
    EndOfStream,
    /// Ask again, a limited number of times: see [`Retry`](crate::Retry).
    Retry,
    /// Ask again when there is quota: after `wait`, or when the answer's headers say.
    RateLimited {
        /// How long, if it is known better than by the headers.
        wait: Option<Duration>,
    },
    /// Ask again with new credentials: once.
    RefreshToken,
    /// Ask for fewer records at a time. Where pages have no size, it is an error.
    SmallerPage,
    /// Give up.
    Fail(Error),
}

/// An author's word on an answer that the closure knows.
type Closure = Rc<dyn Fn(&Answer) -> Option<Decision>>;

/// What the author has said of answers.
#[derive(Clone, Default)]
pub(super) struct Rules {
    closures: Vec<Closure>,
    statuses: Vec<(u16, Decision)>,
}

impl Rules {
    pub(super) fn on_answer(&mut self, decide: impl Fn(&Answer) -> Option<Decision> + 'static) {
        self.closures.push(Rc::new(decide));
    }

    /// The last word on a status holds.
    pub(super) fn on_status(&mut self, status: u16, decision: Decision) {
        self.statuses.retain(|(known, _)| *known != status);
        self.statuses.push((status, decision));
    }

    fn decide(&self, answer: &Answer) -> Option<Decision> {
        let of_status =
            |(status, decision): &(u16, Decision)| (*status == answer.status()).then(|| decision.clone());
        let by_closure = self.closures.iter().find_map(|decide| decide(answer));
        by_closure.or_else(|| self.statuses.iter().find_map(of_status))
    }
}

/// What a request can still do about a refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means {
    pub(super) renew: bool,
    pub(super) shrink: bool,
}

/// The one place where it is decided what becomes of an attempt, answered or not.
pub(super) fn decide(attempt: Result<&Answer, &Failure>, rules: &Rules, means: Means) -> Decision {
    let answer = match attempt {
        Ok(answer) => answer,
        Err(failure) if failure.passes() => return Decision::Retry,
        Err(failure) => return Decision::Fail(failure.error()),
    };
    rules.decide(answer).unwrap_or_else(|| match answer.status() {
        200..=299 => Decision::Accept,
        401 if means.renew => Decision::RefreshToken,
        429 => Decision::RateLimited { wait: None },
        // A reset alone says nothing here: many APIs tell it with every answer.
        403 | 503 if answer.quota().comes_back() => Decision::RateLimited { wait: None },
        401 | 403 => Decision::Fail(refused(answer)),
        413 | 504 if means.shrink => Decision::SmallerPage,
        _ => passing(answer).map_or_else(Decision::Fail, |()| Decision::Retry),
    })
}

/// The error of credentials that an API refuses.
pub(super) fn refused(answer: &Answer) -> Error {
    Error::config(format!("{answer}; check the credentials in the config"))
}

/// The error of a page that cannot be made smaller: passing, if its status is.
pub(super) fn too_large(answer: &Answer) -> Error {
    passing(answer).map_or_else(|error| error, |()| Error::transient(answer.to_string()))
}

fn passing(answer: &Answer) -> Result<(), Error> {
    if PASSING.contains(&answer.status()) { Ok(()) } else { Err(Error::system(answer.to_string())) }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName};

    use super::*;
    use crate::FailureType;

    const NO: Means = Means { renew: false, shrink: false };

    fn answer(status: u16) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer::new("GET https://a.test/x".into(), status, HeaderMap::new(), Vec::new())
    }

    fn told(status: u16, rules: &Rules, means: Means) -> String {
        match decide(Ok(&answer(status)), rules, means) {
            Decision::Fail(error) => format!("{:?}", error.failure_type()),
            decision => format!("{decision:?}"),
        }
    }

    #[test]
    fn without_a_word_of_the_author_the_status_decides() {
        let all = Means { renew: true, shrink: true };
        for (status, able, unable) in [
            (200, "Accept", "Accept"),
            (204, "Accept", "Accept"),
            (302, "SystemError", "SystemError"),
            (400, "SystemError", "SystemError"),
            (401, "RefreshToken", "ConfigError"),
            (403, "ConfigError", "ConfigError"),
            (404, "SystemError", "SystemError"),
            (408, "Retry", "Retry"),
            (413, "SmallerPage", "SystemError"),
            (429, "RateLimited { wait: None }", "RateLimited { wait: None }"),
            (500, "Retry", "Retry"),
            (501, "SystemError", "SystemError"),
            (503, "Retry", "Retry"),
            (504, "SmallerPage", "Retry"),
            (599, "SystemError", "SystemError"),
        ] {
            let decided = [all, NO].map(|means| told(status, &Rules::default(), means));
            assert_eq!(decided, [able, unable], "{status}");
        }
    }

    #[test]
    fn a_refusal_that_says_when_to_come_back_is_waited_for() {
        let decided = |status: u16, header: &'static str, value: &str| {
            let pairs = [(HeaderName::from_static(header), value.parse().unwrap())];
            let reset = [(HeaderName::from_static("x-ratelimit-reset"), "30".parse().unwrap())];
            let headers: HeaderMap = pairs.into_iter().chain(reset).collect();
            let answer =
                Answer::new(String::new(), StatusCode::from_u16(status).unwrap(), headers, Vec::new());
            matches!(decide(Ok(&answer), &Rules::default(), NO), Decision::RateLimited { wait: None })
        };
        for status in [403, 503] {
            assert!(decided(status, "retry-after", "30"), "{status}");
            assert!(decided(status, "x-ratelimit-remaining", "0"), "{status}");
            assert!(!decided(status, "x-ratelimit-remaining", "1"), "{status}");
            assert!(!decided(status, "x-other", "1"), "{status}");
        }
        assert!(!decided(500, "retry-after", "30"), "it fails, and is asked again after that time");
    }

    #[test]
    fn the_closure_speaks_first_then_the_last_word_on_the_status() {
        let mut rules = Rules::default();
        rules.on_status(404, Decision::Retry);
        rules.on_status(404, Decision::Ignore);
        assert_eq!(told(404, &rules, NO), "Ignore");
        rules.on_answer(|answer| (answer.status() == 404).then_some(Decision::EndOfStream));
        rules.on_answer(|answer| (answer.status() < 500).then_some(Decision::Accept));
        assert_eq!(
            [404, 403, 500].map(|status| told(status, &rules, NO)),
            ["EndOfStream", "Accept", "Retry"]
        );
    }

    #[test]
    fn a_failure_that_is_given_by_data_keeps_its_cause() {
        let mut rules = Rules::default();
        let error = Error::config("upgrade your plan").caused_by(Error::system("no such feature"));
        rules.on_status(402, Decision::Fail(error));
        for _ in 0..2 {
            let Decision::Fail(error) = decide(Ok(&answer(402)), &rules, NO) else { panic!("it fails") };
            assert_eq!(error.failure_type(), FailureType::ConfigError);
            assert_eq!(error.chain(), "upgrade your plan: no such feature");
        }
    }
}
