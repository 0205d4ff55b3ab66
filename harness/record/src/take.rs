use bytes::Bytes;
use connector_replay::Request;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// A request that went to its real server, and the whole answer. May hold secrets everywhere.
#[derive(Clone, Debug)]
pub struct Take {
    /// In which run of the client: the number that its recorder was given.
    pub track: u32,
    /// Its place among all requests of the reel, in the order in which they came. Not all numbers are there: some
    /// requests got no answer.
    pub sequence: u64,
    /// When the request came.
    pub began: Timestamp,
    /// As the client sent it, to the host that the client meant.
    pub request: Request,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer, as far as they do not belong to a connection. `content-encoding` is there where the
    /// answer was gzip and nothing else, `transfer-encoding` where it was chunked, `content-length` in answers to `HEAD`.
    pub headers: HeaderMap,
    /// The body of the answer, without any compression.
    pub body: Bytes,
}
