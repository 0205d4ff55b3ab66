//! The values in requests and answers, one by one.

use std::borrow::Cow;

use http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::encoded::Encoded;
use super::json::{self, Leaf, Sink};
use super::url::decode;
use super::{header, name};
use crate::Take;

/// Where in a request a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// A header that says who asks.
    Credential,
    /// Another header.
    Header,
    /// A name in a query, a form or JSON.
    Field,
    /// A part of the path.
    Segment,
}

/// A value in an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered<'a> {
    /// Where it stands: a JSON pointer with `*` for every item of a list, or the name of a header.
    pub(super) pointer: &'a str,
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) number: bool,
}

/// Shows each value of the body of an answer.
pub(super) fn answered(take: &Take, see: &mut dyn FnMut(Answered<'_>)) {
    let Ok(text) = std::str::from_utf8(&take.body) else { return };
    let mut show =
        |pointer: &str, name: &str, text: &str, number: bool| see(Answered { pointer, name, text, number });
    if json::is_structure(text) || text.starts_with('"') && serde_json::from_str::<String>(text).is_ok() {
        leaves(text, &mut |path, leaf| {
            let name = path.iter().rev().find(|name| *name != "*").map_or("", String::as_str);
            let pointer = path.join("/");
            match leaf {
                Leaf::Key(_) => {}
                Leaf::String(text) => show(&pointer, name, text, false),
                Leaf::Number(text) => show(&pointer, name, text, true),
            }
        });
    } else if text.trim_start().starts_with('<') {
        for (start, _) in text.match_indices("</") {
            let tag = text[start + 2..].split('>').next().unwrap_or_default().trim();
            let value = text[..start].rsplit('>').next().unwrap_or_default();
            show(tag, tag.rsplit(':').next().unwrap_or(tag), value.trim(), false);
        }
    } else if text.contains('=') && !text.contains(char::is_whitespace) {
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            show(&name, &name, &value, false);
        }
    } else if !text.trim().contains(char::is_whitespace) {
        show("body", "body", text.trim(), false);
    }
}

/// Shows each value of the headers of an answer, but not its cookies.
pub(super) fn answered_headers(headers: &HeaderMap, see: &mut dyn FnMut(Answered<'_>)) {
    for (name, value) in headers {
        if let Some(text) = value.to_str().ok().filter(|_| *name != http::header::SET_COOKIE) {
            see(Answered { pointer: name.as_str(), name: name.as_str(), text, number: false });
            if let Some((_, last)) = text.rsplit_once(' ') {
                see(Answered { pointer: name.as_str(), name: name.as_str(), text: last, number: false });
            }
        }
    }
}

/// The cookies that an answer sets: name and value.
pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let set = headers
        .get_all(http::header::SET_COOKIE)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    set.filter_map(|cookie| {
        let (name, value) = cookie.split(';').next()?.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

/// Shows each value of a request: where it stands, its name, and what it is.
pub(super) fn carried(take: &Take, see: &mut dyn FnMut(Carrier, &str, &str)) {
    for (name, value) in &take.request.headers {
        if let Some(text) =
            std::str::from_utf8(value.as_bytes()).ok().filter(|_| !header::is_plain(name.as_str()))
        {
            let credential = name::is_credential_header(name.as_str());
            let carrier = if credential { Carrier::Credential } else { Carrier::Header };
            in_header(name.as_str(), text, &mut |value| see(carrier, name.as_str(), value));
        }
    }
    let target = &take.request.target;
    for segment in target.path.split('/').filter(|segment| !segment.is_empty()) {
        if let Ok(segment) = percent_decode_str(segment).decode_utf8() {
            see(Carrier::Segment, "", &segment);
        }
    }
    pairs(target.query.as_deref().unwrap_or_default(), &mut |name, value| see(Carrier::Field, name, value));
    let Ok(text) = std::str::from_utf8(&take.request.body) else { return };
    if json::is_structure(text) {
        leaves(text, &mut |path, leaf| {
            let name = path.iter().rev().find(|name| *name != "*").map_or("", String::as_str);
            if let Leaf::String(text) | Leaf::Number(text) = leaf {
                see(Carrier::Field, name, text);
            }
        });
    } else if text.trim_start().starts_with('<') {
        for (start, _) in text.match_indices("</") {
            let tag = text[start + 2..].split('>').next().unwrap_or_default();
            let value = text[..start].rsplit('>').next().unwrap_or_default();
            see(Carrier::Field, tag.rsplit(':').next().unwrap_or(tag).trim(), value.trim());
        }
    } else if text.contains('=') {
        pairs(text, &mut |name, value| see(Carrier::Field, name, value));
    }
}

/// The value, its last word, its parts as in `a="b", c="d"`, and both halves of a Basic one.
fn in_header(name: &str, text: &str, see: &mut dyn FnMut(&str)) {
    if name == "cookie" {
        for cookie in text.split(';') {
            see(cookie.split_once('=').map_or(cookie, |(_, value)| value).trim());
        }
        return;
    }
    see(text);
    let Some((scheme, rest)) = text.split_once(' ') else { return };
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = Encoded::whole(rest.trim()).and_then(|encoded| String::from_utf8(encoded.bytes).ok());
        if let Some((user, password)) = decoded.as_deref().and_then(|decoded| decoded.split_once(':')) {
            [user, password].into_iter().for_each(see);
        }
        return;
    }
    see(text.rsplit(' ').next().unwrap_or_default());
    for part in rest.split(',').filter_map(|part| part.split_once('=')) {
        see(part.1.trim().trim_matches('"'));
    }
}

/// Shows the pairs of a query or form, decoded.
pub(super) fn pairs(text: &str, see: &mut dyn FnMut(&str, &str)) {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if let (Some(name), Some(value)) = (decode(name), decode(value)) {
            see(&name, &value);
        }
    }
}

fn leaves(json: &str, see: &mut dyn FnMut(&[String], Leaf<'_>)) {
    struct Seeing<'a>(&'a mut dyn FnMut(&[String], Leaf<'_>));

    impl Sink for Seeing<'_> {
        fn plain(&mut self, _: &str) {}

        fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, _: &str) {
            (self.0)(path, leaf);
        }
    }

    json::walk(json, &mut Seeing(see));
}

/// The query of a URL that stands in a text.
pub(super) fn query_in(text: &str) -> Option<Cow<'_, str>> {
    let start = text.find("://")?;
    let (_, query) = text[start..].split_once('?')?;
    let end = query.find(|it: char| it.is_whitespace() || "\"'<>#".contains(it)).unwrap_or(query.len());
    Some(Cow::Borrowed(&query[..end]))
}
