use std::cell::OnceCell;
use std::fmt;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::excerpt::excerpt;
use super::field::field;
use super::quota::Quota;
use super::response::parsed;
use crate::Result;

/// An answer as a decision sees it: its status, its headers, and its body, or the first 2 MiB of a longer one.
pub struct Answer {
    /// The request that it answers, as messages name it.
    request: String,
    status: StatusCode,
    headers: HeaderMap,
    chunks: Vec<Bytes>,
    joined: OnceCell<Vec<u8>>,
}

impl Answer {
    pub(super) fn new(request: String, status: StatusCode, headers: HeaderMap, chunks: Vec<Bytes>) -> Self {
        Answer { request, status, headers, chunks, joined: OnceCell::new() }
    }

    /// The status, such as 404.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first header of that name, in any case; `None` also if it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON of the shape `T`.
    ///
    /// # Errors
    /// If the body has another shape, or is longer than what is here.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        parsed(&self.request, self.body())
    }

    /// One field of a JSON body, by its name or by a path of names and positions such as `errors.0.code`.
    ///
    /// A text comes as it is, anything else as JSON writes it: `true`, `7`. It is found in a long body too, if it
    /// stands in what is here of it.
    pub fn field(&self, path: &str) -> Option<String> {
        field(self.body(), path)
    }

    pub(super) fn quota(&self) -> Quota {
        Quota::of(&self.headers)
    }

    pub(super) fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status, &self.headers)
    }

    pub(super) fn parts(self) -> (StatusCode, HeaderMap, Vec<Bytes>) {
        (self.status, self.headers, self.chunks)
    }

    fn body(&self) -> &[u8] {
        match self.chunks.as_slice() {
            [one] => one,
            chunks => self.joined.get_or_init(|| chunks.concat()),
        }
    }
}

impl fmt::Debug for Answer {
    /// Neither the query nor the body, since both may hold what must not be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = self.request.split('?').next().unwrap_or_default();
        f.debug_struct("Answer")
            .field("request", &request)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}, saying {}", self.request, self.status, excerpt(self.body()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_in_pieces_is_read_as_one() {
        let headers = HeaderMap::from_iter([("x-why".parse().unwrap(), "late".parse().unwrap())]);
        let chunks = [r#"{"message": "#, r#""n"#, r#"o", "code": 7}"#].map(Bytes::from);
        let request = "GET https://a.test/x?key=k-1".to_owned();
        let answer = Answer::new(request, StatusCode::BAD_REQUEST, headers, chunks.into());
        assert_eq!(
            (answer.status(), answer.header("X-Why"), answer.header("x-no")),
            (400, Some("late"), None)
        );
        assert_eq!(answer.field("code").as_deref(), Some("7"));
        assert_eq!(answer.json::<serde_json::Value>().unwrap()["message"], "no");
        let told = "GET https://a.test/x?key=k-1 answered 400 Bad Request, saying `no`";
        assert_eq!(answer.to_string(), told);
        let shown = format!("{answer:?}");
        assert!(shown.contains("https://a.test/x") && !shown.contains("k-1"), "{shown}");
    }
}
