use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout_at};

use super::decision::{Means, decide, refused, too_large};
use super::envelope::Envelope;
use super::failure::{Failure, Reason};
use super::{Answer, Decision, Request};
use crate::auth::Credentials;
use crate::{Error, Result};

pub(crate) use super::attempts::Attempts;

/// How many bytes of a body are read before it is decided what to make of it. A page within it that breaks off is asked
/// for again before anything of it was seen.
pub(crate) const HELD: usize = 2 * 1024 * 1024;

/// From here on a wait for a quota is none of the attempts. One that is said to be shorter could be said for ever.
const QUOTA_WAIT: Duration = Duration::from_secs(1);

/// What came of a request, once it was decided what to make of the answer.
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
    held: VecDeque<Bytes>,
    rest: Rest,
}

/// What follows the beginning of a body.
pub(super) enum Rest {
    Nothing,
    More(reqwest::Response),
    Break(Reason),
}

impl Incoming {
    fn new(answer: Answer, rest: Rest) -> Self {
        let (status, headers, held) = answer.parts();
        Incoming { status, headers, held: held.into(), rest }
    }

    /// The next bytes of the body, decoded; `None` at its end.
    ///
    /// An error says that it broke off: hand it to [`Request::reopen`].
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Reason> {
        if let Some(chunk) = self.held.pop_front() {
            return Ok(Some(chunk));
        }
        match &mut self.rest {
            Rest::More(response) => Ok(response.chunk().await?),
            Rest::Nothing => Ok(None),
            Rest::Break(_) => match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::Break(reason) => Err(reason),
                _ => Ok(None),
            },
        }
    }
}

