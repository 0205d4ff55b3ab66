use std::fmt::{self, Display};
use std::rc::Rc;

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout_at;
use url::Url;

use super::address::{Address, Pairs, is_whole, segment, without};
use super::attempts::Attempts;
use super::envelope::{Envelope, headers};
use super::failure::{Reason, shown};
use super::payload::{Payload, text};
use super::response::LARGEST;
use super::{Api, Response};
use crate::{Auth, Error, Result, scope};

/// A request to an [`Api`], not yet sent.
///
/// A method that only asks is sent again where that can help; so are all others, as POST is how many APIs are asked for
/// records.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    pub(super) api: &'a Api,
    method: Method,
    path: String,
    query: Pairs,
    headers: Pairs,
    payload: Payload,
    /// What paging puts into the query, in place of others of the same names.
    page: Pairs,
    /// Whether fewer records can be asked for at a time.
    pub(crate) can_shrink: bool,
}

impl fmt::Debug for Request<'_> {
    /// With the names of its parameters alone: their values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        let names = |pairs: &Pairs| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Request")
            .field("api", self.api)
            .field("method", &self.method)
            .field("path", &path)
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .finish_non_exhaustive()
    }
}

impl<'a> Request<'a> {
    pub(super) fn new(api: &'a Api, method: Method, path: String) -> Self {
        Request {
            api,
            method,
            path,
            query: Pairs::new(),
            headers: Pairs::new(),
            payload: Payload::Nothing,
            page: Pairs::new(),
            can_shrink: false,
        }
    }

    /// One more segment of the path, whatever it holds: a slash in it, a `?` or a space are encoded.
    ///
    /// ```
    /// # use connector_sdk::Api;
    /// let api = Api::new("https://api.example.test/v1");
    /// let request = api.get("lists").segment("a/b").segment("members").query("count", 10);
    /// assert_eq!(request.url()?.as_str(), "https://api.example.test/v1/lists/a%2Fb/members?count=10");
    /// # Ok::<(), connector_sdk::Error>(())
    /// ```
    pub fn segment(mut self, text: impl Display) -> Self {
        let segment = segment(&text.to_string());
        let end = self.path.find('?').unwrap_or(self.path.len());
        let slash = if self.path[..end].is_empty() || self.path[..end].ends_with('/') { "" } else { "/" };
        self.path.insert_str(end, &format!("{slash}{segment}"));
        self
    }

    /// A query parameter; it is encoded here.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// A header, in place of those that the API has of this name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A body of JSON. That it does not serialise is said when it is sent.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Request { payload: Payload::json(body), ..self }
    }

    /// A body as HTML forms have it; names and values are encoded here.
    pub fn form<N: Into<String>, V: Display>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.to_string()));
        Request { payload: Payload::Form(pairs.collect()), ..self }
    }

    /// The whole URL that will be asked, without the parameters of an [`Auth`].
    ///
    /// # Errors
    /// If base and path do not make one, or the path is one that leads to another host than the base.
    pub fn url(&self) -> Result<Url> {
        Address {
            base: &self.api.base,
            path: &self.path,
            common: &self.api.query,
            own: &self.query,
            instead: &self.page,
        }
        .url()
    }

    /// Sends it, again where that can help, and reads the whole answer.
    ///
    /// # Errors
    /// Of the user if the API refuses the credentials, passing if it did not answer well in all attempts, else of the
    /// connector: each names the request, the status and what the API said.
    pub async fn send(self) -> Result<Response> {
        let mut attempts = Attempts::none();
        loop {
            match self.whole(&mut attempts, LARGEST).await? {
                Ok(response) => return Ok(response),
                Err(reason) => self.reopen(&mut attempts, reason).await?,
            }
        }
    }

    /// The answer with its body, which is given up if it has more than `limit` bytes: it would take all memory there is.
    async fn whole(&self, attempts: &mut Attempts, limit: usize) -> Result<Result<Response, Reason>> {
        let mut incoming = self.answered(attempts).await?;
        let deadline = attempts.deadline(&self.api.retry);
        let mut body = Vec::new();
        loop {
            match timeout_at(deadline, incoming.chunk()).await {
                Ok(Ok(Some(chunk))) if body.len() + chunk.len() > limit => {
                    return Ok(Err(Reason::TooLarge { limit }));
                }
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Ok(None)) => {
                    let (status, headers) = (incoming.status, incoming.headers);
                    return Ok(Ok(Response::new(self.shown()?, status, headers, body)));
                }
                Ok(Err(reason)) => return Ok(Err(reason)),
                Err(_) => return Ok(Err(Reason::Late)),
            }
        }
    }

    /// With a parameter in place of any other of its name: a field of the body, if there is one, else of the query.
    pub(crate) fn with_parameter(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !self.payload.set(name, &value) {
            self.page.retain(|(known, _)| known != name);
            self.page.push((name.to_owned(), text(&value)));
        }
        self
    }

    /// To another page, by a link that the API gave: a whole URL, or one that starts from the URL of this request.
    ///
    /// # Errors
    /// If it is none, or leads to another host.
    pub(crate) fn with_link(self, link: &str) -> Result<Self> {
        let path = if is_whole(link) { link.to_owned() } else { joined(&self.url()?, link)?.into() };
        let next = Request { path, query: Pairs::new(), page: Pairs::new(), ..self };
        next.url()?;
        Ok(next)
    }

    /// A link that the API gave, without what goes with every request and is added when it is followed: it may stand in
    /// a state, where a key must not.
    pub(super) fn without_common(&self, link: &str) -> String {
        let key = self.api.auth.as_ref().and_then(Auth::parameter);
        without(link, |pair| key == Some(pair.0.as_str()) || self.api.query.contains(pair))
    }

    /// The request as messages name it.
    pub(super) fn shown(&self) -> Result<String> {
        Ok(name(&self.method, &self.url()?))
    }

    pub(super) fn envelope(&self) -> Result<Envelope> {
        let url = self.url()?;
        let (body, content) = self.payload.encoded()?.unzip();
        let hosts = scope::hosts().unwrap_or_else(|| Rc::clone(&self.api.hosts));
        Ok(Envelope {
            name: name(&self.method, &url),
            host: hosts.of(&url),
            method: self.method.clone(),
            headers: headers(&self.api.headers, &self.headers, content)?,
            url,
            body,
        })
    }
}

