use std::fmt;

use reqwest::header::HeaderName;

use super::credentials::{Credentials, sensitive};
use crate::{Error, Result};

/// Credentials that are the same for every request.
pub(super) struct Fixed {
    place: Place,
    value: String,
}

#[derive(Debug)]
enum Place {
    Header(String),
    Query(String),
}

impl Fixed {
    pub(super) fn header(name: &str, value: String) -> Self {
        Fixed { place: Place::Header(name.to_owned()), value }
    }

    pub(super) fn query(name: &str, value: String) -> Self {
        Fixed { place: Place::Query(name.to_owned()), value }
    }

    pub(super) fn credentials(&self) -> Result<Credentials> {
        let mut credentials = Credentials { headers: Vec::new(), query: Vec::new(), which: 0 };
        match &self.place {
            Place::Query(name) => credentials.query.push((name.clone(), self.value.clone())),
            Place::Header(name) => {
                let field = HeaderName::try_from(name)
                    .map_err(|_| Error::system(format!("`{name}` is no name of a header")))?;
                let value = sensitive(name, &self.value)?;
                credentials.headers.push((field, value));
            }
        }
        Ok(credentials)
    }
}

impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Auth, FailureType, Secret};

    fn secret(text: &str) -> Secret {
        serde_json::from_value(json!(text)).unwrap()
    }

    #[tokio::test]
    async fn each_kind_puts_its_key_where_it_belongs() {
        let key = secret("k-123");
        let kinds = [
            (Auth::bearer(&key), "authorization", "Bearer k-123"),
            (Auth::scheme("Token", &key), "authorization", "Token k-123"),
            (Auth::basic("me", &key), "authorization", "Basic bWU6ay0xMjM="),
            (Auth::header("X-Api-Key", &key), "x-api-key", "k-123"),
        ];
        for (auth, name, value) in kinds {
            let credentials = auth.credentials().await.unwrap();
            let (field, sent) = &credentials.headers[0];
            assert_eq!((field.as_str(), sent.to_str().unwrap()), (name, value));
            assert!(sent.is_sensitive() && credentials.query.is_empty());
            assert!(!auth.renew(&credentials).await.unwrap());
        }
        let credentials = Auth::query("api_key", &key).credentials().await.unwrap();
        assert_eq!(credentials.query, [("api_key".to_owned(), "k-123".to_owned())]);
        assert!(credentials.headers.is_empty());
    }

    #[tokio::test]
    async fn debug_shows_names_alone() {
        let key = secret("k-123");
        for auth in [Auth::header("x-key", &key), Auth::query("x-key", &key)] {
            let shown = format!("{auth:?} {:?}", auth.credentials().await.unwrap());
            assert!(shown.matches("x-key").count() == 2 && !shown.contains("k-123"), "{shown}");
        }
    }

    #[tokio::test]
    async fn a_key_that_no_header_can_hold_is_refused_unquoted() {
        let error = Auth::bearer(&secret("k-123\n")).credentials().await.unwrap_err();
        assert_eq!(error.failure_type(), FailureType::ConfigError);
        assert!(error.to_string().contains("`authorization`") && !error.chain().contains("k-123"), "{error}");
        let error = Auth::header("x key", &secret("k")).credentials().await.unwrap_err();
        assert_eq!(error.to_string(), "`x key` is no name of a header");
    }
}
