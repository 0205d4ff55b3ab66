use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::http::{Request, shortened};
use crate::json::field;
use crate::{Error, Result};

/// A page that has been read to its end, as it matters for the next.
pub(crate) struct Page<'a> {
    /// The request that it answers.
    pub(crate) request: &'a Request<'a>,
    pub(crate) headers: &'a HeaderMap,
    /// The body, with no elements in the array of records.
    pub(crate) envelope: &'a str,
    pub(crate) records: u64,
    /// The bytes of all its records.
    pub(crate) bytes: u64,
    /// A hash of the first record.
    pub(crate) first: u64,
    pub(crate) last: Option<&'a str>,
}

impl Page<'_> {
    /// The text or the number at `path` of the body; `None` where there is nothing, however it is said.
    pub(super) fn token(&self, path: &str) -> Result<Option<String>> {
        self.text(field(self.envelope, path), path)
    }

    /// The key of the last record.
    pub(super) fn last_key(&self, path: &str) -> Result<Option<String>> {
        let Some(last) = self.last else { return Ok(None) };
        let key = self.text(field(last, path), path)?;
        key.map(Some)
            .ok_or_else(|| self.odd(format_args!("no `{path}` in its last record, to go on after it")))
    }

    /// Whether the flag at `path` says that more follows; `None` if it says nothing.
    pub(super) fn flag(&self, path: &str) -> Result<Option<bool>> {
        match field(self.envelope, path) {
            None => Ok(None),
            Some("true" | "1" | "\"true\"") => Ok(Some(true)),
            Some("false" | "0" | "\"false\"" | "null" | "\"\"") => Ok(Some(false)),
            Some(other) => Err(self.odd(format_args!("`{}` for the flag `{path}`", shortened(other)))),
        }
    }

    /// The number of all records, at `path`; `None` if it is not said.
    pub(super) fn total(&self, path: &str) -> Result<Option<u64>> {
        let Some(text) = self.token(path)? else { return Ok(None) };
        let wrong = || self.odd(format_args!("`{}` for the total `{path}`", shortened(&text)));
        text.parse().map(Some).map_err(|_| wrong())
    }

    /// The error of an answer that paging cannot use.
    pub(super) fn odd(&self, what: impl std::fmt::Display) -> Error {
        match self.request.shown() {
            Ok(request) => Error::system(format!("{request} answered with {what}")),
            Err(error) => error,
        }
    }

    fn text(&self, json: Option<&str>, path: &str) -> Result<Option<String>> {
        match json {
            None | Some("null" | "false" | "\"\"") => Ok(None),
            Some(text) if text.starts_with('"') => Ok(serde_json::from_str(text).ok()),
            Some(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Ok(Some(text.to_owned()))
            }
            Some(text) => {
                let text = Value::String(shortened(text)).to_string();
                Err(self.odd(format_args!("{text} at `{path}`, where a text or a number was expected")))
            }
        }
    }
}
