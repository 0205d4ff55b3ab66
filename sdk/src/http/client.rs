use reqwest::redirect::{Attempt, Policy};

use super::Timeouts;
use crate::error::chain;
use crate::{Error, Result};

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
