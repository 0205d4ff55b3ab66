//! Headers that are compared: those whose recorded value holds an expression, a secret as a rule.

use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Difference;
use crate::template::claims_of;
use crate::{Header, Part, RecordedRequest, Rule, Terms};

/// A header that a request must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Credential {
    name: HeaderName,
    /// As it is written in the cassette: what messages may show.
    written: String,
    wanted: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Wanted {
    Value(HeaderValue),
    /// Any value that begins so.
    Begins(Vec<u8>),
}

/// In the place of what cannot be told.
const OPAQUE: &str = "{{opaque}}";

impl Credential {
    /// The headers of a recorded request that are compared.
    pub(super) fn all_of(request: &RecordedRequest, terms: &Terms) -> Result<Vec<Credential>, String> {
        let compared = request.headers.iter().filter(|header| {
            let passed_over = |rule: &Rule| rule.part == Part::Header(header.name.clone());
            header.value.has_expressions() && !terms.ignore.iter().any(passed_over)
        });
        compared.map(|header| Credential::of(header, terms)).collect()
    }

    fn of(header: &Header, terms: &Terms) -> Result<Credential, String> {
        let written = header.value.as_str().to_owned();
        let wanted = match written.strip_suffix(OPAQUE) {
            Some(head) => {
                let head = Header { name: header.name.clone(), value: crate::Template::new(head) };
                Wanted::Begins(head.bind(terms)?.as_bytes().to_vec())
            }
            None => Wanted::Value(header.bind(terms)?),
        };
        Ok(Credential { name: header.name.clone(), written, wanted })
    }

    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        headers.get_all(&self.name).iter().any(|got| match &self.wanted {
            Wanted::Value(wanted) => {
                wanted == got
                    || (self.name == COOKIE && cookies(wanted) == cookies(got))
                    || is_same_token(wanted, got)
            }
            Wanted::Begins(head) => got.as_bytes().starts_with(head) && got.len() > head.len(),
        })
    }

    /// Names no value that was sent: it may be a secret.
    pub(super) fn difference(&self, headers: &HeaderMap) -> Difference {
        let got = headers.contains_key(&self.name).then_some("another value");
        Difference::new(&format!("header {}", self.name), Some(&self.written), got)
    }
}

/// A JSON Web Token by what it claims, after the same words: each run signs its own.
fn is_same_token(wanted: &HeaderValue, got: &HeaderValue) -> bool {
    let [wanted, got] = [wanted, got].map(|value| {
        let bytes = value.as_bytes();
        let words = bytes.iter().rposition(|byte| *byte == b' ').map_or(0, |space| space + 1);
        (&bytes[..words], claims_of(&bytes[words..]))
    });
    wanted.1.is_some() && wanted == got
}

/// Cookies come in any order.
fn cookies(value: &HeaderValue) -> Vec<&[u8]> {
    let mut cookies: Vec<_> = value.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii).collect();
    cookies.sort_unstable();
    cookies
}
