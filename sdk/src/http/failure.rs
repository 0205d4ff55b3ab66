use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use url::Url;

use super::excerpt::excerpt;
use crate::Error;
use crate::error::chain;

/// One attempt that did not bring an answer to use.
#[derive(Debug)]
pub(super) struct Failure {
    method: &'static str,
    url: String,
    reason: Reason,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) enum Reason {
    /// The API answered with a status that is no success.
    Status { status: StatusCode, retry_after: Option<Duration>, excerpt: String },
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
            Reason::Status { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            }
            Reason::Transport(error) => !error.is_builder() && !error.is_redirect(),
        }
    }

    /// How long the API asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.reason {
            Reason::Status { retry_after, .. } => retry_after,
            Reason::Transport(_) => None,
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
            Reason::Transport(error) => write!(f, "{method} {url} failed: {}", chain(error)),
        }
    }
}

/// A URL as messages show it: without user and password.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
