//! A request by the values in it that may differ from page to page, and what its answer says of the next one.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use connector_replay::{Interaction, Part, Request, Terms};
use serde_json::Value;
use url::Url;

use super::leaf::{self, Leaf};

/// The most values of one request that are looked at.
const SLOTS: usize = 100;

/// One request and its last answer.
#[derive(Debug)]
pub(super) struct Page {
    /// Method, scheme, host and port.
    origin: String,
    pub(super) path: String,
    /// Names and values, sorted.
    pub(super) slots: Vec<Slot>,
    pub(super) leaves: Vec<Leaf>,
    /// The URLs that the answer calls next, in the form of [`Page::line`].
    pub(super) next: Vec<String>,
}

/// A value in a query or body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot {
    /// `query NAME`, `form NAME` or `body POINTER`.
    pub(super) name: String,
    pub(super) value: String,
}

/// What the names of that which points at a next page hold, as a parameter or as a field of an answer.
const POINTERS: [&str; 12] = [
    "after", "before", "bookmark", "continu", "cursor", "last", "marker", "next", "offset", "page", "scroll",
    "token",
];

/// Whether a name is of something that points at a next page.
pub(super) fn is_pointer(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    POINTERS.iter().any(|word| name.contains(word))
}

impl Page {
    /// `None` of a request that cannot be asked.
    pub(super) fn new(interaction: &Interaction, terms: &Terms) -> Option<Page> {
        let request = interaction.request.asked(terms).ok()?;
        let leaves = leaf::leaves(&interaction.response, terms);
        let mut slots = slots(&request);
        slots.retain(|slot| {
            !terms.ignore.iter().any(|rule| {
                let part = match slot.name.split_once(' ') {
                    Some(("query", name)) => Part::Query(name.to_owned()),
                    Some(("form", name)) => Part::Form(name.to_owned()),
                    Some((_, pointer)) => Part::Pointer(pointer.to_owned()),
                    None => Part::Body,
                };
                rule.part == part && rule.is_for(&request.target.path)
            })
        });
        slots.sort();
        slots.truncate(SLOTS);
        let target = &request.target;
        let origin =
            format!("{} {}://{}:{}", request.method, target.scheme.as_str(), target.host, target.port);
        let next = next(&request, &leaves, &origin);
        Some(Page { origin, path: target.path.clone(), slots, leaves, next })
    }

    /// Method and URL, the query in one order.
    pub(super) fn line(&self) -> String {
        let pairs =
            self.slots.iter().filter_map(|slot| Some((slot.name.strip_prefix("query ")?, &*slot.value)));
        line(&self.origin, &self.path, pairs)
    }

    /// The same for requests that differ in this one value alone; without one, in none.
    pub(super) fn without(&self, slot: Option<usize>) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.origin, &self.path).hash(&mut hasher);
        for (_, other) in self.slots.iter().enumerate().filter(|(index, _)| Some(*index) != slot) {
            other.hash(&mut hasher);
        }
        hasher.finish()
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.slots.iter().find(|slot| slot.name == name).map(|slot| &*slot.value)
    }

    /// Every place in which an identifier may stand, in a name that requests of one kind share, and what stands there.
    pub(super) fn places(&self) -> Vec<(String, &str)> {
        let origin = &self.origin;
        let segments: Vec<&str> = self.path.split('/').collect();
        let depth = segments.len();
        let path = segments.windows(2).enumerate().filter_map(|(index, pair)| match pair {
            [before, segment] => Some((format!("{origin} {index} {before}"), *segment)),
            _ => None,
        });
        let slots = self.slots.iter().flat_map(|slot| {
            // A list of identifiers in JSON or between commas is many in one place.
            let steps =
                slot.name.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
            let name = format!("{origin} {depth} {}", steps.collect::<Vec<_>>().join("/"));
            slot.value.split(',').map(move |value| (name.clone(), value.trim()))
        });
        path.chain(slots).collect()
    }
}

fn slots(request: &Request) -> Vec<Slot> {
    let slot = |kind: &str, name: &str, value: &str| Slot {
        name: format!("{kind} {name}"),
        value: value.to_owned(),
    };
    let pairs = |kind: &'static str, text: &[u8]| -> Vec<Slot> {
        form_urlencoded::parse(text).map(|(name, value)| slot(kind, &name, &value)).collect()
    };
    let mut slots = pairs("query", request.target.query.as_deref().unwrap_or_default().as_bytes());
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(json) => in_json(&json, &mut String::new(), &mut slots),
        Err(_) if !request.body.is_empty() => slots.extend(pairs("form", &request.body)),
        Err(_) => {}
    }
    slots
}

