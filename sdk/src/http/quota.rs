use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::Clock;

/// How the headers of quotas begin: as the IETF draft has it, and as most APIs do.
const SPELLINGS: [&str; 3] = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"];

/// From here on a number is no span of time but a moment, in seconds since the epoch: 2001.
const MOMENT: f64 = 1e9;

/// From here on in milliseconds: 1973, which in seconds is the year 5138.
const MOMENT_MILLIS: f64 = 1e11;

/// No API means a longer wait than this.
pub(super) const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// What the headers of an answer say of when to ask again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) retry_after: Option<Duration>,
    /// Requests that are left until `reset`.
    pub(crate) remaining: Option<u64>,
    pub(crate) reset: Option<Duration>,
}

impl Quota {
    /// A moment counts from the answer's own `Date`, so that neither a clock that goes wrong nor one that a harness
    /// has set matters.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let now = text(DATE.as_str()).and_then(date).unwrap_or_else(|| Clock::current().now());
        let spelled = |word: &str| SPELLINGS.iter().find_map(|start| text(&format!("{start}{word}")));
        let structured = text("ratelimit").map(structured).unwrap_or_default();
        Quota {
            retry_after: text(RETRY_AFTER.as_str()).and_then(|text| span(text, now)),
            remaining: spelled("remaining").and_then(number).or(structured.0).map(whole),
            reset: spelled("reset")
                .and_then(|text| span(text, now))
                .or_else(|| structured.1.and_then(|seconds| seconds_from(seconds, now))),
        }
    }

    /// How long to wait after a refusal.
    pub(crate) fn wait(&self) -> Option<Duration> {
        // With requests left, it is another quota that is used up than the one that will be reset then.
        self.retry_after.or(self.reset.filter(|_| self.remaining.unwrap_or(0) == 0))
    }

    /// Whether a refusal says that it is one for now: what can be asked again, and when.
    pub(super) fn comes_back(&self) -> bool {
        self.retry_after.or(self.used_up()).is_some()
    }

    /// How long no further request would be answered well, though this one was.
    pub(super) fn used_up(&self) -> Option<Duration> {
        self.reset.filter(|_| self.remaining == Some(0))
    }
}

/// Requests left and seconds to the reset in `"default";r=0;t=30`, of the policy that has the fewest left, or in the
/// older `limit=100, remaining=0, reset=30`.
fn structured(text: &str) -> (Option<f64>, Option<f64>) {
    let value = |text: &str, names: [&str; 2]| {
        text.split([';', ',']).find_map(|part| {
            let (name, value) = part.split_once('=')?;
            names.contains(&name.trim()).then(|| number(value))?
        })
    };
    let read = |text: &str| (value(text, ["r", "remaining"]), value(text, ["t", "reset"]));
    let policies = text.split(',').map(read).filter(|(remaining, _)| remaining.is_some());
    let fewest = policies.min_by(|(a, s), (b, t)| {
        let fewer = a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
        fewer.then(t.partial_cmp(s).unwrap_or(std::cmp::Ordering::Equal))
    });
    match fewest {
        Some((remaining, Some(reset))) => (remaining, Some(reset)),
        _ => read(text),
    }
}

/// How long from `now`, of a text that is a number of seconds, a moment as a number, or a date.
fn span(text: &str, now: Timestamp) -> Option<Duration> {
    match number(text) {
        Some(seconds) => seconds_from(seconds, now),
        None => Some(until(date(text)?, now)),
    }
}

fn seconds_from(number: f64, now: Timestamp) -> Option<Duration> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number too large for a moment becomes none that jiff takes"
    )]
    let moment = match number {
        _ if number >= MOMENT_MILLIS => Timestamp::from_millisecond(number as i64).ok()?,
        _ if number >= MOMENT => Timestamp::from_second(number as i64).ok()?,
        _ => return Duration::try_from_secs_f64(number).ok().map(|span| span.min(LONGEST)),
    };
    Some(until(moment, now))
}

