use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use connector_replay::{Expression, Format};
use jiff::Timestamp;

use super::clock::{Clock, Times};
use super::encoded::{Encoded, nested};
use super::json::{self, Leaf, Sink};
use super::jwt::Jwt;
use super::name;
use super::needle::Needles;
use super::pieces::{Piece, Pieces};

/// Texts in texts in texts: no further.
const DEPTH: usize = 4;
/// In place of a signature: no key has made it.
const SIGNATURE: &str = "bWFkZS11cA";

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// When the run began that it belongs to.
    pub(super) began: Timestamp,
    pub(super) times: Times,
}

/// Puts expressions in the place of what must not, or cannot, be written.
pub(super) struct Scrubber {
    /// What is found anywhere in a text.
    pub(super) needles: Needles,
    /// What is found only where it is a whole value: too short to be told from chance.
    pub(super) short: Needles,
    /// In lower case, as hosts are.
    pub(super) hosts: Needles,
    pub(super) clock: Clock,
    /// The first token of each kind stands for all of its kind.
    pub(super) kinds: RefCell<BTreeMap<String, Expression>>,
}

impl Scrubber {
    /// A text in which anything may stand.
    pub(super) fn text(&self, text: &str, place: Place) -> Pieces {
        self.at_depth(text, place, 0)
    }

    /// A text that is one value.
    pub(super) fn value(&self, text: &str, place: Place) -> Pieces {
        self.value_at(text, place, 0)
    }

    fn value_at(&self, text: &str, place: Place, depth: usize) -> Pieces {
        match self.short.exactly(text) {
            Some(instead) => instead.clone(),
            None => self.at_depth(text, place, depth),
        }
    }

    fn at_depth(&self, text: &str, place: Place, depth: usize) -> Pieces {
        if let Some(instead) = self.needles.exactly(text) {
            return instead.clone();
        }
        if depth < DEPTH && json::is_structure(text) {
            return self.inner(text, place, depth + 1);
        }
        let mut pieces = self.needles.replaced(Pieces::literal(text));
        pieces = pieces.refined(|literal| self.jwts(literal, place, depth));
        if depth < DEPTH {
            pieces = pieces.refined(|literal| self.encoded(literal, place, depth + 1));
        }
        self.clock.relative(pieces, place.began, place.times)
    }

    fn jwts(&self, text: &str, place: Place, depth: usize) -> Vec<(Range<usize>, Pieces)> {
        let found = Jwt::all_in(text).into_iter();
        found.map(|jwt| (jwt.span.clone(), self.jwt(&jwt, place, depth))).collect()
    }

    fn jwt(&self, jwt: &Jwt, place: Place, depth: usize) -> Pieces {
        let texts = jwt.texts();
        let plain = Place { times: Times::None, ..place };
        if depth < DEPTH && texts.iter().any(|text| self.at_depth(text, plain, depth + 1).has_expressions()) {
            let [header, claims] = texts.map(|text| {
                let inner = self.at_depth(&text, Place { times: Times::Near, ..place }, depth + 1);
                Expression::Base64 { text: nested(&inner), url_safe: true }
            });
            let mut pieces = Pieces::of(header);
            pieces.push_literal(".");
            pieces.push(claims);
            pieces.push_literal(&format!(".{SIGNATURE}"));
            return pieces;
        }
        let own = || Expression::Jwt { header: jwt.header.clone(), claims: jwt.claims.clone() };
        Pieces::of(self.kinds.borrow_mut().entry(jwt.kind()).or_insert_with(own).clone())
    }

    fn encoded(&self, text: &str, place: Place, depth: usize) -> Vec<(Range<usize>, Pieces)> {
        let mut found: Vec<(Range<usize>, Pieces)> = Vec::new();
        for readings in Encoded::all_in(text) {
            let instead = readings.iter().find_map(|encoded| self.decoded(encoded, place, depth));
            let free = |span: &Range<usize>| found.last().is_none_or(|(last, _)| last.end <= span.start);
            found.extend(instead.filter(|(span, _)| free(span)));
        }
        found
    }

