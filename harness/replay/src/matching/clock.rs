//! Times in requests: a client reads the clock, and no two runs read the same.

use std::collections::BTreeSet;

use super::json::Json;
use super::{Canonical, Content};
use crate::Moment;

/// A part of a request in which a time may stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A segment of the path, counted.
    Segment(usize),
    /// The values of a name in the query.
    Query(Vec<u8>),
    /// The values of a name in a form.
    Form(Vec<u8>),
    /// A string or number in JSON, by its pointer; lists count as one.
    Json(String),
    /// Text of no kind that is known.
    Bytes,
}

/// From when to when a time may be, both included, in nanoseconds since 1970.
pub(super) type Range = (i128, i128);

/// The places in which two readings of one request, made at different times, are not the same.
pub(super) fn places(early: &Canonical, late: &Canonical) -> BTreeSet<Place> {
    let texts = |request: &Canonical| {
        let mut texts = Vec::new();
        request.clone().visit(&mut |place, text| {
            texts.push((place.clone(), text.to_owned()));
            None
        });
        texts
    };
    let (early, late) = (texts(early), texts(late));
    early.into_iter().zip(late).filter(|(early, late)| early != late).map(|((place, _), _)| place).collect()
}

/// Takes the times at these places out of a request, in its order; their formats stay.
pub(super) fn take(request: &mut Canonical, places: &BTreeSet<Place>) -> Vec<i128> {
    let mut taken = Vec::new();
    if places.is_empty() {
        return taken;
    }
    request.visit(&mut |place, text| {
        if !places.contains(place) {
            return None;
        }
        let mut blank = String::with_capacity(text.len());
        let mut end = 0;
        for moment in Moment::all_in(text) {
            blank.push_str(&text[end..moment.span.start]);
            blank.push_str(&moment.format.to_string());
            end = moment.span.end;
            taken.push(moment.reading.as_nanosecond());
        }
        blank.push_str(&text[end..]);
        Some(blank)
    });
    taken
}

/// How far times are from the middle of their ranges, all together, in nanoseconds; `None` where one is out of range.
pub(super) fn distance(ranges: &[Range], times: &[i128]) -> Option<i128> {
    let each = ranges
        .iter()
        .zip(times)
        .map(|((from, until), at)| (from <= at && at <= until).then(|| (at - (from + until) / 2).abs()));
    if ranges.len() == times.len() { each.sum() } else { None }
}

impl Canonical {
    /// Shows every text in which a time may stand, and puts in its place what `look` makes of it.
    fn visit(&mut self, look: &mut impl FnMut(&Place, &str) -> Option<String>) {
        let mut changed = false;
        let segments = self.path.split('/').enumerate().map(|(index, segment)| {
            let new = look(&Place::Segment(index), segment);
            changed |= new.is_some();
            new.unwrap_or_else(|| segment.to_owned())
        });
        let path = segments.collect::<Vec<_>>().join("/");
        if changed {
            self.path = path;
        }
        let mut bytes = |place: &Place, value: &mut Vec<u8>| {
            if let Some(new) = std::str::from_utf8(value).ok().and_then(|text| look(place, text)) {
                *value = new.into_bytes();
            }
        };
        for (name, value) in &mut self.query {
            bytes(&Place::Query(name.clone()), value);
        }
        match &mut self.content {
            Content::Empty => {}
            Content::Bytes(text) => bytes(&Place::Bytes, text),
            Content::Form(pairs) => {
                for (name, value) in pairs {
                    bytes(&Place::Form(name.clone()), value);
                }
            }
            Content::Json(json) => leaves(json, &mut String::new(), look),
        }
    }
}

fn leaves(json: &mut Json, pointer: &mut String, look: &mut impl FnMut(&Place, &str) -> Option<String>) {
    let length = pointer.len();
    match json {
        Json::Plain(text) | Json::String(text) => {
            if let Some(new) = look(&Place::Json(pointer.clone()), text) {
                *text = new;
            }
        }
        Json::Array(items) => {
            pointer.push_str("/*");
            for item in items {
                leaves(item, pointer, look);
            }
        }
        Json::Object(members) => {
            for (key, value) in members {
                pointer.push('/');
                pointer.push_str(key);
                leaves(value, pointer, look);
                pointer.truncate(length);
            }
        }
    }
    pointer.truncate(length);
}
