use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use super::Retry;
use crate::{Clock, Error, Result};

/// What has been tried for one page, body and all: one count for failures of all kinds, one for waits.
pub(crate) struct Attempts {
    /// Those that failed.
    failed: u32,
    /// When it began, put off by what it has waited for others.
    since: Instant,
    /// How long it has waited for quotas.
    quota: Duration,
    /// Which tokens have had no quota.
    pub(super) exhausted: Vec<usize>,
    /// Whether credentials have been renewed.
    pub(super) renewed: bool,
}

impl Attempts {
    /// None so far.
    pub(crate) fn none() -> Self {
        Attempts {
            failed: 0,
            since: Instant::now(),
            quota: Duration::ZERO,
            exhausted: Vec::new(),
            renewed: false,
        }
    }

    /// Waits in the line before a host. That is nobody's failure: the time counts for quotas, as far as it was waited for
    /// them, and not for the budget.
    pub(super) async fn in_line<T>(
        &mut self,
        retry: &Retry,
        wait: impl AsyncFnOnce(&mut Duration) -> Result<T>,
    ) -> Result<T> {
        let since = Instant::now();
        let mut patience = retry.longest_quota_wait.saturating_sub(self.quota);
        let turn = wait(&mut patience).await?;
        self.quota = retry.longest_quota_wait.saturating_sub(patience);
        self.since += since.elapsed();
        Ok(turn)
    }

    /// When this has to come to an end.
    pub(super) fn deadline(&self, retry: &Retry) -> Instant {
        // A budget that no clock can hold has no end that matters.
        self.since.checked_add(retry.budget).unwrap_or(self.since + super::quota::LONGEST)
    }

    /// How long to wait before the next attempt, now that one has failed as `told`; an error if there is to be none.
    ///
    /// `asked` is what the API asks for.
    pub(super) fn fail(
        &mut self,
        retry: &Retry,
        told: &impl Display,
        asked: Option<Duration>,
    ) -> Result<Duration> {
        self.failed += 1;
        let wait = retry
            .wait(self.failed, self.since.elapsed(), asked, fastrand::f64())
            .map_err(|give_up| Error::transient(format!("{told}; {give_up}")))?;
        log::warn!("{told}; asking again (attempt {} of {})", self.failed + 1, retry.attempts);
        Ok(wait)
    }

    /// Lets the time until the next attempt pass.
    pub(super) async fn again(
        &mut self,
        retry: &Retry,
        told: &impl Display,
        asked: Option<Duration>,
    ) -> Result<()> {
        let wait = self.fail(retry, told, asked)?;
        Clock::current().wait(wait).await;
        Ok(())
    }
}