fn until(moment: Timestamp, now: Timestamp) -> Duration {
    let span = SignedDuration::from_millis(moment.as_millisecond().saturating_sub(now.as_millisecond()));
    Duration::try_from(span).unwrap_or_default().min(LONGEST)
}

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok().or_else(|| text.parse().ok())
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Fewer than none is none.
fn whole(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as saturates, which is what is meant"
    )]
    let whole = number as u64;
    whole
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    /// 994 seconds before the moment 1704715200.
    const NOW: &str = "Mon, 08 Jan 2024 11:43:26 GMT";

    fn quota(headers: &[(&str, &str)]) -> Quota {
        let headers = [("date", NOW)].iter().chain(headers);
        let pairs =
            headers.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()));
        Quota::of(&pairs.collect())
    }

    fn wait(headers: &[(&str, &str)]) -> Option<u64> {
        quota(headers).wait().map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_a_span_or_a_date_by_the_clock_of_the_answer() {
        assert_eq!(wait(&[("retry-after", "30")]), Some(30));
        assert_eq!(wait(&[("retry-after", "Mon, 08 Jan 2024 11:44:26 GMT")]), Some(60));
        assert_eq!(wait(&[("retry-after", "Mon, 08 Jan 2024 11:00:00 GMT")]), Some(0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-5")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_command_where_the_answer_has_none() {
        let in_a_minute = Clock::current().now() + SignedDuration::from_secs(60);
        let date =
            jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&in_a_minute).unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, date.parse().unwrap())]);
        let wait = Quota::of(&headers).wait().unwrap().as_secs();
        assert!((50..=60).contains(&wait), "{wait}");
    }

    #[test]
    fn a_reset_is_a_span_or_a_moment_by_its_magnitude() {
        for text in ["994", "1704715200", "1704715200000", "2024-01-08T12:00:00Z"] {
            for name in ["ratelimit-reset", "x-ratelimit-reset", "X-Rate-Limit-Reset"] {
                assert_eq!(wait(&[(name, text)]), Some(994), "{name}: {text}");
            }
        }
    }

    #[test]
    fn a_reset_says_nothing_of_a_refusal_while_requests_are_left() {
        assert_eq!(wait(&[("x-ratelimit-reset", "60"), ("x-ratelimit-remaining", "7")]), None);
        assert_eq!(wait(&[("x-ratelimit-reset", "60"), ("x-ratelimit-remaining", "0")]), Some(60));
        let both = [("x-ratelimit-reset", "60"), ("x-ratelimit-remaining", "7"), ("retry-after", "5")];
        assert_eq!(wait(&both), Some(5));
    }

    #[test]
    fn a_quota_is_used_up_when_none_is_left() {
        let used_up = |remaining| {
            quota(&[("ratelimit-reset", "60"), ("ratelimit-remaining", remaining)]).used_up().is_some()
        };
        assert_eq!([used_up("0"), used_up("-1"), used_up("1"), used_up("x")], [true, true, false, false]);
    }

    #[test]
    fn the_structured_header_is_read_by_its_scarcest_policy() {
        for text in [
            r#""default";r=0;t=30"#,
            r#""hour";r=900;t=3000, "second";r=0;t=30"#,
            r#""a";r=0;t=5, "b";r=0;t=30"#,
            "limit=100, remaining=0, reset=30",
        ] {
            assert_eq!(quota(&[("ratelimit", text)]).used_up(), Some(Duration::from_secs(30)), "{text}");
        }
        assert_eq!(quota(&[("ratelimit", r#""default";r=1;t=30"#)]).used_up(), None);
    }

    #[test]
    fn a_wait_has_an_end_whatever_the_header_says() {
        for text in ["1e300", "99999999999999999", "900000000"] {
            assert!(quota(&[("retry-after", text)]).wait().is_none_or(|wait| wait <= LONGEST), "{text}");
        }
    }
}
