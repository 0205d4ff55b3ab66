use std::time::Duration;

/// How long a real server is waited for, and how much is taken from it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the connection stands, name and TLS included.
    pub connect: Duration,
    /// Until the next bytes come.
    pub idle: Duration,
    /// From the request to the end of its answer.
    pub total: Duration,
    /// Bytes of an answer's body, as sent and decoded.
    pub body_bytes: usize,
}

impl Default for Limits {
    /// 30 seconds to connect, 120 for the next bytes, 15 minutes in all, and 512 MiB.
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(30),
            idle: Duration::from_secs(120),
            total: Duration::from_secs(900),
            body_bytes: 512 << 20,
        }
    }
}
