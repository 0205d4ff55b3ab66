use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::json::Json;
use super::{Canonical, Content};

/// The most characters of a value that a difference shows, and around them the most bytes before what differs.
const SHOWN: usize = 120;
/// The most differences within one JSON body: past them the bodies are strangers, and more would only be longer.
const BODY: usize = 10;

/// One part in which a request is not the recorded one.
///
/// Values may hold what was sent in the query or the body, secrets included, never what was sent in headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `method`, `scheme`, `host`, `port`, `path`, `query NAME`, `body`, `body NAME` in a form, `body POINTER` in JSON,
    /// `body at byte N`; `times` where a request was answered as often as it was recorded.
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
    pub(crate) fn new(part: impl Into<String>, wanted: Option<&str>, got: Option<&str>) -> Difference {
        Difference { part: part.into(), wanted: wanted.map(short), got: got.map(short) }
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
    let mut differences = Vec::new();
    for reading in got {
        match (wanted, reading) {
            (Content::Json(wanted), Content::Json(got)) => {
                of_json("", wanted, got, &mut differences);
                return differences;
            }
            (Content::Form(wanted), Content::Form(got)) => return of_pairs("body", wanted, got),
            (Content::Bytes(wanted), Content::Bytes(got)) => return of_bytes(wanted, got),
            (Content::Empty, Content::Empty) => return differences,
            _ => {}
        }
    }
    let got = got.first().and_then(Content::shown);
    vec![Difference::new("body", wanted.shown().as_deref(), got.as_deref())]
}

impl Content {
    fn shown(&self) -> Option<String> {
        match self {
            Content::Empty => None,
            Content::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Content::Json(json) => Some(json.to_string()),
            Content::Form(pairs) => {
                Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
            }
        }
    }
}

/// By name: the values of a name that both have alike are no difference.
pub(super) fn of_pairs(part: &str, wanted: &[(String, String)], got: &[(String, String)]) -> Vec<Difference> {
    type Values<'a> = Vec<&'a str>;
    let mut names: BTreeMap<&str, (Values, Values)> = BTreeMap::new();
    for (name, value) in wanted {
        names.entry(name).or_default().0.push(value);
    }
    for (name, value) in got {
        names.entry(name).or_default().1.push(value);
    }
    let shown = |values: &Values| (!values.is_empty()).then(|| values.join(", "));
    let differing = names.into_iter().filter(|(_, (wanted, got))| wanted != got);
    differing
        .map(|(name, (wanted, got))| {
            Difference::new(format!("{part} {name}"), shown(&wanted).as_deref(), shown(&got).as_deref())
        })
        .collect()
}

fn of_bytes(wanted: &[u8], got: &[u8]) -> Vec<Difference> {
    if wanted == got {
        return Vec::new();
    }
    let start = wanted.iter().zip(got).take_while(|(wanted, got)| wanted == got).count();
    let rest = |bytes: &[u8]| {
        (start < bytes.len())
            .then(|| String::from_utf8_lossy(&bytes[start..bytes.len().min(start + 4 * SHOWN)]).into_owned())
    };
    vec![Difference::new(format!("body at byte {start}"), rest(wanted).as_deref(), rest(got).as_deref())]
}

fn of_json(pointer: &str, wanted: &Json, got: &Json, out: &mut Vec<Difference>) {
    let mut member = |key: &str, wanted: Option<&Json>, got: Option<&Json>| {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match (wanted, got) {
            (Some(wanted), Some(got)) => of_json(&pointer, wanted, got, out),
            (wanted, got) if out.len() < BODY => out.push(json_difference(&pointer, wanted, got)),
            _ => {}
        }
    };
    match (wanted, got) {
        (wanted, got) if wanted == got => {}
        (Json::Object(wanted), Json::Object(got)) => {
            for (key, value) in wanted {
                member(key, Some(value), got.get(key));
            }
            for (key, value) in got.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                member(key, None, Some(value));
            }
        }
        (Json::Array(wanted), Json::Array(got)) => {
            for position in 0..wanted.len().max(got.len()) {
                member(&position.to_string(), wanted.get(position), got.get(position));
            }
        }
        _ if out.len() < BODY => out.push(json_difference(pointer, Some(wanted), Some(got))),
        _ => {}
    }
}

fn json_difference(pointer: &str, wanted: Option<&Json>, got: Option<&Json>) -> Difference {
    let part = if pointer.is_empty() { "body".to_owned() } else { format!("body {pointer}") };
    Difference::new(part, wanted.map(Json::to_string).as_deref(), got.map(Json::to_string).as_deref())
}

/// One line of at most [`SHOWN`] characters.
pub(crate) fn short(text: &str) -> String {
    let mut characters = text.chars().flat_map(|character| {
        // Escaped, so that it stays one line and shows what it is.
        let escaped = character.is_control().then(|| character.escape_default());
        let plain = escaped.is_none().then_some(character);
        escaped.into_iter().flatten().chain(plain)
    });
    let mut short: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
