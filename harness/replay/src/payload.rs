use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The body of a response: bytes in one piece, with their length told or not.
#[derive(Debug)]
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    sized: bool,
}

impl Payload {
    pub(crate) fn new(bytes: Bytes, sized: bool) -> Payload {
        Payload { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), sized }
    }

    /// No body, and no length beside the one that a header may tell.
    pub(crate) fn empty() -> Payload {
        Payload { bytes: None, sized: true }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.sized && self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.bytes {
            _ if !self.sized => SizeHint::default(),
            Some(bytes) => SizeHint::with_exact(bytes.len() as u64),
            None => SizeHint::with_exact(0),
        }
    }
}
