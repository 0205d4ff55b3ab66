use http::Method;

use super::json::Json;
use crate::cassette::Body;
use crate::{RecordedRequest, Request, Scheme, Target};

/// A request in the one form in which equal requests are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Canonical {
    pub(super) method: Method,
    pub(super) scheme: Scheme,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    /// Decoded and sorted: a multiset.
    pub(super) query: Vec<(String, String)>,
    pub(super) content: Content,
}

/// A body in the one form in which equal bodies of its kind are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Empty,
    Bytes(Vec<u8>),
    Json(Json),
    /// Decoded and sorted: a multiset.
    Form(Vec<(String, String)>),
}

impl Canonical {
    /// The recorded kind of body says how it is compared. The error is the field that cannot be and why.
    pub(crate) fn recorded(request: &RecordedRequest) -> Result<Canonical, (&'static str, String)> {
        let content = match &request.body {
            Some(Body::Json(value)) => {
                let got = super::short(value.get());
                let wanted = "wanted JSON to compare, nested at most 128 deep and of whole characters";
                let json =
                    Json::read(value.get()).ok_or(("request.body.json", format!("{wanted}, got {got}")))?;
                Content::Json(json)
            }
            Some(Body::Form(pairs)) if !pairs.is_empty() => Content::Form(sorted(pairs.clone())),
            Some(body) => Content::bytes(&body.to_bytes()),
            None => Content::Empty,
        };
        Ok(Canonical::of(&request.method, &request.url, content))
    }

    /// A live request, its body read in one of the ways of [`Content::readings`].
    pub(crate) fn live(request: &Request, content: Content) -> Canonical {
        Canonical::of(&request.method, &request.target, content)
    }

    fn of(method: &Method, target: &Target, content: Content) -> Canonical {
        Canonical {
            method: method.clone(),
            scheme: target.scheme,
            host: target.host.clone(),
            port: target.port,
            path: path(&target.path),
            query: target.query.as_deref().map_or_else(Vec::new, |query| pairs(query.as_bytes())),
            content,
        }
    }
}

impl Content {
    /// The ways to read a body that came over the wire, the closest to its bytes first. No header is asked what it is:
    /// clients call JSON a form and send forms without a word.
    pub(crate) fn readings(body: &[u8]) -> impl Iterator<Item = Content> {
        let json = || std::str::from_utf8(body).ok().and_then(Json::read).map(Content::Json);
        let form = || (!body.is_empty()).then(|| Content::Form(pairs(body)));
        std::iter::once_with(|| Some(Content::bytes(body)))
            .chain(std::iter::once_with(json))
            .chain(std::iter::once_with(form))
            .flatten()
    }

    fn bytes(body: &[u8]) -> Content {
        if body.is_empty() { Content::Empty } else { Content::Bytes(body.to_vec()) }
    }
}

/// The pairs of a query or form. `a` and `a=` are one, and so are `+` and `%20`.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    sorted(form_urlencoded::parse(text).into_owned().collect())
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort_unstable();
    pairs
}

/// Percent-encoding in one spelling: clients disagree on which harmless characters to encode, and in which case.
fn path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('%') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let digits = rest.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push_str(&digits.unwrap_or_default().to_ascii_uppercase());
            }
        }
        rest = &rest[digits.map_or(0, str::len)..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        for (sent, canonical) in [
            ("/%7euser/a%2fb", "/~user/a%2Fb"),
            ("/100%", "/100%"),
            ("/%zz%+f%4", "/%zz%+f%4"),
            ("/%C3%A9", "/%C3%A9"),
            ("/%é", "/%é"),
        ] {
            assert_eq!(path(sent), canonical);
        }
    }
}
