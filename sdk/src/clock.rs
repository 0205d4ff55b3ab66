use std::time::Duration;

use connector_protocol::environment::{NOW, WAITS};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::scope::current;
use crate::{Date, Error, Result};

/// What time it is for the connector: the one place that asks the machine.
///
/// `check`, `streams` and the closures of streams ask [`Clock::current`], so that a recording of a connector that reads
/// "the last 30 days" answers for ever.
///
/// A clock starts at some moment and then runs on at the pace of the machine, however the machine's own clock is set
/// meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    since: Instant,
    /// By which factor waits are multiplied.
    waits: f64,
}

impl Clock {
    /// A clock that shows `start` now.
    ///
    /// ```
    /// # use connector_sdk::Clock;
    /// let clock = Clock::starting_at("2024-01-08T23:00:00Z".parse()?);
    /// assert_eq!(clock.today().to_string(), "2024-01-08");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn starting_at(start: Timestamp) -> Self {
        Clock { start, since: Instant::now(), waits: 1.0 }
    }

    /// The machine's clock or, where the environment variable [`NOW`] is set, one that starts there. Where [`WAITS`] is
    /// set, waits take that part of their time.
    ///
    /// # Errors
    /// If [`NOW`] is set to something else than an RFC 3339 timestamp, or [`WAITS`] to no number from 0 to 1.
    pub fn from_environment() -> Result<Self> {
        let said = |name: &str| std::env::var_os(name).map(|text| text.to_string_lossy().into_owned());
        let clock = said(NOW).map_or_else(|| Ok(Self::of_machine()), |text| Self::parse(&text))?;
        match said(WAITS) {
            Some(text) => clock.waiting(&text),
            None => Ok(clock),
        }
    }

    /// The clock of the command that runs on this thread.
    ///
    /// Where none does, it is the one that a command would have: see [`from_environment`](Self::from_environment). An
    /// unreadable variable is passed over then, since the command itself has refused it.
    ///
    /// ```
    /// # use connector_sdk::Clock;
    /// let report = format!("reports/{}", Clock::current().today());
    /// ```
    pub fn current() -> Self {
        let own = || Self::from_environment().unwrap_or_else(|_| Self::of_machine());
        current().map_or_else(own, |output| output.clock())
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX);
        self.start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// When the command began. A read goes up to here: what is asked for is the same for all of its streams, and for
    /// all reads of one recording, however long they took to get there.
    pub(crate) fn began(&self) -> Timestamp {
        self.start
    }

    /// Lets time pass before something is tried again.
    pub(crate) async fn wait(&self, duration: Duration) {
        // A sleep of no time takes a millisecond all the same, and most requests need not wait.
        if !duration.is_zero() {
            tokio::time::sleep(self.share_of(duration)).await;
        }
    }

    fn share_of(&self, duration: Duration) -> Duration {
        duration.mul_f64(self.waits)
    }

    /// The day, in UTC.
    pub fn today(&self) -> Date {
        Date(Offset::UTC.to_datetime(self.now()).date())
    }

    pub(crate) fn of_machine() -> Self {
        Self::starting_at(Timestamp::now())
    }

    /// The same, for tests: waits take no time.
    pub(crate) fn without_waits(self) -> Self {
        Clock { waits: 0.0, ..self }
    }

    pub(crate) fn waiting(self, text: &str) -> Result<Self> {
        let factor = text.parse().ok().filter(|factor| (0.0..=1.0).contains(factor));
        let waits = factor
            .ok_or_else(|| Error::system(format!("{WAITS}: want a number from 0 to 1, got `{text}`")))?;
        Ok(Clock { waits, ..self })
    }

    fn parse(text: &str) -> Result<Self> {
        let start: Timestamp = text.parse().map_err(|cause: jiff::Error| {
            Error::system(format!(
                "{NOW}: want an RFC 3339 timestamp such as 2024-01-08T12:00:00Z, got `{text}`"
            ))
            .caused_by(cause)
        })?;
        Ok(Self::starting_at(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_starts_where_it_is_told_and_runs_on() {
        let clock = Clock::parse("2024-01-08T12:00:00Z").unwrap();
        let first = clock.now();
        assert!(first >= "2024-01-08T12:00:00Z".parse().unwrap(), "{first}");
        assert!(first < "2024-01-08T12:01:00Z".parse().unwrap(), "{first}");
        assert!(clock.now() >= first);
        assert_eq!(clock.began().to_string(), "2024-01-08T12:00:00Z");
    }

    #[test]
    fn waits_can_take_a_part_of_their_time() {
        let ten = Duration::from_secs(10);
        assert_eq!(Clock::of_machine().share_of(ten), ten);
        assert_eq!(Clock::of_machine().waiting("0.5").unwrap().share_of(ten), Duration::from_secs(5));
        for text in ["2", "-1", "half"] {
            let error = Clock::of_machine().waiting(text).unwrap_err().to_string();
            assert!(error.contains("CONNECTOR_WAITS: want a number from 0 to 1"), "{error}");
        }
    }

    #[test]
    fn a_clock_is_not_set_by_a_word() {
        let error = Clock::parse("noon").unwrap_err();
        assert!(error.to_string().contains("CONNECTOR_NOW: want an RFC 3339 timestamp"), "{error}");
        assert!(error.to_string().ends_with("got `noon`"), "{error}");
    }
}
