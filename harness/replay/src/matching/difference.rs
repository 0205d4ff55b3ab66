use std::borrow::Cow;
use std::fmt;

use form_urlencoded::byte_serialize;
use serde::Serialize;

use super::canonical::Pair;
use super::json::{self, Json};
use super::{Canonical, Content};
use crate::excerpt::{SHOWN, short};

/// The most differences within one query or body: past them these are strangers, and more would only be longer.
pub(super) const MOST: usize = 10;

/// One part in which a request is not the recorded one.
///
/// Values may hold what was sent in the query or the body, secrets included, never what was sent in headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `method`, `scheme`, `host`, `port`, `path`, `query NAME`, `body`, `body NAME` in a form, `body POINTER` in JSON,
    /// `body at byte N`, `header NAME`, shortened where it is long; `times` where a request was answered as often as it was recorded.
    pub part: String,
    /// What was recorded; `None` where the part was not there. Shortened where it is long.
    pub wanted: Option<String>,
    /// What came, likewise.
    pub got: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_nothing = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{}: wanted {}, got {}", self.part, or_nothing(&self.wanted), or_nothing(&self.got))
    }
}

impl Difference {
    /// Shortens what is long, and makes one line of it.
    pub fn new(part: &str, wanted: Option<&str>, got: Option<&str>) -> Difference {
        Difference { part: short(part), wanted: wanted.map(short), got: got.map(short) }
    }
}

/// All that differs but the body, in the order of a URL.
pub(super) fn of_head(wanted: &Canonical, got: &Canonical) -> Vec<Difference> {
    let plain = [
        ("method", wanted.method.as_str(), got.method.as_str()),
        ("scheme", wanted.scheme.as_str(), got.scheme.as_str()),
        ("host", &wanted.host, &got.host),
        ("port", &wanted.port.to_string(), &got.port.to_string()),
        ("path", &wanted.path, &got.path),
    ];
    let differing = plain.into_iter().filter(|(_, wanted, got)| wanted != got);
    let mut differences: Vec<_> =
        differing.map(|(part, wanted, got)| Difference::new(part, Some(wanted), Some(got))).collect();
    differences.extend(of_pairs("query", &wanted.query, &got.query));
    differences
}

/// What differs in the body; `got` is one body in all its readings.
pub(super) fn of_content(wanted: &Content, got: &[Content]) -> Vec<Difference> {
    match alike(wanted, got) {
        Some((Content::Json(wanted), Content::Json(got))) => {
            let found = json::differing(wanted, got, MOST);
            found.into_iter().map(|(pointer, wanted, got)| of_json(&pointer, wanted, got)).collect()
        }
        Some((Content::Form(wanted), Content::Form(got))) => of_pairs("body", wanted, got),
        Some((Content::Bytes(wanted), Content::Bytes(got))) => of_bytes(wanted, got),
        Some((Content::Empty, _)) => Vec::new(),
        _ => {
            let got = got.first().and_then(Content::shown);
            vec![Difference::new("body", wanted.shown().as_deref(), got.as_deref())]
        }
    }
}

/// How many differences [`of_content`] shows, without showing them.
pub(super) fn count_in_content(wanted: &Content, got: &[Content]) -> usize {
    match alike(wanted, got) {
        Some((Content::Json(wanted), Content::Json(got))) => json::differing(wanted, got, MOST).len(),
        Some((Content::Form(wanted), Content::Form(got))) => count_in_pairs(wanted, got),
        Some((wanted, got)) => usize::from(wanted != got),
        None => 1,
    }
}

/// The recorded content and the reading that is of its kind.
fn alike<'a>(wanted: &'a Content, got: &'a [Content]) -> Option<(&'a Content, &'a Content)> {
    let kind = std::mem::discriminant(wanted);
    got.iter().find(|reading| std::mem::discriminant(*reading) == kind).map(|reading| (wanted, reading))
}

impl Content {
    fn shown(&self) -> Option<String> {
        match self {
            Content::Empty => None,
            Content::Bytes(bytes) => Some(text(bytes)),
            Content::Json(json) => Some(json.to_string()),
            Content::Form(pairs) => {
                let encoded = |bytes: &[u8]| byte_serialize(bytes).collect::<String>();
                let shown = pairs.iter().take(SHOWN);
                let shown: Vec<_> =
                    shown.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
                Some(shown.join("&"))
            }
        }
    }
}

/// By name: the values of a name that both have alike are no difference.
fn of_pairs(part: &str, wanted: &[Pair], got: &[Pair]) -> Vec<Difference> {
    let shown = |pairs: &[Pair]| {
        let values: Vec<_> = pairs.iter().take(SHOWN).map(|(_, value)| readable(value)).collect();
        (!values.is_empty()).then(|| values.join(", "))
    };
    differing(wanted, got)
        .take(MOST)
        .map(|(name, wanted, got)| {
            let part = format!("{part} {}", readable(name));
            Difference::new(&part, shown(wanted).as_deref(), shown(got).as_deref())
        })
        .collect()
}

/// How many differences [`of_pairs`] shows, without showing them.
pub(super) fn count_in_pairs(wanted: &[Pair], got: &[Pair]) -> usize {
    differing(wanted, got).take(MOST).count()
}

/// The names of sorted pairs whose values differ, with all pairs of that name on both sides.
fn differing<'a>(
    mut wanted: &'a [Pair],
    mut got: &'a [Pair],
) -> impl Iterator<Item = (&'a [u8], &'a [Pair], &'a [Pair])> {
    fn of_name<'a>(pairs: &mut &'a [Pair], name: &[u8]) -> &'a [Pair] {
        let (named, rest) = pairs.split_at(pairs.partition_point(|pair| pair.0 == name));
        *pairs = rest;
        named
    }
    let both = std::iter::from_fn(move || {
        let name: &'a [u8] = wanted.first().into_iter().chain(got.first()).map(|pair| &*pair.0).min()?;
        Some((name, of_name(&mut wanted, name), of_name(&mut got, name)))
    });
    both.filter(|(_, wanted, got)| wanted != got)
}

/// As text where it is some, else percent-encoded, so that no two values look alike.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| byte_serialize(bytes).collect::<String>().into(), Cow::from)
}

fn of_bytes(wanted: &[u8], got: &[u8]) -> Vec<Difference> {
    if wanted == got {
        return Vec::new();
    }
    let start = wanted.iter().zip(got).take_while(|(wanted, got)| wanted == got).count();
    let rest = |bytes: &[u8]| (start < bytes.len()).then(|| text(&bytes[start..]));
    vec![Difference::new(&format!("body at byte {start}"), rest(wanted).as_deref(), rest(got).as_deref())]
}

/// The beginning of what may be no text, enough to be shortened.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(5 * SHOWN)]).into_owned()
}

fn of_json(pointer: &str, wanted: Option<&Json>, got: Option<&Json>) -> Difference {
    let part = if pointer.is_empty() { "body".to_owned() } else { format!("body {pointer}") };
    Difference::new(&part, wanted.map(Json::to_string).as_deref(), got.map(Json::to_string).as_deref())
}
