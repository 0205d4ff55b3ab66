use std::fmt;

use jiff::{Span, ToSpan};

/// How far a window reaches, or how far back a read looks: by the calendar, or a count for a cursor of integers.
///
/// ```
/// # use connector_sdk::{Cursor, Step};
/// let cursor = Cursor::epoch("created").step(Step::days(30)).lookback(Step::hours(2));
/// ```
#[derive(Clone, Copy)]
pub struct Step(pub(super) Length);

#[derive(Clone, Copy)]
pub(super) enum Length {
    Time(Span),
    Numbers(u32),
}

impl Step {
    /// Calendar months.
    pub fn months(count: u16) -> Self {
        Step(Length::Time(i64::from(count).months()))
    }

    /// Days.
    pub fn days(count: u16) -> Self {
        Step(Length::Time(i64::from(count).days()))
    }

    /// Hours.
    pub fn hours(count: u16) -> Self {
        Step(Length::Time(i64::from(count).hours()))
    }

    /// Minutes.
    pub fn minutes(count: u16) -> Self {
        Step(Length::Time(i64::from(count).minutes()))
    }

    /// Seconds.
    pub fn seconds(count: u32) -> Self {
        Step(Length::Time(i64::from(count).seconds()))
    }

    /// So many numbers, for a cursor of integers.
    pub fn numbers(count: u32) -> Self {
        Step(Length::Numbers(count))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Length::Time(span) => write!(f, "{span}"),
            Length::Numbers(count) => write!(f, "{count}"),
        }
    }
}
