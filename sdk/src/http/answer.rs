use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::excerpt::excerpt;
use super::field::field;
use super::quota::Quota;
use super::response::Response;
use crate::Result;

/// An answer as a decision sees it: its status, its headers, and its body, or the first 2 MiB of a longer one.
pub struct Answer(Response);

impl Answer {
    pub(super) fn new(request: String, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        Answer(Response::new(request, status, headers, body))
    }

    /// The status, such as 404.
    pub fn status(&self) -> u16 {
        self.0.status()
    }

    /// The first header of that name, in any case; `None` also if it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.header(name)
    }

    /// The body as JSON of the shape `T`.
    ///
    /// # Errors
    /// If the body has another shape, or is longer than what is here.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.0.json()
    }

    /// One field of a JSON body, by its name or by a path of names and positions such as `errors.0.code`.
    ///
    /// A text comes as it is, anything else as JSON writes it: `true`, `7`. It is found in a long body too, if it
    /// stands in what is here of it.
    pub fn field(&self, path: &str) -> Option<String> {
        field(self.0.bytes(), path)
    }

    pub(super) fn quota(&self) -> Quota {
        Quota::of(self.head().1)
    }

    pub(super) fn head(&self) -> (StatusCode, &HeaderMap) {
        self.0.head()
    }

    pub(super) fn parts(self) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.0.parts()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answer").field(&self.0).finish()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, saying {}", self.0.told(), excerpt(self.0.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_read_and_told() {
        let headers = HeaderMap::from_iter([("x-why".parse().unwrap(), "late".parse().unwrap())]);
        let body = r#"{"message": "no", "code": 7}"#;
        let request = "GET https://a.test/x?key=k-1".to_owned();
        let answer = Answer::new(request, StatusCode::BAD_REQUEST, headers, body.into());
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
