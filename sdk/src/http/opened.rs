use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::Request;
use super::failure::{Failure, Reason};
use crate::{Clock, Error, Result};

/// What came of a request, once it was decided what to make of the answer.
pub(crate) enum Opened {
    /// An answer to read records from.
    Page(Incoming),
    /// No records, but perhaps a further page.
    #[expect(dead_code, reason = "decisions make it")]
    Nothing,
    /// No records, and no further page.
    #[expect(dead_code, reason = "decisions make it")]
    End,
    /// Fewer records must be asked for at a time; the error is for where that cannot be.
    Smaller(Error),
}

/// An answer whose body comes piece by piece.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    rest: reqwest::Response,
}

impl Incoming {
    /// The next bytes of the body, decoded; `None` at its end.
    ///
    /// An error says that it broke off: hand it to [`Request::reopen`].
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Reason> {
        Ok(self.rest.chunk().await?)
    }
}

/// How often and since when one page has been asked for: one count for failures of all kinds.
pub(crate) struct Attempts {
    made: u32,
    since: Instant,
}

impl Attempts {
    /// None so far.
    pub(crate) fn none() -> Self {
        Attempts { made: 0, since: Instant::now() }
    }
}

impl Request<'_> {
    /// Asks, again where that can help, until there is an answer to make something of.
    pub(crate) async fn open(&self, attempts: &mut Attempts) -> Result<Opened> {
        let (url, headers, client) = (self.url()?, self.headers()?, self.api.client()?);
        loop {
            attempts.made += 1;
            let sent = client.get(url.clone()).headers(headers.clone()).send().await;
            let reason = match sent {
                Ok(response) if response.status().is_success() => {
                    let (status, headers) = (response.status(), response.headers().clone());
                    return Ok(Opened::Page(Incoming { status, headers, rest: response }));
                }
                Ok(response) if self.can_shrink && matches!(response.status().as_u16(), 413 | 504) => {
                    let reason = Reason::status(response.status(), &response.headers().clone(), b"");
                    return Ok(Opened::Smaller(Failure::new("GET", &url, reason).refusal()));
                }
                Ok(response) => Reason::status(response.status(), &response.headers().clone(), b""),
                Err(error) => error.into(),
            };
            self.again(attempts, &Failure::new("GET", &url, reason)).await?;
        }
    }

    /// Waits before the same page is asked for again, because its body broke off; an error if that was the last time.
    pub(crate) async fn reopen(&self, attempts: &mut Attempts, reason: Reason) -> Result<()> {
        self.again(attempts, &Failure::new("GET", &self.url()?, reason)).await
    }

    async fn again(&self, attempts: &Attempts, failure: &Failure) -> Result<()> {
        if !failure.is_transient() {
            return Err(failure.refusal());
        }
        let wait = self
            .api
            .retry
            .wait(attempts.made, attempts.since.elapsed(), failure.retry_after(), fastrand::f64())
            .map_err(|give_up| Error::transient(format!("{failure}; {give_up}")))?;
        Clock::current().wait(wait).await;
        Ok(())
    }
}
