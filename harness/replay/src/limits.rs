use std::time::Duration;

/// How long a session waits for a client, and how much it takes. All are far beyond what a sound client needs: they
/// keep a broken one from holding a session, and the process around it, for ever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For the whole TLS handshake.
    pub(crate) handshake: Duration,
    /// For the next complete head of a request, on a new connection and between two requests.
    pub(crate) idle: Duration,
    /// For the next piece of a request's body.
    pub(crate) body: Duration,
    /// Bytes of a request's body, as sent and decoded.
    pub(crate) body_bytes: usize,
    /// For exchanges under way when the session ends.
    pub(crate) grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            handshake: Duration::from_secs(10),
            // Longer than clients keep an idle connection, so that they close first: a server that closes just as a
            // request sets out breaks a run at random.
            idle: Duration::from_secs(120),
            body: Duration::from_secs(30),
            body_bytes: 64 << 20,
            grace: Duration::from_millis(250),
        }
    }
}
