use std::error::Error as _;
use std::{fmt, io};

use url::Url;

use crate::Error;
use crate::error::chain;

/// One attempt that brought no answer, or one that broke off.
#[derive(Debug)]
pub(super) struct Failure {
    /// What was asked, as messages name it.
    request: String,
    reason: Reason,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The body has more bytes than we keep.
    TooLarge { limit: usize },
    /// The body came to its end, but what it says did not.
    Cut { offset: usize },
    /// No answer came in time, or not its beginning.
    Late,
    /// No whole answer came.
    Transport(reqwest::Error),
}

impl From<reqwest::Error> for Reason {
    fn from(error: reqwest::Error) -> Self {
        // Failure names the URL itself, without what must not be shown.
        Reason::Transport(error.without_url())
    }
}

impl Failure {
    pub(super) fn new(request: String, reason: Reason) -> Self {
        Failure { request, reason }
    }

    /// Whether the same request may succeed later.
    pub(super) fn passes(&self) -> bool {
        match &self.reason {
            Reason::TooLarge { .. } => false,
            Reason::Late | Reason::Cut { .. } => true,
            Reason::Transport(error) => {
                !error.is_builder() && !error.is_redirect() && tls_error(error).is_none()
            }
        }
    }

    /// The error of a failure that no further attempt can mend.
    pub(super) fn error(&self) -> Error {
        Error::system(self.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { request, reason } = self;
        match reason {
            Reason::Late => write!(f, "{request} was not answered in time"),
            Reason::Transport(error) if error.is_timeout() => {
                write!(f, "{request} was not answered in time")
            }
            Reason::Cut { offset } => {
                write!(f, "{request} answered with a body that ends too early, after {offset} bytes")
            }
            Reason::TooLarge { limit } => {
                write!(f, "{request} answered with a body of more than {limit} bytes: ask for less at a time")
            }
            Reason::Transport(error) => match tls_error(error) {
                Some(tls @ rustls::Error::InvalidCertificate(_)) => write!(
                    f,
                    "{request} was not sent, since the server is not trusted: {tls}; if a proxy answers in its \
                     place, its certificate must be known here (on Linux, in the file of SSL_CERT_FILE)"
                ),
                Some(tls) => write!(f, "{request} was not sent, since TLS failed: {tls}"),
                None => write!(f, "{request} failed: {}", chain(error)),
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
