use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use connector_replay::{Answering, Outcome, Player, Reply, Request, Responder, Unasked};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use tokio::task::spawn_blocking;

use crate::reel::Pending;
use crate::upstreams::origin;
use crate::{Reel, Take, Upstream, cause, coding};

/// Answers from the real servers, and keeps on a [`Reel`] what they were asked and what they answered.
///
/// An answer is read whole, and on the reel, before the client gets it: what the client acts on is recorded. So the client
/// sees its first byte when the last has come. Where no answer comes, or one that cannot be recorded, the client is sent
/// status 502 and a JSON object whose `error` says why, the reel has a [`Failure`](crate::Failure), and no part of the
/// answer goes anywhere.
pub struct Recorder {
    upstream: Arc<Upstream>,
    reel: Arc<Reel>,
    track: u32,
    known: Option<Known>,
}

/// What need not be asked again.
struct Known {
    player: Player,
    live: Box<dyn Fn(&Request) -> bool + Send + Sync>,
}

impl Recorder {
    /// Records one run of a client. `track` is a number for it, which its takes carry.
    pub fn new(upstream: Arc<Upstream>, reel: Arc<Reel>, track: u32) -> Recorder {
        Recorder { upstream, reel, track, known: None }
    }

    /// Answers from `player` what it knows, and asks the real servers, and records, the rest: record mode
    /// `new_episodes`. Requests for which `live` holds are asked whatever the player knows.
    #[must_use]
    pub fn completing(
        mut self,
        player: Player,
        live: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) -> Recorder {
        self.known = Some(Known { player, live: Box::new(live) });
        self
    }

    fn recall(&self, request: &Request) -> Option<Reply> {
        let known = self.known.as_ref().filter(|known| !(known.live)(request))?;
        let reply = known.player.answer(request);
        (!matches!(reply.outcome(), Outcome::Unmatched { .. })).then_some(reply)
    }

    async fn ask(&self, request: &Request) -> Reply {
        let pending = self.reel.begin(self.track, request);
        let answer = match self.upstream.ask(request).await {
            Ok(answer) => answer,
            Err(reason) => {
                pending.failed(&reason);
                return failed(&reason);
            }
        };
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        let take = Take {
            track: self.track,
            sequence: pending.sequence(),
            began: pending.began(),
            request: request.clone(),
            status: answer.status,
            headers: response.headers().clone(),
            body: response.body().clone(),
        };
        let (reel, limit) = (Arc::clone(&self.reel), self.upstream.limits().body_bytes);
        match spawn_blocking(move || keep(&reel, pending, take, limit)).await {
            Ok(Ok(())) => Reply::new(response, Outcome::Forwarded),
            Ok(Err(reason)) => failed(&reason),
            Err(error) => failed(&format!("its answer cannot be recorded: {error}")),
        }
    }
}

/// Decodes an answer and puts it on the reel. The error says why it is not there.
fn keep(reel: &Reel, pending: Pending, mut take: Take, limit: usize) -> Result<(), String> {
    let decoded = coding::decode(&mut take.headers, std::mem::take(&mut take.body), limit);
    let kept = decoded.and_then(|body| {
        take.body = body;
        reel.append(&take).map_err(|error| format!("failed to {}", cause::chain(&error)))
    });
    match kept {
        Ok(()) => {
            pending.recorded();
            Ok(())
        }
        Err(reason) => {
            let Request { method, target, .. } = &take.request;
            let reason = format!("{method} {}: its answer cannot be recorded: {reason}", origin(target));
            pending.failed(&reason);
            Err(reason)
        }
    }
}

fn failed(reason: &str) -> Reply {
    let mut response = Response::new(Bytes::from(serde_json::json!({ "error": reason }).to_string()));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Reply::new(response, Outcome::Failed)
}

impl Responder for Recorder {
    fn respond<'a>(&'a self, request: &'a Request) -> Answering<'a> {
        Box::pin(async move {
            match self.recall(request) {
                Some(reply) => reply,
                None => self.ask(request).await,
            }
        })
    }

    /// What the player knows and was not asked for.
    fn unasked(&self) -> Vec<Unasked> {
        self.known.as_ref().map(|known| known.player.unasked()).unwrap_or_default()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("track", &self.track).finish_non_exhaustive()
    }
}
