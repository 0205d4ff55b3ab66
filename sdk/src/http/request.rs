use std::fmt::{self, Display};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::body::{beginning, whole};
use super::failure::{Failure, Reason, shown_text};
use super::response::LARGEST;
use super::{Api, Response};
use crate::{Clock, Error, Result};

/// A request to an [`Api`], not yet sent.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    pub(super) api: &'a Api,
    path: String,
    query: Vec<(String, String)>,
    page: Vec<(String, String)>,
    link: Option<Url>,
    /// Whether fewer records can be asked for at a time.
    pub(crate) can_shrink: bool,
}

impl fmt::Debug for Request<'_> {
    /// With the names of its parameters alone: their values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request").field("api", self.api).field("path", &path).field("query", &query).finish()
    }
}

impl<'a> Request<'a> {
    pub(super) fn get(api: &'a Api, path: String) -> Self {
        Request { api, path, query: Vec::new(), page: Vec::new(), link: None, can_shrink: false }
    }

    /// A query parameter; it is encoded here.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The whole URL that will be asked.
    ///
    /// # Errors
    /// If base and path do not make one.
    pub fn url(&self) -> Result<Url> {
        if let Some(link) = &self.link {
            let mut url = link.clone();
            let names: Vec<_> = url.query_pairs().into_owned().collect();
            let added =
                self.api.query.iter().filter(|(name, _)| !names.iter().any(|(known, _)| known == name));
            let kept = names.iter().chain(added);
            let kept = kept.filter(|(name, _)| !self.page.iter().any(|(page, _)| page == name));
            let pairs: Vec<_> = kept.chain(&self.page).cloned().collect();
            url.query_pairs_mut().clear().extend_pairs(pairs);
            return Ok(url);
        }
        let joined = format!("{}/{}", self.api.base.trim_end_matches('/'), self.path.trim_start_matches('/'));
        let refused = |why: String| Error::system(format!("`{}` is no URL: {why}", shown_text(&joined)));
        let mut url = Url::parse(&joined).map_err(|error| refused(error.to_string()))?;
        if !url.has_host() {
            return Err(refused("it names no host, as https://api.example.test does".to_owned()));
        }
        let parameters = self.api.query.iter().chain(&self.query);
        let parameters =
            parameters.filter(|(name, _)| !self.page.iter().any(|(page, _)| page == name)).chain(&self.page);
        if !self.api.query.is_empty() || !self.query.is_empty() || !self.page.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        Ok(url)
    }

    /// Sends it, again where that can help, and reads the whole answer.
    ///
    /// # Errors
    /// Of the user if the API refuses the credentials, passing if it did not answer well in all attempts, else of the
    /// connector: each names the request, the status and what the API said.
    pub async fn send(self) -> Result<Response> {
        let (url, headers, client) = (self.url()?, self.headers()?, self.api.client()?);
        let started = Instant::now();
        let mut attempt = 1;
        loop {
            let left = self.api.retry.budget.saturating_sub(started.elapsed());
            let limit = self.api.timeouts.total.min(left);
            let request = client.get(url.clone()).headers(headers.clone()).timeout(limit);
            let reason = match answer(request, &url).await {
                Ok(response) => return Ok(response),
                Err(reason) => reason,
            };
            let failure = Failure::new("GET", &url, reason);
            if !failure.is_transient() {
                return Err(failure.refusal());
            }
            let retry = &self.api.retry;
            let wait = retry
                .wait(attempt, started.elapsed(), failure.retry_after(), fastrand::f64())
                .map_err(|give_up| Error::transient(format!("{failure}; {give_up}")))?;
            attempt += 1;
            log::warn!("{failure}; asking again (attempt {attempt} of {})", retry.attempts);
            Clock::current().wait(wait).await;
        }
    }

    /// With a parameter in place of any other of its name.
    pub(crate) fn with_parameter(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        let value = match value.into() {
            serde_json::Value::String(text) => text,
            value => value.to_string(),
        };
        self.page.retain(|(known, _)| known != name);
        self.page.push((name.to_owned(), value));
        self
    }

    /// To another page, by a link that the API gave.
    pub(crate) fn with_link(self, link: &str) -> Result<Self> {
        let here = self.url()?;
        let url = here.join(link).map_err(|error| Error::system(format!("`{link}` is no link: {error}")))?;
        if url.origin() != here.origin() {
            return Err(Error::system(format!("`{link}` is not followed: it leads to another host")));
        }
        Ok(Request { link: Some(url), query: Vec::new(), page: Vec::new(), ..self })
    }

    /// The request as messages name it.
    pub(super) fn shown(&self) -> Result<String> {
        Ok(format!("GET {}", super::failure::shown(&self.url()?)))
    }

    pub(super) fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.api.headers {
            let unusable = || {
                Error::config(format!(
                    "the header `{name}` cannot be sent: it has characters that HTTP does not allow"
                ))
            };
            let field = HeaderName::try_from(name).map_err(|_| unusable())?;
            let mut value = HeaderValue::try_from(value).map_err(|_| unusable())?;
            // Not kept in tables of HTTP/2, not printed by Debug: any of them may be a key.
            value.set_sensitive(true);
            headers.append(field, value);
        }
        Ok(headers)
    }
}

/// One attempt, up to the last byte of the body: one that breaks off is asked for again like any other failure.
async fn answer(request: reqwest::RequestBuilder, url: &Url) -> std::result::Result<Response, Reason> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(Response::new("GET", url, whole(response, LARGEST).await?));
    }
    let headers = response.headers().clone();
    Err(Reason::status(status, &headers, &beginning(response).await))
}

#[cfg(test)]
mod tests {
    use crate::Api;

    #[test]
    fn a_path_follows_its_base_after_one_slash() {
        for (base, path) in
            [("https://a.test/v1", "x"), ("https://a.test/v1/", "x"), ("https://a.test/v1/", "/x")]
        {
            assert_eq!(Api::new(base).get(path).url().unwrap().as_str(), "https://a.test/v1/x");
        }
    }

    #[test]
    fn parameters_are_encoded() {
        let url = Api::new("https://a.test").get("x").query("q", "a b&c").url().unwrap();
        assert_eq!(url.as_str(), "https://a.test/x?q=a+b%26c");
    }

    #[test]
    fn what_must_not_be_shown_is_neither_in_debug_nor_in_errors() {
        let api = Api::new("https://someone:k-1@a.test/v1?k-1").header("x-key", "k-1").query("key", "k-1");
        let shown = format!("{:?}", api.get("users?k-1").query("token", "k-1"));
        assert!(!shown.contains("k-1") && !shown.contains("someone"), "{shown}");
        for name in ["https://a.test/v1", "x-key", "key", "users", "token"] {
            assert!(shown.contains(name), "{shown}");
        }
        for base in ["me:k-1@a.test", "https://me:k-1@a test", "https//me:k-1@a.test"] {
            let error = Api::new(base).get("x").url().unwrap_err();
            assert!(!error.chain().contains("k-1") && error.to_string().contains("test"), "{error}");
        }
    }

    #[test]
    fn a_base_that_is_no_url_is_named() {
        let error = Api::new("a.test").get("x").url().unwrap_err().to_string();
        assert!(error.starts_with("`a.test/x` is no URL"), "{error}");
    }
}