fn name(method: &Method, url: &Url) -> String {
    format!("{method} {}", shown(url))
}

fn joined(url: &Url, link: &str) -> Result<Url> {
    url.join(link).map_err(|error| Error::system(format!("`{link}` is no link to a page: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let url = Api::new("https://a.test").get("x").query("q", "a b&c").url().unwrap();
        assert_eq!(url.as_str(), "https://a.test/x?q=a+b%26c");
    }

    #[test]
    fn segments_stand_before_the_query() {
        let api = Api::new("https://a.test");
        assert_eq!(api.get("x?a=1").segment("b c").url().unwrap().as_str(), "https://a.test/x/b%20c?a=1");
        assert_eq!(api.get("").segment(7).segment("y").url().unwrap().as_str(), "https://a.test/7/y");
        assert!(api.get("x").segment("..").url().is_err());
    }

    #[test]
    fn a_page_has_its_own_parameters_in_the_query_or_in_the_body() {
        let api = Api::new("https://a.test").query("limit", 100);
        let page = api.get("x").query("q", 1).with_parameter("limit", 50).with_parameter("page", "b");
        let page = page.with_parameter("page", "c");
        assert_eq!(page.url().unwrap().as_str(), "https://a.test/x?q=1&limit=50&page=c");
        let page = api.post("x").json(&serde_json::json!({"offset": 0})).with_parameter("offset", 50);
        assert_eq!(page.url().unwrap().as_str(), "https://a.test/x?limit=100");
        assert_eq!(page.envelope().unwrap().body.unwrap(), &br#"{"offset":50}"#[..]);
    }

    #[test]
    fn a_link_replaces_the_path_and_the_query_of_the_request_but_not_what_the_api_adds() {
        let api = Api::new("https://a.test/v1").query("key", "k");
        let request = api.get("x").query("q", 1).with_parameter("page", 1);
        for (link, url) in [
            ("https://a.test/v2/y?cursor=c", "https://a.test/v2/y?cursor=c&key=k"),
            ("/v1/y?cursor=c&key=other", "https://a.test/v1/y?cursor=c&key=other"),
            ("?cursor=c", "https://a.test/v1/x?cursor=c&key=k"),
        ] {
            assert_eq!(request.clone().with_link(link).unwrap().url().unwrap().as_str(), url, "{link}");
        }
        for link in ["https://b.test/x", "//b.test/x"] {
            let error = request.clone().with_link(link).unwrap_err().to_string();
            assert!(error.contains("b.test/x` is not followed: it leads to https://b.test"), "{error}");
        }
    }

    #[test]
    fn headers_of_the_request_take_the_place_of_the_apis() {
        let api = Api::new("https://a.test").header("x-a", "1").header("x-a", "2").header("x-b", "3");
        let request = api.post("x").header("X-A", "4").header("x-a", "5").json(&1);
        let headers = request.envelope().unwrap().headers;
        assert_eq!(headers.get_all("x-a").iter().collect::<Vec<_>>(), ["4", "5"]);
        assert_eq!(headers["x-b"], "3");
        assert_eq!(headers["content-type"], "application/json");
        let request = api.post("x").json(&1).header("content-type", "text/json");
        assert_eq!(request.envelope().unwrap().headers["content-type"], "text/json");
        let error = api.get("x").header("x y", "k-1").envelope().err().unwrap().to_string();
        assert!(error.contains("`x y`") && !error.contains("k-1"), "{error}");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_given_up_and_not_asked_for_again() {
        let server = wiremock::MockServer::start().await;
        let answer = wiremock::ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 1001]);
        wiremock::Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
        let api = Api::new(server.uri());
        let (request, mut attempts) = (api.get("x"), Attempts::none());
        assert!(request.whole(&mut attempts, 1001).await.unwrap().is_ok());
        let reason = request.whole(&mut attempts, 1000).await.unwrap().unwrap_err();
        let error = request.reopen(&mut attempts, reason).await.unwrap_err().to_string();
        assert!(
            error.ends_with("/x answered with a body of more than 1000 bytes: ask for less at a time"),
            "{error}"
        );
    }

    #[test]
    fn what_must_not_be_shown_is_neither_in_debug_nor_in_errors() {
        let api = Api::new("https://someone:k-1@a.test/v1?k-1").header("x-key", "k-1").query("key", "k-1");
        let request = api.post("users?k-1").query("token", "k-1").header("x-own", "k-1").json(&"k-1");
        let shown = format!("{request:?}");
        assert!(!shown.contains("k-1") && !shown.contains("someone"), "{shown}");
        for name in ["https://a.test/v1", "x-key", "key", "users", "token", "x-own", "POST"] {
            assert!(shown.contains(name), "{shown}");
        }
        for base in ["me:k-1@a.test", "https://me:k-1@a test", "https//me:k-1@a.test"] {
            let error = Api::new(base).get("x").url().unwrap_err();
            assert!(!error.chain().contains("k-1") && error.to_string().contains("test"), "{error}");
        }
    }
}
