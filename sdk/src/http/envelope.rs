use std::rc::Rc;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::address::Pairs;
use super::host::Host;
use crate::auth::Credentials;
use crate::{Error, Result, scope};

/// A request as it goes out in each attempt, but for the credentials.
pub(super) struct Envelope {
    /// The request as messages name it: method and URL, without user, password and credentials.
    pub(super) name: String,
    pub(super) host: Rc<Host>,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Envelope {
    /// One attempt.
    pub(super) fn sealed(
        &self,
        client: &reqwest::Client,
        credentials: Option<&Credentials>,
    ) -> reqwest::RequestBuilder {
        let (mut url, mut headers) = (self.url.clone(), self.headers.clone());
        if let Some(Credentials { headers: proofs, query, .. }) = credentials {
            for (name, value) in proofs {
                let mut value = value.clone();
                value.set_sensitive(true);
                headers.insert(name, value);
            }
            if !query.is_empty() {
                hide(query);
                url.query_pairs_mut().extend_pairs(query);
            }
        }
        let request = client.request(self.method.clone(), url).headers(headers);
        match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        }
    }
}

/// The headers of an API, then those of a request, which take the place of others of their names.
pub(super) fn headers(common: &Pairs, own: &Pairs, content: Option<HeaderValue>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in common {
        let (name, value) = header(name, value)?;
        headers.append(name, value);
    }
    let own = own.iter().map(|(name, value)| header(name, value)).collect::<Result<Vec<_>>>()?;
    for (name, _) in &own {
        headers.remove(name);
    }
    for (name, value) in own {
        headers.append(name, value);
    }
    if let Some(content) = content {
        headers.entry(CONTENT_TYPE).or_insert(content);
    }
    Ok(headers)
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let unusable = || {
        Error::config(format!(
            "the header `{name}` cannot be sent: it has characters that HTTP does not allow"
        ))
    };
    let field = HeaderName::try_from(name).map_err(|_| unusable())?;
    let mut value = HeaderValue::try_from(value).map_err(|_| unusable())?;
    // Not kept in tables of HTTP/2, not printed by Debug: any of them may be a key.
    value.set_sensitive(true);
    Ok((field, value))
}

/// What an API echoes is shown without its credentials, wherever they came from.
fn hide(query: &Pairs) {
    let Some(output) = scope::current() else { return };
    let shown = query.iter().map(|(_, value)| value).filter(|value| output.redacted(value) == **value);
    output.redact(&shown.cloned().collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::client::client;
    use crate::output::tests::Page;
    use crate::scope::within;
    use crate::{Api, Timeouts};

    #[tokio::test]
    async fn credentials_go_out_with_an_attempt_and_are_not_told() {
        let page = Page::default();
        let output = Rc::new(page.output());
        within(Rc::clone(&output), async {
            let api = Api::new("https://a.test").header("authorization", "none").query("q", 1);
            let envelope = api.get("x").envelope().unwrap();
            let credentials = Credentials {
                headers: vec![("authorization".parse().unwrap(), "Bearer t-123456".parse().unwrap())],
                query: vec![("key".to_owned(), "k-123456".to_owned())],
                which: 0,
            };
            let request =
                envelope.sealed(&client(Timeouts::default()).unwrap(), Some(&credentials)).build().unwrap();
            assert_eq!(request.url().as_str(), "https://a.test/x?q=1&key=k-123456");
            assert_eq!(request.headers()["authorization"], "Bearer t-123456");
            assert!(request.headers()["authorization"].is_sensitive());
            assert_eq!(envelope.name, "GET https://a.test/x?q=1");
        })
        .await;
        assert_eq!(output.redacted("the key k-123456 is wrong"), "the key **** is wrong");
    }
}
