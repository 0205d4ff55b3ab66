use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::excerpt::{excerpt, shortened};
use crate::{Error, Result};

/// How many bytes of an answer are kept at most: 256 MiB, decoded.
pub(super) const LARGEST: usize = 256 * 1024 * 1024;

/// An answer, whole.
///
/// Its status is one of success, unless the [`Api`](crate::Api) was told to accept or ignore others. One of more than
/// 256 MiB, decoded, is refused: ask for less at a time.
///
/// ```
/// # use connector_sdk::{Api, Result};
/// # async fn plan(api: &Api) -> Result<String> {
/// #[derive(serde::Deserialize)]
/// struct Account {
///     plan: String,
/// }
/// let response = api.get("account").send().await?;
/// Ok(response.json::<Account>()?.plan)
/// # }
/// ```
pub struct Response {
    /// The request that it answers, as messages name it.
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl fmt::Debug for Response {
    /// Neither the query nor the body, since both may hold what must not be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = self.request.split('?').next().unwrap_or_default();
        f.debug_struct("Response")
            .field("request", &request)
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Response {
    pub(super) fn new(request: String, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        Response { request, status, headers, body }
    }

    /// The status, such as 200.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first header of that name, in any case; `None` also if it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The request and the status in a sentence; nothing of the body.
    pub(crate) fn told(&self) -> String {
        format!("{} answered {}", self.request, self.status)
    }

    pub(super) fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status, &self.headers)
    }

    pub(super) fn parts(self) -> (StatusCode, HeaderMap, Vec<u8>) {
        (self.status, self.headers, self.body)
    }

    /// The body, decoded.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON of the shape `T`. It may borrow: `&RawValue` is a piece of the body as it came.
    ///
    /// # Errors
    /// If the body has another shape; the error names the request, the place in the body, and how the body begins.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        let unexpected = |place: &str, error: &serde_json::Error| {
            let (request, error) = (&self.request, shortened(&error.to_string()));
            let excerpt = excerpt(&self.body);
            Error::system(format!(
                "{request} answered with an unexpected body{place}: {error}; the body is {excerpt}"
            ))
        };
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let place = error.path().to_string();
            unexpected(&format!(" at `{place}`"), error.inner())
        })?;
        json.end().map_err(|error| unexpected("", &error))?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        rates: &'a RawValue,
    }

    fn response(body: &str) -> Response {
        Response::new("GET https://a.test/x".into(), StatusCode::OK, HeaderMap::new(), body.into())
    }

    #[test]
    fn raw_values_are_pieces_of_the_body() {
        let response = response(r#"{"rates": {"USD": 1.0950000}}"#);
        assert_eq!(response.json::<Page<'_>>().unwrap().rates.get(), r#"{"USD": 1.0950000}"#);
    }

    #[test]
    fn another_shape_names_request_and_place() {
        #[derive(Debug, Deserialize)]
        struct Answer {
            #[expect(dead_code, reason = "only its type matters")]
            items: Vec<u8>,
        }
        let error = response(r#"{"items": [1, "two"]}"#).json::<Answer>().unwrap_err().to_string();
        assert!(
            error.starts_with("GET https://a.test/x answered with an unexpected body at `items[1]`"),
            "{error}"
        );
    }

    #[test]
    fn a_long_value_in_the_wrong_place_is_cut() {
        let body = format!(r#"{{"items": "{}"}}"#, "x".repeat(5000));
        let error = response(&body).json::<Vec<u8>>().unwrap_err().to_string();
        assert!(error.len() < 600, "{error}");
        let error = response(&format!("\"{}\"", "x".repeat(5000))).json::<u8>().unwrap_err().to_string();
        assert!(error.contains("invalid type: string \"xxx") && error.len() < 600, "{error}");
    }

    #[test]
    fn debug_shows_neither_query_nor_body() {
        let response = Response { request: "GET https://a.test/x?key=k-1".into(), ..response("k-1") };
        let shown = format!("{response:?}");
        assert!(shown.contains("https://a.test/x") && !shown.contains("k-1"), "{shown}");
    }

    #[test]
    fn a_page_of_html_is_shown_by_its_beginning() {
        let error = response("<html>Please log in</html>").json::<Page<'_>>().unwrap_err().to_string();
        assert!(error.ends_with("the body is `<html>Please log in</html>`"), "{error}");
    }
}
