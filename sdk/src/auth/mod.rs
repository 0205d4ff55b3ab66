//! How requests prove whom they come from.

use std::rc::Rc;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Result;

/// What proves to an API that it may answer us.
#[derive(Clone, Debug)]
pub struct Auth(Rc<Vec<(HeaderName, HeaderValue)>>);

/// What one attempt of a request carries.
pub(crate) struct Credentials {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) query: Vec<(String, String)>,
    /// Which of several tokens it is.
    pub(crate) which: usize,
}

#[expect(clippy::unused_async, reason = "tokens that are renewed will wait")]
#[expect(clippy::unused_self, reason = "one token alone has no alternative")]
impl Auth {
    /// What the next attempt carries.
    pub(crate) async fn credentials(&self) -> Result<Credentials> {
        Ok(Credentials { headers: self.0.to_vec(), query: Vec::new(), which: 0 })
    }

    /// Is told of every answer.
    pub(crate) fn observe(&self, _which: usize, _status: StatusCode, _headers: &HeaderMap) {}

    /// Whether another token can be used at once, after a refusal for lack of quota.
    pub(crate) fn alternative(&self, _which: usize) -> bool {
        false
    }

    /// New credentials in place of refused ones; false if there are none.
    pub(crate) async fn renew(&self, _rejected: &Credentials) -> Result<bool> {
        Ok(false)
    }
}
