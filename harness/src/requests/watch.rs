//! Looks on while requests are answered.

use std::sync::{Arc, Mutex, PoisonError};

use connector_replay::{Answering, Request, Responder, Unasked};

use super::{Requests, Seen};
use crate::secrets::Secrets;

/// A responder that answers as another does, and notes what it was asked.
pub(crate) struct Watch<R> {
    responder: R,
    secrets: Arc<Secrets>,
    notes: Arc<Mutex<Requests>>,
}

/// What a [`Watch`] has seen.
pub(crate) struct Notes(Arc<Mutex<Requests>>);

impl Notes {
    pub(crate) fn take(self) -> Requests {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<R> Watch<R> {
    /// Looks for `secrets` in what `responder` is asked.
    pub(crate) fn over(responder: R, secrets: Arc<Secrets>) -> (Self, Notes) {
        let notes = Arc::new(Mutex::default());
        (Watch { responder, secrets, notes: Arc::clone(&notes) }, Notes(notes))
    }
}

impl<R: Responder> Responder for Watch<R> {
    fn respond<'a>(&'a self, request: &'a Request) -> Answering<'a> {
        Box::pin(async move {
            let reply = self.responder.respond(request).await;
            let seen = Seen::of(request, &self.secrets);
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.note(seen, request, reply.status().as_u16(), reply.body());
            drop(notes);
            reply
        })
    }

    fn unasked(&self) -> Vec<Unasked> {
        self.responder.unasked()
    }
}
