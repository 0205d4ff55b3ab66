use std::error::Error as _;
use std::time::Duration;
use std::{fmt, io};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use url::Url;

use super::excerpt::excerpt;
use crate::Error;
use crate::error::chain;

/// The statuses that pass: too slow, too early, too many, or a server or a proxy before it in trouble.
///
/// No other is, 5xx or not: 501 and 505 will say the same tomorrow, and 599 is how a replay says that it has no answer.
const TRANSIENT: [u16; 13] = [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];

/// One attempt that did not bring an answer to use.
#[derive(Debug)]
pub(super) struct Failure {
    method: &'static str,
    url: String,
    reason: Reason,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The API answered with a status that is no success.
    Status { status: StatusCode, retry_after: Option<Duration>, excerpt: String },
    /// The body has more bytes than we keep.
    TooLarge { limit: usize },
    /// The body came to its end, but what it says did not.
    Cut { offset: usize },
    /// No whole answer came.
    Transport(reqwest::Error),
}

impl Reason {
    pub(super) fn status(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Reason::Status { status, retry_after: seconds.map(Duration::from_secs), excerpt: excerpt(body) }
    }
}

impl From<reqwest::Error> for Reason {
    fn from(error: reqwest::Error) -> Self {
        // Failure names the URL itself, without what must not be shown.
        Reason::Transport(error.without_url())
    }
}

impl Failure {
    pub(super) fn new(method: &'static str, url: &Url, reason: Reason) -> Self {
        Failure { method, url: shown(url), reason }
    }

    /// Whether the same request may succeed later.
    pub(super) fn is_transient(&self) -> bool {
        match &self.reason {
            Reason::Status { status, .. } => TRANSIENT.contains(&status.as_u16()),
            Reason::TooLarge { .. } => false,
            Reason::Cut { .. } => true,
            Reason::Transport(error) => {
                !error.is_builder() && !error.is_redirect() && tls_error(error).is_none()
            }
        }
    }

    /// How long the API asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.reason {
            Reason::Status { retry_after, .. } => retry_after,
            Reason::TooLarge { .. } | Reason::Cut { .. } | Reason::Transport(_) => None,
        }
    }

    /// The error of a failure that no further attempt can mend.
    pub(super) fn refusal(&self) -> Error {
        match &self.reason {
            Reason::Status { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                Error::config(format!("{self}; check the credentials in the config"))
            }
            _ => Error::system(self.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { method, url, reason } = self;
        match reason {
            Reason::Status { status, excerpt, .. } => {
                write!(f, "{method} {url} answered {status}, saying {excerpt}")
            }
            Reason::Transport(error) if error.is_timeout() => {
                write!(f, "{method} {url} was not answered in time")
            }
            Reason::Cut { offset } => {
                write!(f, "{method} {url} answered with a body that ends too early, after {offset} bytes")
            }
            Reason::TooLarge { limit } => {
                write!(
                    f,
                    "{method} {url} answered with a body of more than {limit} bytes: ask for less at a time"
                )
            }
            Reason::Transport(error) => match tls_error(error) {
                Some(tls @ rustls::Error::InvalidCertificate(_)) => write!(
                    f,
                    "{method} {url} was not sent, since the server is not trusted: {tls}; if a proxy answers in its \
                     place, its certificate must be known here (on Linux, in the file of SSL_CERT_FILE)"
                ),
                Some(tls) => write!(f, "{method} {url} was not sent, since TLS failed: {tls}"),
                None => write!(f, "{method} {url} failed: {}", chain(error)),
            },
        }
    }
}

/// What TLS itself has against the connection, if that is why there is none. It will have it again.
///
/// An `io::Error` that carries an error is passed over by `source`, so it is opened by hand.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause = if error.is_connect() { error.source() } else { None };
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref()).or_else(|| error.downcast_ref());
        if tls.is_some() {
            return tls;
        }
        cause = inner.map_or_else(|| error.source(), |inner| Some(inner));
    }
    None
}

/// A URL as messages show it: without user and password.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// The same of a text that may be no URL at all: what stands before an `@` may be a password.
pub(super) fn shown_text(text: &str) -> String {
    match (Url::parse(text), text.rsplit_once('@')) {
        (Ok(url), _) if url.has_host() => shown(&url),
        (_, Some((_, rest))) => format!("****@{rest}"),
        (_, None) => text.to_owned(),
    }
}