/// Places in lists count here, since order matters in a request.
fn in_json(json: &Value, pointer: &mut String, slots: &mut Vec<Slot>) {
    let length = pointer.len();
    let mut visit = |step: &str, value: &Value, slots: &mut Vec<Slot>| {
        pointer.push('/');
        pointer.push_str(step);
        in_json(value, pointer, slots);
        pointer.truncate(length);
    };
    match json {
        Value::Object(members) => members.iter().for_each(|(name, value)| visit(name, value, slots)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| visit(&index.to_string(), value, slots));
        }
        // Not there yet is the same as nothing.
        Value::Null => {}
        Value::String(text) => slots.push(Slot { name: format!("body {pointer}"), value: text.clone() }),
        plain => slots.push(Slot { name: format!("body {pointer}"), value: plain.to_string() }),
    }
}

/// What an answer calls next: `Link: <URL>; rel="next"`, and URLs in fields whose names hold that word.
fn next(request: &Request, leaves: &[Leaf], origin: &str) -> Vec<String> {
    let mut found = Vec::new();
    for leaf in leaves {
        if leaf.place == "header link" {
            let links = leaf.text.split('<').filter_map(|link| link.split_once('>'));
            let is_next = |parameters: &str| {
                let parameters = parameters.to_ascii_lowercase();
                parameters.contains("rel=\"next\"") || parameters.contains("rel=next")
            };
            found.extend(links.filter(|(_, parameters)| is_next(parameters)).map(|(url, _)| url));
        } else if leaf.place.to_ascii_lowercase().contains("next")
            && !leaf.is_listed()
            && (leaf.text.starts_with(['/', '?']) || leaf.text.starts_with("http"))
        {
            found.push(&leaf.text);
        }
    }
    let base = Url::parse(&request.target.to_string()).ok();
    let resolve = |link: &str| {
        let url = base.as_ref()?.join(link).ok()?;
        let mut pairs: Vec<_> = url.query_pairs().into_owned().collect();
        pairs.sort();
        let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
        let method = origin.split(' ').next()?;
        let origin =
            format!("{method} {}://{}:{}", url.scheme(), url.host_str()?, url.port_or_known_default()?);
        Some(line(&origin, url.path(), pairs))
    };
    found.into_iter().filter_map(resolve).collect()
}

fn line<'a>(origin: &str, path: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{origin}{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::interaction;
    use super::*;

    fn page(interaction: &Interaction) -> Page {
        Page::new(interaction, &Terms::default()).unwrap()
    }

    #[test]
    fn a_next_page_is_known_however_it_is_linked() {
        let next = page(&interaction("/v1/x?b=2&a=1", "1")).line();
        for body in [
            r#"{"next": "https://a.test/v1/x?a=1&b=2"}"#,
            r#"{"links": {"next": {"href": "/v1/x?b=2&a=1"}}}"#,
            r#"{"nextPage": "?a=1&b=2"}"#,
        ] {
            assert_eq!(page(&interaction("/v1/x", body)).next, [next.as_str()], "{body}");
        }
        let mut linked = interaction("/v1/x", "1");
        let link = r#"[["link", "</v1/x>; rel=\"first\", </v1/x?a=1&b=2>; rel=\"next\""]]"#;
        linked.response.headers = serde_json::from_str(link).unwrap();
        assert_eq!(page(&linked).next, [next.as_str()]);
        assert_eq!(page(&interaction("/v1/x", r#"{"self": "?a=1"}"#)).next, [""; 0]);
    }

    #[test]
    fn identifiers_stand_in_paths_queries_and_bodies() {
        let mut asked = interaction("/users/7/posts?ids=1,2", "1");
        asked.request.body = serde_json::from_str(r#"{"json": {"of": [{"id": 3}, {"id": 4}]}}"#).unwrap();
        let page = page(&asked);
        let places = page.places();
        let at =
            |value: &str| places.iter().find(|(_, it)| *it == value).map(|(place, _)| place.clone()).unwrap();
        assert!(at("7").ends_with(" 1 users"), "{places:?}");
        assert_eq!(at("1"), at("2"));
        assert_eq!(at("3"), at("4"));
    }
}
