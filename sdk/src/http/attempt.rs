use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::attempts::Attempts;
use super::envelope::Envelope;
use super::failure::{Failure, Reason};
use super::opened::{HELD, Rest};
use super::{Answer, Request};
use crate::Result;
use crate::auth::Credentials;

impl Request<'_> {
    /// Asks once. A place at the host is held until the beginning of the body is here, and no longer: what the author
    /// does with it does not keep others from asking.
    ///
    /// An error says that it was not asked at all.
    pub(super) async fn attempt(
        &self,
        envelope: &Envelope,
        credentials: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<Result<(Answer, Rest), Failure>> {
        let retry = &self.api.retry;
        let request = envelope.sealed(self.api.client()?, credentials);
        let turn = async |patience: &mut _| envelope.host.enter(&self.api.limits, patience).await;
        let place = attempts.in_line(retry, turn).await?;

        let deadline = attempts.deadline(retry);
        let total = Instant::now().checked_add(self.api.timeouts.total);
        let deadline = total.map_or(deadline, |total| total.min(deadline));
        let broken = |reason| Failure::new(envelope.name.clone(), reason);
        log::debug!("{}", envelope.name);
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Ok(Err(broken(error.into()))),
            Err(_) => return Ok(Err(broken(Reason::Late))),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let (held, rest) = hold(response, deadline).await;
        drop(place);
        Ok(match rest {
            // That a refusal breaks off changes nothing of it.
            Rest::Break(reason) if status.is_success() => Err(broken(reason)),
            rest => {
                let answer = Answer::new(envelope.name.clone(), status, headers, held);
                self.note(envelope, &answer, credentials);
                Ok((answer, rest))
            }
        })
    }

    /// Sees to it that no request is sent for which there is no quota, after one that was answered well too.
    fn note(&self, envelope: &Envelope, answer: &Answer, credentials: Option<&Credentials>) {
        let mut alternative = false;
        if let (Some(auth), Some(credentials)) = (&self.api.auth, credentials) {
            let (status, headers) = answer.head();
            auth.observe(credentials.which, status, headers);
            alternative = auth.alternative(credentials.which);
        }
        let success = (200..300).contains(&answer.status());
        if let Some(wait) = answer.quota().used_up().filter(|_| success && !alternative) {
            envelope
                .host
                .pause(self.ready_in().unwrap_or(wait), format!("{} used up the quota", envelope.name));
        }
    }
}

/// The beginning of a body, and what follows it.
///
/// The bytes are copied to one place: pieces that are kept would keep the connection from using its memory again, which
/// was measured to cost a sixth of a whole reading.
async fn hold(mut response: Response, deadline: Instant) -> (Vec<u8>, Rest) {
    let length = response.content_length().and_then(|length| length.try_into().ok()).unwrap_or(0);
    let mut held = Vec::with_capacity(HELD.min(length));
    let rest = loop {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => held.extend_from_slice(&chunk),
            Ok(Ok(None)) => break Rest::Nothing,
            Ok(Err(error)) => break Rest::Break(error.into()),
            Err(_) => break Rest::Break(Reason::Late),
        }
        if held.len() >= HELD {
            break Rest::More(response);
        }
    };
    // Some servers mark what needs no mark.
    if held.starts_with(BYTE_ORDER_MARK) {
        held.drain(..BYTE_ORDER_MARK.len());
    }
    (held, rest)
}