    fn decoded(&self, encoded: &Encoded, place: Place, depth: usize) -> Option<(Range<usize>, Pieces)> {
        let bytes = &encoded.bytes;
        if let Ok(text) = std::str::from_utf8(bytes) {
            let tells = |piece: &Piece| {
                !matches!(piece, Piece::Literal(_) | Piece::Expression(Expression::Now { .. }))
            };
            let inner = self.at_depth(text, place, depth);
            return inner.iter().any(tells).then(|| encoded.instead(0, &inner));
        }
        let found = self.needles.find(bytes);
        let begin = found.first()?.0.start / 3 * 3;
        Some(encoded.instead(begin, &self.bytes_from(bytes, begin)))
    }

    /// Bytes that are no text, from somewhere on.
    pub(super) fn bytes_from(&self, bytes: &[u8], begin: usize) -> Pieces {
        let mut pieces = Pieces::default();
        let mut end = begin;
        for (span, needle) in self.needles.find(bytes) {
            pieces.extend(Pieces::bytes(&bytes[end..span.start.max(end)]));
            pieces.extend(needle.instead.clone());
            end = span.end;
        }
        pieces.extend(Pieces::bytes(&bytes[end..]));
        pieces
    }

    /// A whole number in JSON.
    fn number(&self, written: &str, place: Place) -> Pieces {
        let instead = self.needles.exactly(written).or_else(|| self.short.exactly(written));
        instead
            .cloned()
            .unwrap_or_else(|| self.clock.relative(Pieces::literal(written), place.began, place.times))
    }

    fn leaf(&self, path: &[String], leaf: Leaf<'_>, place: Place, depth: usize) -> Pieces {
        let place = if matches!(place.times, Times::Near | Times::Asked)
            && path.last().is_some_and(|last| name::is_expiry(last))
        {
            Place { times: Times::Coming, ..place }
        } else {
            place
        };
        match leaf {
            Leaf::Key(text) => self.at_depth(text, place, depth),
            Leaf::String(text) => self.value_at(text, place, depth),
            Leaf::Number(written) => self.number(written, place),
        }
    }

    /// A text that is JSON, of which every byte counts.
    pub(super) fn within_json(&self, text: &str, place: Place) -> Pieces {
        self.inner(text, place, 0)
    }

    fn inner(&self, json: &str, place: Place, depth: usize) -> Pieces {
        let mut inner = Inner { scrubber: self, place, depth, out: Pieces::default() };
        json::walk(json, &mut inner);
        self.needles.replaced(inner.out)
    }

    /// A body that is JSON.
    pub(super) fn json(&self, text: &str, place: Place) -> String {
        let mut outer = Outer { scrubber: self, place, out: String::with_capacity(text.len()) };
        json::walk(text, &mut outer);
        outer.out
    }
}

/// JSON whose strings are templates each.
struct Outer<'a> {
    scrubber: &'a Scrubber,
    place: Place,
    out: String,
}

impl Sink for Outer<'_> {
    fn plain(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, written: &str) {
        let mut pieces = self.scrubber.leaf(path, leaf, self.place, 0);
        if matches!(leaf, Leaf::Key(_) | Leaf::String(_))
            && let Some(Expression::Now { offset, format }) = pieces.sole()
        {
            // A string of digits is no number.
            let format = match format {
                Format::Epoch => Format::EpochText,
                Format::EpochMs => Format::EpochMsText,
                other => other.clone(),
            };
            pieces = Pieces::of(Expression::Now { offset: *offset, format });
        }
        let template = pieces.template();
        let same = matches!(leaf, Leaf::Key(text) | Leaf::String(text) if template.as_str() == text);
        if same || (matches!(leaf, Leaf::Number(_)) && !pieces.has_expressions()) {
            self.out.push_str(written);
        } else {
            self.out.push_str(&json::quoted(template.as_str()));
        }
    }
}

/// JSON within a text, which is one template as a whole.
struct Inner<'a> {
    scrubber: &'a Scrubber,
    place: Place,
    depth: usize,
    out: Pieces,
}

impl Sink for Inner<'_> {
    fn plain(&mut self, text: &str) {
        self.out.push_literal(text);
    }

    fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, written: &str) {
        let pieces = self.scrubber.leaf(path, leaf, self.place, self.depth);
        let quote = if matches!(leaf, Leaf::Number(_)) { "" } else { "\"" };
        if !pieces.has_expressions() {
            return self.out.push_literal(written);
        }
        self.out.push_literal(quote);
        for piece in pieces.iter() {
            match piece {
                Piece::Literal(text) => self.out.push_literal(&json::escaped(text)),
                Piece::Expression(expression) => self.out.push(expression.clone()),
            }
        }
        self.out.push_literal(quote);
    }
}
