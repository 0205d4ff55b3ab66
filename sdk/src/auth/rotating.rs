use std::cell::RefCell;
use std::cmp::Reverse;
use std::fmt;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::credentials::Credentials;
use super::left::Left;
use crate::{Error, Result, Secret};

/// Several tokens in turn.
pub(super) struct Rotating {
    tokens: Vec<Secret>,
    uses: RefCell<Vec<Use>>,
}

/// What is known of one token.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    left: Left,
    /// How often it was handed out.
    times: usize,
}

impl Use {
    fn requests(&self, now: Timestamp) -> u64 {
        let over = self.left.reset.is_some_and(|reset| reset <= now);
        self.left.requests.filter(|_| !over).unwrap_or(u64::MAX)
    }
}

impl Rotating {
    pub(super) fn new(tokens: Vec<Secret>) -> Self {
        let uses = RefCell::new(vec![Use::default(); tokens.len()]);
        Rotating { tokens, uses }
    }

    /// The token with the most left; of equal ones that which was used least. While all are used up, the first that
    /// will be usable.
    pub(super) fn credentials(&self, now: Timestamp) -> Result<Credentials> {
        let mut uses = self.uses.borrow_mut();
        let rank =
            |(_, used): &(usize, &Use)| (used.left.used_up(now), Reverse(used.requests(now)), used.times);
        let best = uses.iter().enumerate().min_by_key(rank).map(|(which, _)| which);
        let Some((which, token)) = best.and_then(|which| Some((which, self.tokens.get(which)?))) else {
            return Err(Error::config("there is no token to send: want at least one in the config"));
        };
        if let Some(used) = uses.get_mut(which) {
            used.times += 1;
            // Counted before the answer tells, so that requests side by side do not all take the same.
            used.left.requests = used.left.requests.map(|left| left.saturating_sub(1));
        }
        Credentials::bearer(token.expose(), which)
    }

    pub(super) fn observe(&self, which: usize, status: StatusCode, headers: &HeaderMap, now: Timestamp) {
        if let Some(left) = Left::told(status, headers, now)
            && let Some(used) = self.uses.borrow_mut().get_mut(which)
        {
            used.left = left;
        }
    }

    pub(super) fn alternative(&self, which: usize, now: Timestamp) -> bool {
        let uses = self.uses.borrow();
        uses.iter().enumerate().any(|(other, used)| other != which && used.left.used_up(now).is_none())
    }

    /// When the first token is usable again, unless one is now.
    pub(super) fn ready_at(&self, now: Timestamp) -> Option<Timestamp> {
        // `None` comes before every time.
        self.uses.borrow().iter().map(|used| used.left.used_up(now)).min().flatten()
    }
}

impl fmt::Debug for Rotating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotating").field("uses", &self.uses.borrow()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rotating(count: usize) -> Rotating {
        let secret = |number| serde_json::from_value(json!(format!("t-{number}"))).unwrap();
        Rotating::new((0..count).map(secret).collect())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_704_715_200 + seconds).unwrap()
    }

    fn answer(rotating: &Rotating, which: usize, status: u16, pairs: &[(&'static str, &'static str)]) {
        let headers =
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        rotating.observe(which, status.try_into().unwrap(), &headers, at(0));
    }

    fn turns(rotating: &Rotating, count: usize, now: Timestamp) -> Vec<usize> {
        (0..count).map(|_| rotating.credentials(now).unwrap().which).collect()
    }

    #[test]
    fn tokens_of_which_nothing_is_known_are_used_in_turn() {
        assert_eq!(turns(&rotating(3), 6, at(0)), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn the_token_with_the_most_left_is_used_and_counted_down_meanwhile() {
        let rotating = rotating(2);
        answer(&rotating, 0, 200, &[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "60")]);
        answer(&rotating, 1, 200, &[("x-ratelimit-remaining", "5"), ("x-ratelimit-reset", "60")]);
        assert_eq!(turns(&rotating, 5, at(0)), [1, 1, 0, 1, 0]);
    }

    #[test]
    fn a_token_that_is_used_up_rests_until_its_reset() {
        let rotating = rotating(2);
        answer(&rotating, 0, 429, &[("retry-after", "30")]);
        assert!(rotating.alternative(0, at(0)) && rotating.ready_at(at(0)).is_none());
        assert_eq!(turns(&rotating, 2, at(29)), [1, 1]);
        assert!(!rotating.alternative(1, at(29)), "the other one rests");
        assert_eq!(turns(&rotating, 1, at(30)), [0]);
    }

    #[test]
    fn while_all_are_used_up_the_first_reset_is_what_to_wait_for() {
        let rotating = rotating(2);
        answer(&rotating, 0, 429, &[("retry-after", "30")]);
        answer(&rotating, 1, 403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "20")]);
        assert_eq!(rotating.ready_at(at(0)), Some(at(20)));
        assert_eq!(turns(&rotating, 1, at(0)), [1]);
        assert_eq!(rotating.ready_at(at(20)), None);
    }

    #[test]
    fn no_token_at_all_is_told_to_the_user() {
        let error = rotating(0).credentials(at(0)).unwrap_err().to_string();
        assert_eq!(error, "there is no token to send: want at least one in the config");
    }

    #[test]
    fn debug_shows_quotas_and_no_tokens() {
        let shown = format!("{:?}", rotating(1));
        assert!(shown.contains("requests") && !shown.contains("t-0"), "{shown}");
    }
}
