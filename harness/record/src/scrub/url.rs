use std::collections::BTreeSet;

use connector_replay::{Expression, Part, Rule, Target, Template};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::clock::Times;
use super::name;
use super::pieces::Pieces;
use super::random;
use super::text::{Place, Scrubber};

/// What a query cannot carry as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a segment of a path cannot: less, since a path in which more is encoded is another one.
const SEGMENT: &AsciiSet = &QUERY
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The fewest characters of a signature.
const SIGNATURE: usize = 8;

/// Rules that a replay needs, since a client works these parts out anew each time.
#[derive(Debug, Default)]
pub(super) struct Ignored(BTreeSet<String>);

impl Ignored {
    pub(super) fn rules(&self) -> Vec<Rule> {
        let parts = self.0.iter().filter_map(|part| part.parse::<Part>().ok());
        parts.map(|part| Rule { path: None, part }).collect()
    }
}

impl Scrubber {
    pub(super) fn url(&self, target: &Target, place: Place, ignored: &mut Ignored) -> Template {
        let mut pieces = Pieces::literal(&format!("{}://", target.scheme.as_str()));
        pieces.extend(self.hosts.replaced(Pieces::literal(&target.host)));
        let bare = Target { path: String::new(), query: None, host: String::new(), ..target.clone() };
        let port = bare.to_string();
        pieces.push_literal(port.trim_start_matches(target.scheme.as_str()).trim_start_matches("://"));
        pieces.extend(self.path(&target.path, place));
        if let Some(query) = &target.query {
            for (index, pair) in query.split('&').enumerate() {
                pieces.push_literal(if index == 0 { "?" } else { "&" });
                pieces.extend(self.pair(pair, place, ignored));
            }
        }
        pieces.template()
    }

    fn path(&self, path: &str, place: Place) -> Pieces {
        // A secret may hold what parts a path.
        self.needles.replaced(Pieces::literal(path)).refined(|literal| {
            let mut start = 0;
            let mut found = Vec::new();
            for segment in literal.split('/') {
                let span = start..start + segment.len();
                start = span.end + 1;
                let decoded = percent_decode_str(segment).decode_utf8();
                let pieces = decoded.map(|decoded| self.value(&decoded, place)).unwrap_or_default();
                if pieces.has_expressions() {
                    found.push((span, respelled(&pieces, SEGMENT)));
                }
            }
            found
        })
    }

    fn pair(&self, pair: &str, place: Place, ignored: &mut Ignored) -> Pieces {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (decoded_name, decoded) = (decode(name), decode(value));
        let (Some(decoded_name), Some(decoded)) = (decoded_name, decoded) else {
            return self.needles.replaced(Pieces::literal(pair));
        };
        let mut pieces = as_it_was(name, &self.text(&decoded_name, Place { times: Times::None, ..place }));
        if pair.len() > name.len() {
            pieces.push_literal("=");
        }
        let value_pieces = self.field("query", &decoded_name, &decoded, place, ignored);
        pieces.extend(as_it_was(value, &value_pieces));
        pieces
    }

    /// A value in a query or a form. `part` says which.
    pub(super) fn field(
        &self,
        part: &str,
        name: &str,
        value: &str,
        place: Place,
        ignored: &mut Ignored,
    ) -> Pieces {
        let pieces = self.value(value, place);
        let signature = name::is_signature(name) && value.len() >= SIGNATURE && !pieces.has_expressions();
        // Words and numbers are no signatures.
        let drawn = || random::is_random(value, SIGNATURE) || random::is_uuid(value) || is_hex(value);
        if signature && drawn() {
            ignored.0.insert(format!("{part} {name}"));
            return Pieces::of(Expression::Token(token_name(name)));
        }
        pieces
    }
}

/// Sixteen digits of sixteen and more, both kinds of them: no word, however often one of them comes.
fn is_hex(value: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit();
    value.len() >= 2 * SIGNATURE
        && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        && value.bytes().any(digit)
        && !value.bytes().all(digit)
}

/// As the name of a token: nothing that means something in an expression.
pub(super) fn token_name(text: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() || "._-".contains(it) { it } else { '_' };
    text.chars().map(plain).take(60).collect()
}

/// Decoded as a query is.
pub(super) fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

fn as_it_was(written: &str, pieces: &Pieces) -> Pieces {
    if pieces.has_expressions() { respelled(pieces, QUERY) } else { Pieces::literal(written) }
}

fn respelled(pieces: &Pieces, set: &'static AsciiSet) -> Pieces {
    use super::pieces::Piece;

    let mut respelled = Pieces::default();
    for piece in pieces.iter() {
        match piece {
            Piece::Literal(text) => respelled.push_literal(&utf8_percent_encode(text, set).to_string()),
            Piece::Expression(expression) => respelled.push(expression.clone()),
        }
    }
    respelled
}
