use std::cell::OnceCell;
use std::fmt::{self, Display};
use std::rc::Rc;

use super::client::client;
use super::failure::shown_text;
use super::{Request, Retry, Timeouts};
use crate::Result;

/// An API: where it is, and what every request to it carries.
///
/// The proxy variables of the environment are honoured: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`. So are, on Linux,
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`; on macOS and Windows the system alone says which certificates are trusted.
/// Clones share their connections.
///
/// ```
/// # use connector_sdk::Api;
/// let api = Api::new("https://api.example.test/v1").header("x-api-key", "k-123").query("locale", "en");
/// let request = api.get("users/7").query("fields", "name");
/// assert_eq!(request.url()?.as_str(), "https://api.example.test/v1/users/7?locale=en&fields=name");
/// # Ok::<(), connector_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct Api {
    pub(super) base: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) retry: Retry,
    pub(super) timeouts: Timeouts,
    client: Rc<OnceCell<reqwest::Client>>,
}

impl fmt::Debug for Api {
    /// With the names of headers and parameters alone: their values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let base = shown_text(&self.base);
        f.debug_struct("Api")
            .field("base", &base.split('?').next().unwrap_or_default())
            .field("headers", &names(&self.headers))
            .field("query", &names(&self.query))
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

impl Api {
    /// An API whose paths all begin with `base`.
    pub fn new(base: impl Into<String>) -> Self {
        Api {
            base: base.into(),
            headers: Vec::new(),
            query: Vec::new(),
            retry: Retry::default(),
            timeouts: Timeouts::default(),
            client: Rc::default(),
        }
    }

    /// A header of every request, such as a key.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A query parameter of every request.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// How long to wait for an answer, in place of the defaults.
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        Api { timeouts, client: Rc::default(), ..self }
    }

    /// When to ask again, in place of the defaults.
    #[must_use]
    pub fn retry(self, retry: Retry) -> Self {
        Api { retry, ..self }
    }

    /// A GET request. `path` follows the base after one slash, whichever of the two brings it.
    pub fn get(&self, path: impl Display) -> Request<'_> {
        Request::get(self, path.to_string())
    }

    /// The client, made at the first request: a `discover` that asks nothing need not load certificates.
    pub(super) fn client(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = client(self.timeouts)?;
        Ok(self.client.get_or_init(|| client))
    }
}