/// In UTF-8, which has one order of bytes alone.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::http::opened::{Incoming, Opened};
    use crate::{Api, Retry, Timeouts};

    /// More than is held.
    const LONG: usize = 4 * HELD;

    /// What the server does once it has sent what it has to send.
    #[derive(Clone, Copy)]
    enum Then {
        Leaves,
        Stays,
        /// A byte at a time, for ever.
        Drips,
    }

    /// An API whose server answers each request in turn with so many bytes of a body of that length.
    async fn api(bodies: &'static [(usize, usize, Then)]) -> Api {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for (sent, length, then) in bodies {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(socket, *sent, *length, *then));
            }
        });
        Api::new(base).retry(Retry { first_wait: Duration::ZERO, attempts: 3, ..Retry::default() })
    }

    async fn answer(mut socket: TcpStream, sent: usize, length: usize, then: Then) {
        let mut request = [0; 1024];
        assert!(socket.read(&mut request).await.unwrap() > 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        // Who asked may have gone before the end.
        let _ = socket.write_all(&vec![b'x'; sent]).await;
        match then {
            Then::Leaves => {}
            Then::Stays => std::future::pending().await,
            Then::Drips => {
                let mut every = tokio::time::interval(Duration::from_millis(20));
                while socket.write_all(b"x").await.is_ok() {
                    every.tick().await;
                }
            }
        }
    }

    async fn page(api: &Api, attempts: &mut Attempts) -> Incoming {
        match api.get("x").open(attempts).await.unwrap() {
            Opened::Page(incoming) => incoming,
            _ => panic!("it was answered well"),
        }
    }

    /// The length of what comes, and whether it comes to its end.
    async fn drained(incoming: &mut Incoming) -> (usize, bool) {
        let mut length = 0;
        loop {
            match incoming.chunk().await {
                Ok(Some(chunk)) => length += chunk.len(),
                Ok(None) => return (length, true),
                Err(_) => return (length, false),
            }
        }
    }

    #[tokio::test]
    async fn a_short_body_that_breaks_off_is_asked_for_again_unseen() {
        let api = api(&[(10, 1000, Then::Leaves), (0, 9, Then::Leaves), (1000, 1000, Then::Leaves)]).await;
        let mut incoming = page(&api, &mut Attempts::none()).await;
        assert_eq!(drained(&mut incoming).await, (1000, true));
    }

    #[tokio::test]
    async fn a_long_body_that_breaks_off_and_a_short_one_have_one_count() {
        let most = LONG - 1;
        let api =
            api(&[(LONG - 1, LONG, Then::Leaves), (LONG - 1, LONG, Then::Leaves), (9, 99, Then::Leaves)])
                .await;
        let mut attempts = Attempts::none();
        for _ in 0..2 {
            let mut incoming = page(&api, &mut attempts).await;
            assert_eq!(drained(&mut incoming).await, (most, false));
            api.get("x").reopen(&mut attempts, Reason::Late).await.unwrap();
        }
        let error = api.get("x").open(&mut attempts).await.err().unwrap().to_string();
        assert!(error.ends_with("gave up after 3 attempts"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_that_waits_for_its_reader_keeps_nobody_from_asking() {
        let api = api(&[(LONG, LONG, Then::Leaves), (5, 5, Then::Leaves)]).await.at_once(1);
        let mut first = page(&api, &mut Attempts::none()).await;
        assert_eq!(api.get("x").send().await.unwrap().bytes(), b"xxxxx");
        assert_eq!(drained(&mut first).await, (LONG, true));
    }

    #[tokio::test]
    async fn a_body_that_stops_coming_is_given_up_in_time() {
        let short = Timeouts { total: Duration::from_millis(50), ..Timeouts::default() };
        let api = api(&[(1, 9, Then::Stays), (9, 9, Then::Stays)]).await.timeouts(short);
        assert_eq!(api.get("x").send().await.unwrap().bytes().len(), 9);
    }

    #[tokio::test]
    async fn a_long_body_that_drips_is_given_up_though_each_byte_comes_in_time() {
        let times = Timeouts { total: Duration::from_millis(200), ..Timeouts::default() };
        let api = api(&[(HELD + 1, LONG, Then::Drips)]).await.timeouts(times);
        let mut incoming = page(&api, &mut Attempts::none()).await;
        let (length, whole) = drained(&mut incoming).await;
        assert!(!whole && length < LONG, "{length}");
    }
}
