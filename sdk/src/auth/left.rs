use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::http::Quota;

/// How long a token rests that was refused without a word on how long.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// What is left of a token's quota. Without a number, nobody has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) requests: Option<u64>,
    /// When there is more.
    pub(super) reset: Option<Timestamp>,
}

impl Left {
    /// What an answer tells; `None` if it tells nothing.
    pub(super) fn told(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Left> {
        let quota = Quota::of(headers);
        let later = |wait| now.checked_add(SignedDuration::try_from(wait).ok()?).ok();
        let limited = match status {
            StatusCode::TOO_MANY_REQUESTS => true,
            // So some refuse requests that come too fast, whatever else is left.
            StatusCode::FORBIDDEN => quota.retry_after.is_some(),
            _ => false,
        };
        if limited {
            let reset = quota.wait().and_then(later).or_else(|| now.checked_add(REST).ok());
            return Some(Left { requests: Some(0), reset });
        }
        quota.remaining.map(|left| Left { requests: Some(left), reset: quota.reset.and_then(later) })
    }

    /// Until when it is used up, if it is.
    pub(super) fn used_up(&self, now: Timestamp) -> Option<Timestamp> {
        self.reset.filter(|reset| self.requests == Some(0) && *reset > now)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn now() -> Timestamp {
        "2024-01-08T12:00:00Z".parse().unwrap()
    }

    fn told(status: u16, headers: &[(&'static str, &str)]) -> Option<Left> {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Left::told(StatusCode::from_u16(status).unwrap(), &headers.iter().map(pair).collect(), now())
    }

    /// What is left, and for how many seconds.
    #[track_caller]
    fn holds(status: u16, headers: &[(&'static str, &str)], requests: u64, seconds: Option<i64>) {
        let left = told(status, headers).unwrap();
        let wait = left.reset.map(|reset| reset.duration_since(now()).as_secs());
        assert_eq!((left.requests, wait), (Some(requests), seconds), "{headers:?}");
    }

    #[test]
    fn an_answer_tells_what_is_left_and_until_when() {
        holds(200, &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "30")], 7, Some(30));
        holds(404, &[("ratelimit", r#""default";r=0;t=30"#)], 0, Some(30));
        holds(403, &[("x-ratelimit-remaining", "7")], 7, None);
        assert_eq!(told(200, &[("retry-after", "5")]), None);
    }

    #[test]
    fn a_refusal_for_lack_of_quota_uses_the_token_up_whatever_is_left() {
        holds(429, &[("retry-after", "5"), ("x-ratelimit-remaining", "7")], 0, Some(5));
        holds(429, &[("x-ratelimit-reset", "90")], 0, Some(90));
        holds(429, &[], 0, Some(60));
        holds(403, &[("retry-after", "5"), ("x-ratelimit-remaining", "7")], 0, Some(5));
    }

    #[test]
    fn a_quota_is_used_up_until_its_reset() {
        let left = told(429, &[("retry-after", "5")]).unwrap();
        assert_eq!(left.used_up(now()), left.reset);
        assert_eq!(left.used_up(left.reset.unwrap()), None);
    }
}
