use jiff::Timestamp;

/// A request that was sent to its real server, or should have been, and for which nothing could be recorded.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In which run of the client: the number that its recorder was given.
    pub track: u32,
    /// Its place among all requests of the reel.
    pub sequence: u64,
    /// When the request came.
    pub began: Timestamp,
    /// The method.
    pub method: String,
    /// The URL that the client asked for. May hold secrets.
    pub url: String,
    /// What was tried and what came, without the URL.
    pub reason: String,
}
