use std::fmt;
use std::time::Duration;

/// When a request is asked again.
///
/// Between attempts it waits a random part of a time that doubles with each attempt, so that many connectors do not come
/// back at the same moment. One count and one budget hold for failures of all kinds: of the network, of a status (see
/// [`Decision`](crate::Decision)), of a body that breaks off.
///
/// A wait for a quota is no failure. Where the API says for how long, by `Retry-After`, `RateLimit-*` or
/// `X-RateLimit-*`, and that is a second or more, it takes none of the attempts and nothing of the budget, but has a
/// limit of its own. Nobody asks the host meanwhile: the pause is for all streams of the command. Where the wait would
/// pass the limit, the stream ends with what it has, so that the next sync can go on; the other streams of that host
/// end likewise, without a wait of their own.
///
/// ```
/// # use std::time::Duration;
/// # use connector_sdk::{Api, Retry};
/// let patient = Retry { longest_quota_wait: Duration::from_secs(3600), ..Retry::default() };
/// let api = Api::new("https://api.example.test").retry(patient);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// How often a request is asked at most, the first time included.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles for the third, and so on.
    pub first_wait: Duration,
    /// The longest wait before any attempt, unless the API says more.
    pub longest_wait: Duration,
    /// How long a request may take, all attempts and waits together but those for quotas and for the requests before
    /// it. A wait that would pass it is not begun, and an attempt that would is broken off.
    pub budget: Duration,
    /// How long a request may wait for quotas, all such waits together.
    pub longest_quota_wait: Duration,
}

impl Default for Retry {
    /// 5 attempts, waits from 1 up to 60 seconds, 10 minutes in all, and 10 more for quotas.
    fn default() -> Self {
        Retry {
            attempts: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            budget: Duration::from_secs(600),
            longest_quota_wait: Duration::from_secs(600),
        }
    }
}

impl Retry {
    /// How long to wait before the attempt after this one.
    ///
    /// `asked` is what the API asks for, `elapsed` what the request has taken so far, and `chance`, between 0 and 1,
    /// spreads the waits ("full jitter").
    pub(super) fn wait(
        &self,
        attempt: u32,
        elapsed: Duration,
        asked: Option<Duration>,
        chance: f64,
    ) -> Result<Duration, GiveUp> {
        if attempt >= self.attempts {
            return Err(GiveUp::Attempts(attempt));
        }
        let wait = asked.unwrap_or_else(|| {
            let doubled = self.first_wait.saturating_mul(2_u32.saturating_pow(attempt - 1));
            doubled.min(self.longest_wait).mul_f64(chance)
        });
        if elapsed.saturating_add(wait) > self.budget {
            return Err(GiveUp::Budget { wait, elapsed, budget: self.budget });
        }
        Ok(wait)
    }
}

/// Why a request that may succeed later is not asked again now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum GiveUp {
    Attempts(u32),
    Budget { wait: Duration, elapsed: Duration, budget: Duration },
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GiveUp::Attempts(1) => write!(f, "gave up after 1 attempt"),
            GiveUp::Attempts(attempts) => write!(f, "gave up after {attempts} attempts"),
            GiveUp::Budget { elapsed, budget, .. } if elapsed >= budget => {
                write!(f, "gave up, since the limit of {budget:?} is reached")
            }
            GiveUp::Budget { wait, elapsed, budget } => write!(
                f,
                "gave up, since a wait of {} s after {} s would pass the limit of {} s",
                wait.as_secs(),
                elapsed.as_secs(),
                budget.as_secs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn waits_double_up_to_the_longest_and_chance_spreads_them() {
        let retry = Retry { attempts: 99, ..Retry::default() };
        let waits = [1, 2, 3, 7, 8, 90].map(|attempt| retry.wait(attempt, NOW, None, 1.0).unwrap().as_secs());
        assert_eq!(waits, [1, 2, 4, 60, 60, 60]);
        assert_eq!(retry.wait(3, NOW, None, 0.25), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn the_api_decides_if_it_says_how_long() {
        let retry = Retry::default();
        assert_eq!(retry.wait(4, NOW, Some(Duration::ZERO), 1.0), Ok(Duration::ZERO));
        assert_eq!(retry.wait(1, NOW, Some(Duration::from_secs(90)), 0.0), Ok(Duration::from_secs(90)));
    }

    #[test]
    fn the_last_attempt_is_the_last_whatever_the_api_asks() {
        let retry = Retry::default();
        assert!(retry.wait(4, NOW, None, 1.0).is_ok());
        assert_eq!(retry.wait(5, NOW, Some(Duration::ZERO), 1.0), Err(GiveUp::Attempts(5)));
    }

    #[test]
    fn a_wait_past_the_budget_is_not_begun() {
        let hour = Some(Duration::from_secs(3600));
        let error = Retry::default().wait(1, Duration::from_secs(2), hour, 1.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "gave up, since a wait of 3600 s after 2 s would pass the limit of 600 s"
        );
    }
}
