use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::{Target, coding};

/// A request, read whole before it is answered.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where the client meant to send it.
    pub target: Target,
    /// As sent, `content-encoding` and its like included. May hold secrets.
    pub headers: HeaderMap,
    /// Decoded where it came as gzip or deflate.
    pub body: Bytes,
}

impl Request {
    /// Whether the client takes an answer in gzip: it says so in so many words.
    pub fn accepts_gzip(&self) -> bool {
        coding::accepts_gzip(&self.headers)
    }
}
