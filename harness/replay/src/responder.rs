use crate::{Reply, Request, Unasked};

/// What a session answers from: a [`Player`](crate::Player), or anything else that knows an answer to every request.
///
/// It is asked from several threads at once, and must not block.
pub trait Responder: Send + Sync + 'static {
    /// Answers one request.
    fn respond(&self, request: &Request) -> Reply;

    /// What it could have answered and was not asked for, in its own order. Read once, when the session ends.
    fn unasked(&self) -> Vec<Unasked> {
        Vec::new()
    }
}
