use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long a token rests of which an answer 429 says no more.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// From here on, a number of seconds is the time of day and no time to wait.
const EPOCH: i64 = 1_000_000_000;

/// From here on it is in milliseconds.
const EPOCH_MILLIS: i64 = 100_000_000_000;

/// What is left of a token's quota. Without a number, nobody has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) left: Option<u64>,
    /// When there is more.
    pub(super) reset: Option<Timestamp>,
}

impl Quota {
    /// What an answer tells; `None` if it tells nothing.
    pub(super) fn told(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Quota> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let number = |name: &str| text(name).and_then(whole);
        let any = |what: &str| {
            ["x-ratelimit", "x-rate-limit", "ratelimit"]
                .iter()
                .find_map(|name| number(&format!("{name}-{what}")))
        };
        let parameter = |name: &str| {
            let mut parts = text("ratelimit")?.split(',').next()?.split([';', ' ']);
            whole(parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?)
        };
        let left = any("remaining").or_else(|| parameter("r")).map(|left| u64::try_from(left).unwrap_or(0));
        let reset = any("reset").or_else(|| parameter("t")).and_then(|reset| moment(reset, now));
        let later = text(RETRY_AFTER.as_str()).and_then(|text| retry_after(text, now));
        let limited = match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            // So some refuse requests that come too fast, whatever else is left.
            StatusCode::FORBIDDEN => later.is_some(),
            _ => false,
        };
        if !limited {
            return left.map(|left| Quota { left: Some(left), reset });
        }
        let rest = || now.checked_add(REST).ok();
        Some(Quota { left: Some(0), reset: later.or(reset).or_else(rest) })
    }

    /// Until when it is used up, if it is.
    pub(super) fn used_up(&self, now: Timestamp) -> Option<Timestamp> {
        self.reset.filter(|reset| self.left == Some(0) && *reset > now)
    }
}

/// A whole number; some write it with a fraction.
fn whole(text: &str) -> Option<i64> {
    text.split('.').next()?.parse().ok()
}

fn moment(number: i64, now: Timestamp) -> Option<Timestamp> {
    match number {
        EPOCH_MILLIS.. => Timestamp::from_millisecond(number).ok(),
        EPOCH.. => Timestamp::from_second(number).ok(),
        _ => now.checked_add(SignedDuration::from_secs(number)).ok(),
    }
}

fn retry_after(text: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds = whole(text).and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
    seconds.or_else(|| rfc2822::DateTimeParser::new().parse_timestamp(text).ok())
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn now() -> Timestamp {
        "2024-01-08T12:00:00Z".parse().unwrap()
    }

    fn told(status: u16, headers: &[(&'static str, &str)]) -> Option<Quota> {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Quota::told(StatusCode::from_u16(status).unwrap(), &headers.iter().map(pair).collect(), now())
    }

    /// What is left, and for how many seconds.
    #[track_caller]
    fn holds(status: u16, headers: &[(&'static str, &str)], left: u64, seconds: Option<i64>) {
        let quota = told(status, headers).unwrap();
        let wait = quota.reset.map(|reset| reset.duration_since(now()).as_secs());
        assert_eq!((quota.left, wait), (Some(left), seconds), "{headers:?}");
    }

    #[test]
    fn every_spelling_of_a_quota_is_read() {
        holds(200, &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1704715230")], 7, Some(30));
        holds(200, &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1704715230000")], 7, Some(30));
        holds(200, &[("x-rate-limit-remaining", "7"), ("x-rate-limit-reset", "30")], 7, Some(30));
        holds(200, &[("ratelimit-remaining", "7"), ("ratelimit-reset", "30.5")], 7, Some(30));
        holds(200, &[("ratelimit", r#""default";r=7;t=30"#)], 7, Some(30));
        holds(200, &[("x-ratelimit-remaining", "-1")], 0, None);
    }

    #[test]
    fn a_refusal_for_lack_of_quota_uses_the_token_up_whatever_else_it_says() {
        holds(
            429,
            &[("retry-after", "5"), ("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "90")],
            0,
            Some(5),
        );
        holds(429, &[("retry-after", "Mon, 08 Jan 2024 12:00:20 GMT")], 0, Some(20));
        holds(429, &[("x-ratelimit-reset", "90")], 0, Some(90));
        holds(429, &[], 0, Some(60));
        holds(403, &[("retry-after", "5"), ("x-ratelimit-remaining", "7")], 0, Some(5));
        holds(403, &[("x-ratelimit-remaining", "7")], 7, None);
    }

    #[test]
    fn an_answer_that_tells_nothing_teaches_nothing() {
        assert_eq!(told(200, &[("retry-after", "5"), ("x-ratelimit-remaining", "many")]), None);
    }

    #[test]
    fn a_quota_is_used_up_until_its_reset() {
        let quota = told(429, &[("retry-after", "5")]).unwrap();
        assert_eq!(quota.used_up(now()), quota.reset);
        assert_eq!(quota.used_up(quota.reset.unwrap()), None);
    }
}
