use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How many requests a host takes in a time, counted over any such time: a moving window.
///
/// It holds for the host, that is for all streams of a command, and for every [`Api`](crate::Api) that asks there. Up
/// to the whole count may go at once; the next then wait until the oldest is a whole time ago. Where they would wait
/// longer than [`Retry::longest_quota_wait`](crate::Retry::longest_quota_wait), the stream ends: the next sync goes on.
///
/// ```
/// # use connector_sdk::{Api, Rate};
/// let api = Api::new("https://api.example.test").rate(Rate::per_second(5)).rate(Rate::per_minute(120));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: usize,
    time: Duration,
}

impl Rate {
    /// So many in any second.
    pub const fn per_second(count: usize) -> Self {
        Self::per(count, 1)
    }

    /// So many in any minute.
    pub const fn per_minute(count: usize) -> Self {
        Self::per(count, 60)
    }

    /// So many in any hour.
    pub const fn per_hour(count: usize) -> Self {
        Self::per(count, 3600)
    }

    /// None at all would never end: there is always one.
    const fn per(count: usize, seconds: u64) -> Self {
        Rate { count: if count == 0 { 1 } else { count }, time: Duration::from_secs(seconds) }
    }
}

/// The requests of the last time, as many as a [`Rate`] allows.
#[derive(Debug)]
pub(super) struct Window {
    rate: Rate,
    begun: VecDeque<Instant>,
}

impl Window {
    pub(super) fn new(rate: Rate) -> Self {
        Window { rate, begun: VecDeque::new() }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// How long until there is room for one more.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        match self.begun.front() {
            Some(oldest) if self.begun.len() >= self.rate.count => {
                (*oldest + self.rate.time).saturating_duration_since(now)
            }
            _ => Duration::ZERO,
        }
    }

    /// Counts one that begins now.
    pub(super) fn count(&mut self, now: Instant) {
        if self.begun.len() >= self.rate.count {
            self.begun.pop_front();
        }
        self.begun.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut window = Window::new(Rate::per_minute(2));
        let mut ask = |seconds| {
            let wait = window.wait(at(seconds)).as_secs();
            window.count(at(seconds + wait));
            wait
        };
        assert_eq!([ask(0), ask(50), ask(51), ask(60), ask(200)], [0, 0, 9, 50, 0]);
    }

    #[test]
    fn a_rate_of_nothing_is_one() {
        assert_eq!(Rate::per_hour(0), Rate::per_hour(1));
    }
}
