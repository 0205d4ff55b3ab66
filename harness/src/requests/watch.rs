//! Looks on while requests are answered.

use std::sync::{Arc, Mutex, PoisonError};

use connector_replay::{Answering, Outcome, Request, Responder, Unasked};
use tokio::sync::Notify;

use super::{Requests, Seen};
use crate::secrets::Secrets;

/// A responder that answers as another does, and notes what it was asked.
pub(crate) struct Watch<R> {
    responder: R,
    secrets: Arc<Secrets>,
    notes: Arc<Mutex<Requests>>,
    missed: Arc<Notify>,
}

/// What a [`Watch`] has seen.
pub(crate) struct Notes {
    notes: Arc<Mutex<Requests>>,
    /// Notified at every request that nobody recorded an answer for.
    pub(crate) missed: Arc<Notify>,
}

impl Notes {
    pub(crate) fn take(self) -> Requests {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<R> Watch<R> {
    /// Looks for `secrets` in what `responder` is asked.
    pub(crate) fn over(responder: R, secrets: Arc<Secrets>) -> (Self, Notes) {
        let (notes, missed) = (Arc::new(Mutex::default()), Arc::new(Notify::new()));
        let seen = Notes { notes: Arc::clone(&notes), missed: Arc::clone(&missed) };
        (Watch { responder, secrets, notes, missed }, seen)
    }
}

impl<R: Responder> Responder for Watch<R> {
    fn respond<'a>(&'a self, request: &'a Request) -> Answering<'a> {
        Box::pin(async move {
            let reply = self.responder.respond(request).await;
            let seen = Seen::of(request, &self.secrets);
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            let status = reply.status().as_u16();
            notes.note(seen, request, status, reply.body());
            if matches!(reply.outcome(), Outcome::Answered { .. }) {
                notes.failed.note(request, status);
            }
            drop(notes);
            if matches!(reply.outcome(), Outcome::Unmatched { .. }) {
                self.missed.notify_one();
            }
            reply
        })
    }

    fn unasked(&self) -> Vec<Unasked> {
        self.responder.unasked()
    }
}
