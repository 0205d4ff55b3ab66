use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::{Error, Result};

/// What one attempt of a request carries to say who sends it.
pub(crate) struct Credentials {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) query: Vec<(String, String)>,
    /// Which of several they are, for what their answer tells.
    pub(crate) which: usize,
}

impl Credentials {
    pub(super) fn bearer(token: &str, which: usize) -> Result<Self> {
        let value = sensitive(AUTHORIZATION.as_str(), &format!("Bearer {token}"))?;
        Ok(Credentials { headers: vec![(AUTHORIZATION, value)], query: Vec::new(), which })
    }
}

impl fmt::Debug for Credentials {
    /// With the names alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Credentials")
            .field("headers", &headers)
            .field("query", &query)
            .field("which", &self.which)
            .finish()
    }
}

/// A value that HTTP/2 keeps in no table and Debug does not print.
pub(super) fn sensitive(name: &str, value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        Error::config(format!(
            "the header `{name}` cannot be sent: the key in the config has characters that HTTP does not allow, such \
             as a line break; paste it again"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}
