//! How long the connector was at work.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The spans of all processes so far.
#[derive(Default)]
pub(super) struct Busy(Mutex<Vec<Range<Instant>>>);

impl Busy {
    /// Notes a process that ran from then on until now.
    pub(super) fn note(&self, since: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(since..Instant::now());
    }

    /// How long at least one of them ran.
    pub(super) fn total(&self) -> Duration {
        total(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn total(mut spans: Vec<Range<Instant>>) -> Duration {
    spans.sort_by_key(|span| span.start);
    let (mut total, mut until) = (Duration::ZERO, None);
    for Range { start, end } in spans {
        total += end.saturating_duration_since(until.map_or(start, |until| start.max(until)));
        until = until.max(Some(end));
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_which_several_ran_counts_once_and_that_between_them_not_at_all() {
        let zero = Instant::now();
        for (spans, wanted) in [
            (&[][..], 0),
            (&[(1, 3), (5, 6)], 3),
            (&[(5, 6), (1, 3)], 3),
            (&[(1, 4), (2, 6)], 5),
            (&[(1, 9), (2, 3), (4, 5)], 8),
        ] {
            let at = |seconds| zero + Duration::from_secs(seconds);
            let spans: Vec<_> = spans.iter().map(|(start, end)| at(*start)..at(*end)).collect();
            assert_eq!(total(spans.clone()), Duration::from_secs(wanted), "{spans:?}");
        }
    }
}
