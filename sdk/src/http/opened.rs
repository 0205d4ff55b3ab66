use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout};

pub(crate) use super::attempts::Attempts;
use super::decision::too_large;
use super::failure::{Failure, Reason};
use super::{Answer, Decision, Request};
use crate::{Error, Result};

/// How many bytes of a body are read before it is decided what to make of it. A page within it that breaks off is asked
/// for again before anything of it was seen.
pub(super) const HELD: usize = 2 * 1024 * 1024;

/// What came of a request, once it was decided what to make of the answer.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, of a whole answer")]
pub(crate) enum Opened {
    /// An answer to read records from.
    Page(Incoming),
    /// No records, but perhaps a further page.
    Nothing,
    /// No records, and no further page.
    End,
    /// Fewer records must be asked for at a time; the error is for where that cannot be.
    Smaller(Error),
}

/// An answer whose body comes piece by piece.
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    held: Vec<u8>,
    rest: Rest,
    pace: Pace,
}

/// What follows the beginning of a body.
pub(super) enum Rest {
    Nothing,
    More(reqwest::Response),
    Break(Reason),
}

impl Incoming {
    fn new(answer: Answer, rest: Rest, total: Duration) -> Self {
        let (status, headers, held) = answer.parts();
        Incoming { status, headers, held, rest, pace: Pace { total, spent: Duration::ZERO, bytes: 0 } }
    }

    /// The next bytes of the body, decoded; `None` at its end.
    ///
    /// An error says that it broke off: hand it to [`Request::reopen`].
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Reason> {
        if !self.held.is_empty() {
            return Ok(Some(std::mem::take(&mut self.held).into()));
        }
        match &mut self.rest {
            Rest::More(response) => self.pace.keep(response).await,
            Rest::Nothing => Ok(None),
            Rest::Break(_) => match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::Break(reason) => Err(reason),
                Rest::Nothing | Rest::More(_) => Ok(None),
            },
        }
    }
}

/// How slowly the rest of a body may come: one that brings a byte now and then never lets the read timeout pass.
struct Pace {
    /// How long may be waited for as many bytes as are held of the beginning.
    total: Duration,
    /// How long has been waited for these; what the reader takes is not counted.
    spent: Duration,
    bytes: usize,
}

impl Pace {
    async fn keep(&mut self, response: &mut reqwest::Response) -> Result<Option<Bytes>, Reason> {
        let since = Instant::now();
        let left = self.total.saturating_sub(self.spent);
        let chunk = timeout(left, response.chunk()).await.map_err(|_| Reason::Late)??;
        self.spent += since.elapsed();
        self.bytes += chunk.as_ref().map_or(0, Bytes::len);
        if self.bytes >= HELD {
            (self.bytes, self.spent) = (0, Duration::ZERO);
        }
        Ok(chunk)
    }
}

impl Request<'_> {
    /// Asks, again where that can help, until there is an answer to make something of.
    pub(crate) async fn open(&self, attempts: &mut Attempts) -> Result<Opened> {
        let (decision, answer, rest) = self.settle(attempts).await?;
        Ok(match decision {
            Decision::Ignore => Opened::Nothing,
            Decision::EndOfStream => Opened::End,
            Decision::SmallerPage => Opened::Smaller(too_large(&answer)),
            _ => Opened::Page(Incoming::new(answer, rest, self.api.timeouts.total)),
        })
    }

    /// The same, with the body whatever was decided, for those who want it whole.
    pub(super) async fn answered(&self, attempts: &mut Attempts) -> Result<Incoming> {
        let (_, answer, rest) = self.settle(attempts).await?;
        Ok(Incoming::new(answer, rest, self.api.timeouts.total))
    }

    /// Waits before the same page is asked for again, because its body broke off; an error if that was the last time.
    pub(crate) async fn reopen(&self, attempts: &mut Attempts, reason: Reason) -> Result<()> {
        let failure = Failure::new(self.shown()?, reason);
        if failure.passes() {
            attempts.again(&self.api.retry, &failure, None).await
        } else {
            Err(failure.error())
        }
    }
}
