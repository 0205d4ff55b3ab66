use std::time::Duration;

/// How long to wait for an answer.
///
/// ```
/// # use std::time::Duration;
/// # use connector_sdk::{Api, Timeouts};
/// let patient = Timeouts { total: Duration::from_secs(900), ..Timeouts::default() };
/// let api = Api::new("https://reports.example.test").timeouts(patient);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the next bytes come.
    pub read: Duration,
    /// From the beginning of an attempt until its answer is here, or the first 2 MiB of a longer one; less where the
    /// budget of [`Retry`](crate::Retry) ends sooner. Each 2 MiB that follow have the same time; what their reader
    /// takes is not counted.
    pub total: Duration,
    /// How long a connection that nobody uses is kept.
    pub idle: Duration,
}

impl Default for Timeouts {
    /// 20 seconds to connect, 60 for the next bytes, 5 minutes in all, 30 seconds unused.
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(20),
            read: Duration::from_secs(60),
            total: Duration::from_secs(300),
            idle: Duration::from_secs(30),
        }
    }
}
