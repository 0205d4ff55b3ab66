use std::pin::Pin;

use crate::{Reply, Request, Unasked};

/// The answer to a request, while it is made.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// What a session answers from: a [`Player`](crate::Player), or anything else that knows an answer to every request.
///
/// It is asked from several threads at once, and must not block. One that waits for others sets its own limit: a client
/// that gives up drops the future.
pub trait Responder: Send + Sync + 'static {
    /// Answers one request.
    fn respond<'a>(&'a self, request: &'a Request) -> Answering<'a>;

    /// What it could have answered and was not asked for, in its own order. Read once, when the session ends.
    fn unasked(&self) -> Vec<Unasked> {
        Vec::new()
    }
}
