//! Who we are to an API: what every attempt of a request carries to say so, and how that is renewed.

mod credentials;
mod endpoint;
mod fixed;
mod grant;
mod jwt;
mod kept;
mod left;
mod oauth;
mod rotating;
mod service_account;
#[cfg(test)]
mod stage;
mod token;
mod tokens;

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

pub(crate) use credentials::Credentials;
pub use oauth::OAuth;
pub use service_account::ServiceAccount;
pub(crate) use tokens::TokensOfCommand;

use crate::{Clock, Result, Secret};
use fixed::Fixed;
use rotating::Rotating;
use tokens::Tokens;

/// How requests say who sends them.
///
/// Clones share what they have learnt: tokens that were renewed, quotas that the API has told.
///
/// ```
/// # use connector_sdk::{Auth, Secret};
/// let key: Secret = serde_json::from_str(r#""k-123""#)?;
/// let auth = Auth::bearer(&key);
/// assert!(!format!("{auth:?}").contains("k-123"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Auth(Kind);

#[derive(Clone)]
enum Kind {
    Fixed(Rc<Fixed>),
    Rotating(Rc<Rotating>),
    OAuth(Rc<Tokens>),
}

impl Auth {
    /// `Authorization: Bearer <token>`.
    pub fn bearer(token: &Secret) -> Self {
        Self::scheme("Bearer", token)
    }

    /// `Authorization: <scheme> <token>`, for APIs that have a word of their own in place of `Bearer`.
    pub fn scheme(scheme: &str, token: &Secret) -> Self {
        Self::fixed(Fixed::header("authorization", format!("{scheme} {}", token.expose())))
    }

    /// `Authorization: Basic ...` with this user and password.
    pub fn basic(user: &str, password: &Secret) -> Self {
        Self::fixed(Fixed::header("authorization", basic(user, password)))
    }

    /// A header whose whole value is the key.
    pub fn header(name: &str, key: &Secret) -> Self {
        Self::fixed(Fixed::header(name, key.expose().to_owned()))
    }

    /// A query parameter whose whole value is the key.
    pub fn query(name: &str, key: &Secret) -> Self {
        Self::fixed(Fixed::query(name, key.expose().to_owned()))
    }

    /// Several bearer tokens, each with a quota of its own: each request takes the one with the most left.
    ///
    /// How much that is, and when there is more, is learnt from the answers: `X-RateLimit-Remaining` and `-Reset`,
    /// `RateLimit-Remaining` and `-Reset`, `RateLimit`, and of an answer 429 or 403 `Retry-After`. A token of which nothing is
    /// known comes before all others, in turn; after a 429 that says no time it rests for one minute. While all are
    /// used up, requests wait for the first that is not any more.
    pub fn rotating<'a>(tokens: impl IntoIterator<Item = &'a Secret>) -> Self {
        Auth(Kind::Rotating(Rc::new(Rotating::new(tokens.into_iter().cloned().collect()))))
    }

    fn fixed(fixed: Fixed) -> Self {
        Auth(Kind::Fixed(Rc::new(fixed)))
    }

    /// The name of the query parameter that carries a key, if one does.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match &self.0 {
            Kind::Fixed(fixed) => fixed.parameter(),
            Kind::Rotating(_) | Kind::OAuth(_) => None,
        }
    }

    /// What the next attempt carries. To be asked before each, since tokens expire and quotas are used up.
    pub(crate) async fn credentials(&self) -> Result<Credentials> {
        match &self.0 {
            Kind::Fixed(fixed) => fixed.credentials(),
            Kind::Rotating(rotating) => rotating.credentials(Clock::current().now()),
            Kind::OAuth(tokens) => tokens.credentials().await,
        }
    }

    /// Learns from an answer to an attempt that carried the credentials `which`.
    pub(crate) fn observe(&self, which: usize, status: StatusCode, headers: &HeaderMap) {
        if let Kind::Rotating(rotating) = &self.0 {
            rotating.observe(which, status, headers, Clock::current().now());
        }
    }

    /// Whether other credentials than `which` can be used at once: then there is no need to wait after a 429.
    pub(crate) fn alternative(&self, which: usize) -> bool {
        match &self.0 {
            Kind::Rotating(rotating) => rotating.alternative(which, Clock::current().now()),
            Kind::Fixed(_) | Kind::OAuth(_) => false,
        }
    }

    /// How long there are no credentials worth an attempt; `None` if there are some now.
    pub(crate) fn ready_in(&self) -> Option<Duration> {
        let now = Clock::current().now();
        match &self.0 {
            Kind::Rotating(rotating) => rotating.ready_at(now)?.duration_since(now).try_into().ok(),
            Kind::Fixed(_) | Kind::OAuth(_) => None,
        }
    }

    /// Gets new credentials in place of those that an answer rejected; false if there is no way to.
    ///
    /// Many requests that were rejected with the same token renew it once. To be asked once a request: an API that
    /// rejects a new token as well means something else.
    pub(crate) async fn renew(&self, rejected: &Credentials) -> Result<bool> {
        match &self.0 {
            Kind::OAuth(tokens) => tokens.renew(rejected.which).await.map(|()| true),
            Kind::Fixed(_) | Kind::Rotating(_) => Ok(false),
        }
    }
}

impl From<OAuth> for Auth {
    fn from(oauth: OAuth) -> Self {
        Auth(Kind::OAuth(Tokens::of(oauth)))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fixed(fixed) => f.debug_tuple("Auth").field(fixed).finish(),
            Kind::Rotating(rotating) => f.debug_tuple("Auth").field(rotating).finish(),
            Kind::OAuth(tokens) => f.debug_tuple("Auth").field(tokens).finish(),
        }
    }
}

/// The value of `Authorization` for a user with a password.
fn basic(user: &str, password: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())))
}
