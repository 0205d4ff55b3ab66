use http::Method;
use percent_encoding::percent_decode;

use super::json::Json;
use crate::cassette::Body;
use crate::{RecordedRequest, Request, Scheme, Target};

/// A name and a value, decoded. Bytes: what is no UTF-8 is compared too.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// A request in the one form in which equal requests are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Canonical {
    pub(super) method: Method,
    pub(super) scheme: Scheme,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    /// Decoded and sorted: a multiset.
    pub(super) query: Vec<Pair>,
    pub(super) content: Content,
}

/// A body in the one form in which equal bodies of its kind are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Empty,
    Bytes(Vec<u8>),
    Json(Json),
    /// Decoded and sorted: a multiset.
    Form(Vec<Pair>),
}

impl Canonical {
    /// The recorded kind of body says how it is compared. The error is the field that cannot be and why.
    pub(crate) fn recorded(request: &RecordedRequest) -> Result<Canonical, (&'static str, String)> {
        let content = match &request.body {
            Some(Body::Json(value)) => {
                let got = crate::excerpt::short(value.get());
                let wanted = "wanted JSON to compare, its lists and objects nested at most 128 deep, of whole characters";
                let json =
                    Json::read(value.get()).ok_or(("request.body.json", format!("{wanted}, got {got}")))?;
                Content::Json(json)
            }
            Some(Body::Form(pairs)) if !pairs.is_empty() => Content::Form(recorded(pairs)),
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
fn pairs(text: &[u8]) -> Vec<Pair> {
    let written = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let decoded = written.map(|pair| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        (decode(name), decode(pair.get(name.len() + 1..).unwrap_or_default()))
    });
    sorted(decoded)
}

fn recorded(pairs: &[(String, String)]) -> Vec<Pair> {
    sorted(pairs.iter().map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes())))
}

fn sorted(pairs: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs.collect();
    pairs.sort_unstable();
    pairs
}

fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect()
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
    fn pairs_are_decoded_to_their_bytes() {
        let pair = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
        for (text, wanted) in [
            ("b=2&&a=x+%2B=y", vec![pair(b"a", b"x +=y"), pair(b"b", b"2")]),
            ("a&=b&=", vec![pair(b"", b""), pair(b"", b"b"), pair(b"a", b"")]),
            ("a=%FE%zz%", vec![pair(b"a", b"\xfe%zz%")]),
            ("", vec![]),
        ] {
            assert_eq!(pairs(text.as_bytes()), wanted, "{text}");
        }
    }

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
