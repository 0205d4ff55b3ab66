use std::cell::OnceCell;
use std::fmt::{self, Display};
use std::rc::Rc;

use reqwest::Method;

use super::address::Pairs;
use super::client::client;
use super::decision::Rules;
use super::failure::shown_text;
use super::host::{Hosts, Limits};
use super::{Answer, Decision, Rate, Request, Retry, Timeouts};
use crate::{Auth, Result};

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
    pub(super) headers: Pairs,
    pub(super) query: Pairs,
    pub(super) auth: Option<Auth>,
    pub(super) rules: Rules,
    pub(super) limits: Limits,
    pub(super) retry: Retry,
    pub(super) timeouts: Timeouts,
    /// Where no command runs, which would know its own.
    pub(super) hosts: Rc<Hosts>,
    client: Rc<OnceCell<reqwest::Client>>,
}

impl fmt::Debug for Api {
    /// With the names of headers and parameters alone: their values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &Pairs| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let base = shown_text(&self.base);
        f.debug_struct("Api")
            .field("base", &base.split('?').next().unwrap_or_default())
            .field("headers", &names(&self.headers))
            .field("query", &names(&self.query))
            .field("limits", &self.limits)
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
            headers: Pairs::new(),
            query: Pairs::new(),
            auth: None,
            rules: Rules::default(),
            limits: Limits::default(),
            retry: Retry::default(),
            timeouts: Timeouts::default(),
            hosts: Rc::default(),
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

    /// How requests prove whom they come from.
    #[must_use]
    pub fn auth(self, auth: impl Into<Auth>) -> Self {
        Api { auth: Some(auth.into()), ..self }
    }

    /// How many requests the host takes in a time. Said several times, all hold.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.limits.rates.push(rate);
        self
    }

    /// How many requests the host takes at once, at least one. Of several numbers that are said of a host, the
    /// smallest holds.
    ///
    /// A request counts until its answer is here, or the first 2 MiB of a longer one.
    #[must_use]
    pub fn at_once(mut self, most: usize) -> Self {
        self.limits.at_once = Some(most.max(1));
        self
    }

    /// What to make of a status, in place of what [`Decision`] says of it.
    ///
    /// ```
    /// # use connector_sdk::{Api, Decision, Error};
    /// let api = Api::new("https://api.example.test/v1")
    ///     .on_status(404, Decision::Ignore)
    ///     .on_status(402, Decision::Fail(Error::config("the API is not part of your plan: upgrade it")));
    /// ```
    #[must_use]
    pub fn on_status(mut self, status: u16, decision: Decision) -> Self {
        self.rules.on_status(status, decision);
        self
    }

    /// What to make of an answer, of success too; `None` leaves it to the statuses. Of several closures the first that
    /// has a word is heard.
    ///
    /// ```
    /// # use connector_sdk::{Answer, Api, Decision};
    /// let api = Api::new("https://slow.example.test/api").on_answer(|answer: &Answer| {
    ///     match answer.field("error")?.as_str() {
    ///         "ratelimited" => Some(Decision::RateLimited { wait: None }),
    ///         "not_in_channel" => Some(Decision::Ignore),
    ///         _ => None,
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn on_answer(mut self, decide: impl Fn(&Answer) -> Option<Decision> + 'static) -> Self {
        self.rules.on_answer(decide);
        self
    }

    /// A GET request: see [`request`](Self::request).
    pub fn get(&self, path: impl Display) -> Request<'_> {
        self.request(Method::GET, path)
    }

    /// A POST request: see [`request`](Self::request).
    pub fn post(&self, path: impl Display) -> Request<'_> {
        self.request(Method::POST, path)
    }

    /// A request by any method.
    ///
    /// `path` follows the base after one slash, whichever of the two brings it, and may bring a query. It is taken as it
    /// is written, but for characters that no URL can have, such as spaces, which are encoded: what comes from data is
    /// safer in [`Request::segment`]. A path that is a whole URL takes the base's place, if it leads to the same host.
    pub fn request(&self, method: Method, path: impl Display) -> Request<'_> {
        Request::new(self, method, path.to_string())
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
