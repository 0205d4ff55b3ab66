use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};

use crate::error::chain;
use crate::{Error, Result};

/// How long to wait for an answer.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the next bytes come.
    pub read: Duration,
    /// From the beginning of an attempt until its answer is here, or the first 2 MiB of a longer one; less where the
    /// budget of [`Retry`](crate::Retry) ends sooner. Each 2 MiB that follow have the same time; what their reader takes
    /// is not counted.
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

/// More hops than this lead nowhere.
const LONGEST_REDIRECT: usize = 10;

pub(super) fn client(timeouts: Timeouts) -> Result<reqwest::Client> {
    // A process has one provider of cryptography. If there is one already, it will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("connector-sdk/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .pool_idle_timeout(timeouts.idle)
        // Attempts are counted in one place: attempts.rs.
        .retry(reqwest::retry::never())
        .redirect(Policy::custom(follow_within_host))
        .build()
        .map_err(|error| {
            let chain = chain(&error);
            Error::system(format!(
                "failed to set up HTTP: {chain}; are there certificates, on Linux where SSL_CERT_FILE says?"
            ))
        })
}

/// An API's key must not travel to another host, or out of TLS, because an answer says so.
fn follow_within_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let Some(from) = attempt.previous().last() else { return attempt.stop() };
    let (from, to) = (from.origin(), attempt.url().origin());
    if attempt.previous().len() > LONGEST_REDIRECT || from != to { attempt.stop() } else { attempt.follow() }
}
