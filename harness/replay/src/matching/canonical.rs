use http::Method;
use percent_encoding::percent_decode;

use super::json::Json;
use crate::cassette::Body;
use crate::template::{bind_json, bind_text, claims_of};
use crate::{Part, RecordedRequest, Request, Rule, Scheme, Target, Terms};

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
    pub(crate) fn recorded(
        request: &RecordedRequest,
        terms: &Terms,
    ) -> Result<Canonical, (&'static str, String)> {
        let target = request.url.bind_url(terms).and_then(|url| Target::parse(&url));
        let target = target.map_err(|reason| ("request.url", reason))?;
        let content = match &request.body {
            Some(body) => Content::recorded(body, terms)?,
            None => Content::Empty,
        };
        Ok(Canonical::of(&request.method, &target, content, &terms.ignore))
    }

    /// A live request, its body read in one of the ways of [`Content::readings`].
    pub(crate) fn live(request: &Request, content: Content, ignore: &[Rule]) -> Canonical {
        Canonical::of(&request.method, &request.target, content, ignore)
    }

    fn of(method: &Method, target: &Target, content: Content, ignore: &[Rule]) -> Canonical {
        let mut canonical = Canonical {
            method: method.clone(),
            scheme: target.scheme,
            host: target.host.clone(),
            port: target.port,
            path: path(&target.path),
            query: target.query.as_deref().map_or_else(Vec::new, |query| pairs(query.as_bytes())),
            content,
        };
        for rule in ignore {
            canonical.pass_over(rule);
        }
        canonical
    }

    /// The same with another body.
    pub(super) fn with(&self, content: Content, ignore: &[Rule]) -> Canonical {
        let mut canonical = Canonical { content, ..self.clone() };
        for rule in ignore {
            canonical.pass_over(rule);
        }
        canonical
    }

    /// Takes away what a rule passes over.
    pub(super) fn pass_over(&mut self, rule: &Rule) {
        if !rule.is_for(&self.path) {
            return;
        }
        match (&rule.part, &mut self.content) {
            (Part::Query(name), _) => self.query.retain(|(it, _)| it != name.as_bytes()),
            (Part::Form(name), Content::Form(pairs)) => {
                pairs.retain(|(it, _)| it != name.as_bytes());
                if pairs.is_empty() {
                    self.content = Content::Empty;
                }
            }
            (Part::Pointer(pointer), Content::Json(json)) => json.remove(pointer),
            (Part::Body, content) => *content = Content::Empty,
            (Part::Form(_) | Part::Pointer(_) | Part::Header(_), _) => {}
        }
    }
}

impl Content {
    fn recorded(body: &Body, terms: &Terms) -> Result<Content, (&'static str, String)> {
        let wrong = |field| move |reason| (field, reason);
        let json = |text: &str, field| {
            let got = crate::excerpt::short(text);
            let wanted =
                "wanted JSON to compare, its lists and objects nested at most 128 deep, of whole characters";
            Json::read(text).map(Content::Json).ok_or((field, format!("{wanted}, got {got}")))
        };
        match body {
            Body::Json(value) => {
                let text = bind_json(value, terms).map_err(wrong("request.body.json"))?;
                json(&text, "request.body.json")
            }
            Body::Form(pairs) if !pairs.is_empty() => {
                let bound = |text: &str| bind_text(text, terms).map(String::into_bytes);
                let pairs = pairs.iter().map(|(name, value)| Ok((bound(name)?, one_spelling(bound(value)?))));
                let pairs = pairs.collect::<Result<Vec<_>, String>>().map_err(wrong("request.body.form"))?;
                Ok(Content::Form(sorted(pairs.into_iter())))
            }
            Body::File(file) if file.is("json") => {
                let bytes = body.to_bytes(terms).map_err(wrong("request.body.file"))?;
                json(&String::from_utf8_lossy(&bytes), "request.body.file")
            }
            body => Ok(Content::bytes(&body.to_bytes(terms).map_err(wrong("request.body"))?)),
        }
    }

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
        (decode(name), one_spelling(decode(pair.get(name.len() + 1..).unwrap_or_default())))
    });
    sorted(decoded)
}

/// A JSON Web Token by what it claims: each run signs its own.
fn one_spelling(value: Vec<u8>) -> Vec<u8> {
    claims_of(&value).map_or(value, String::into_bytes)
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

/// What may stand in a segment of a path as it is, beside letters and digits. A secret such as `1234:key` is sent as it is
/// by one client, and encoded by another.
const HARMLESS: &[u8] = b"-._~!$&'()*+,;=:@";

/// Percent-encoding in one spelling: clients disagree on which harmless characters to encode, and in which case.
fn path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('%') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let digits = rest.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if byte.is_ascii_alphanumeric() || HARMLESS.contains(&byte) => {
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
            ("/bot12%3Akey%40x/%2B%3F", "/bot12:key@x/+%3F"),
            ("/100%", "/100%"),
            ("/%zz%+f%4", "/%zz%+f%4"),
            ("/%C3%A9", "/%C3%A9"),
            ("/%é", "/%é"),
        ] {
            assert_eq!(path(sent), canonical);
        }
    }
}