/// An attempt that has come to its end, as messages tell it.
struct Told<'a>(Result<&'a Answer, &'a Failure>);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(answer) => answer.fmt(f),
            Err(failure) => failure.fmt(f),
        }
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
            _ => Opened::Page(Incoming::new(answer, rest)),
        })
    }

    /// The same, with the body whatever was decided, for those who want it whole.
    pub(super) async fn answered(&self, attempts: &mut Attempts) -> Result<Incoming> {
        let (_, answer, rest) = self.settle(attempts).await?;
        Ok(Incoming::new(answer, rest))
    }

    /// Waits before the same page is asked for again, because its body broke off; an error if that was the last time.
    pub(crate) async fn reopen(&self, attempts: &mut Attempts, reason: Reason) -> Result<()> {
        let failure = Failure::new(self.shown()?, reason);
        if !failure.passes() {
            return Err(failure.error());
        }
        let wait = attempts.fail(&self.api.retry, &failure, None)?;
        Attempts::pause(wait).await;
        Ok(())
    }

    /// Asks until a decision leaves nothing more to ask: to use the answer, or to go on without.
    async fn settle(&self, attempts: &mut Attempts) -> Result<(Decision, Answer, Rest)> {
        let envelope = self.envelope()?;
        loop {
            let credentials = match &self.api.auth {
                Some(auth) => Some(auth.credentials().await?),
                None => None,
            };
            let attempt = self.attempt(&envelope, credentials.as_ref(), attempts).await?;
            let seen = attempt.as_ref().map(|(answer, _)| answer);
            let means =
                Means { renew: self.api.auth.is_some() && !attempts.renewed, shrink: self.can_shrink };
            let decision = decide(seen, &self.api.rules, means);
            match (decision, seen) {
                (Decision::Fail(error), _) => return Err(error),
                (Decision::RateLimited { wait }, Ok(answer)) => {
                    self.limited(&envelope, answer, wait, credentials.as_ref(), attempts)?;
                }
                (Decision::RefreshToken, Ok(answer)) => {
                    self.renew(answer, credentials.as_ref(), attempts).await?;
                }
                (Decision::SmallerPage, Ok(answer)) if !means.shrink => return Err(too_large(answer)),
                (Decision::Retry, _) | (_, Err(_)) => {
                    let asked = seen.ok().and_then(|answer| answer.quota().retry_after());
                    let wait = attempts.fail(&self.api.retry, &Told(seen), asked)?;
                    Attempts::pause(wait).await;
                }
                (decision, Ok(_)) => {
                    if let Ok((answer, rest)) = attempt {
                        return Ok((decision, answer, rest));
                    }
                }
            }
        }
    }

    /// Asks once. A place at the host is held until the beginning of the body is here, and no longer: what the author
    /// does with it does not keep others from asking.
    async fn attempt(
        &self,
        envelope: &Envelope,
        credentials: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<Result<(Answer, Rest), Failure>> {
        let retry = &self.api.retry;
        let request = envelope.sealed(self.api.client()?, credentials);
        let stood_in_line = Instant::now();
        let mut patience = retry.longest_quota_wait.saturating_sub(attempts.quota);
        let place = envelope.host.enter(&self.api.limits, &mut patience).await?;
        attempts.quota = retry.longest_quota_wait.saturating_sub(patience);
        attempts.put_off(stood_in_line.elapsed());

        let now = Instant::now();
        let total = now.checked_add(self.api.timeouts.total);
        let deadline = attempts.deadline(retry);
        let deadline = total.map_or(deadline, |total| total.min(deadline));
        let broken = |reason| Failure::new(envelope.name.clone(), reason);
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Ok(Err(broken(error.into()))),
            Err(_) => return Ok(Err(broken(Reason::Late))),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let (held, rest) = hold(response, deadline).await;
        drop(place);
        match rest {
            // That a refusal breaks off changes nothing of it.
            Rest::Break(reason) if status.is_success() => Ok(Err(broken(reason))),
            rest => {
                let answer = Answer::new(envelope.name.clone(), status, headers, held);
                self.learn(envelope, &answer, credentials);
                Ok(Ok((answer, rest)))
            }
        }
    }

    /// Sees to it that no request is sent for which there is no quota.
    fn learn(&self, envelope: &Envelope, answer: &Answer, credentials: Option<&Credentials>) {
        let mut other_token = false;
        if let (Some(auth), Some(credentials)) = (&self.api.auth, credentials) {
            let (status, headers) = answer.head();
            auth.observe(credentials.which, status, headers);
            other_token = auth.alternative(credentials.which);
        }
        if let Some(wait) =
            answer.quota().used_up().filter(|_| (200..300).contains(&answer.status()) && !other_token)
        {
            envelope.host.pause(wait, format!("{} used up the quota", envelope.name));
        }
    }

    /// No quota: the next token's turn, or a pause for all who ask this host. The wait is in the line before the host.
    fn limited(
        &self,
        envelope: &Envelope,
        answer: &Answer,
        wait: Option<Duration>,
        credentials: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<()> {
        if let (Some(auth), Some(Credentials { which, .. })) = (&self.api.auth, credentials)
            && auth.alternative(*which)
            && !attempts.exhausted.contains(which)
        {
            attempts.exhausted.push(*which);
            log::info!("{answer}; asking again with the next token");
            return Ok(());
        }
        let wait = match wait.or_else(|| answer.quota().wait()) {
            Some(wait) if wait >= QUOTA_WAIT => wait,
            asked => attempts.fail(&self.api.retry, answer, asked)?,
        };
        envelope.host.pause(wait, answer.to_string());
        Ok(())
    }

    /// New credentials, once.
    async fn renew(
        &self,
        answer: &Answer,
        rejected: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<()> {
        if let (Some(auth), Some(rejected)) = (&self.api.auth, rejected)
            && !attempts.renewed
        {
            attempts.renewed = true;
            if auth.renew(rejected).await? {
                log::info!("{answer}; asking again with new credentials");
                return Ok(());
            }
        }
        Err(refused(answer))
    }
}

/// The beginning of a body, and what follows it.
async fn hold(mut response: reqwest::Response, deadline: Instant) -> (Vec<Bytes>, Rest) {
    let (mut held, mut size) = (Vec::new(), 0);
    while size < HELD {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                size += chunk.len();
                held.push(chunk);
            }
            Ok(Ok(None)) => return (held, Rest::Nothing),
            Ok(Err(error)) => return (held, Rest::Break(error.into())),
            Err(_) => return (held, Rest::Break(Reason::Late)),
        }
    }
    (held, Rest::More(response))
}
