use connector_replay::{Body, Expression, Header, Template};
use http::{HeaderName, HeaderValue};
use serde_json::value::RawValue;
use url::{Position, Url};

use super::find::scheme;
use super::vault::{Search, Stand, Vault};
use super::{cookie, name};
use crate::entry::Message;
use crate::json::{self, Token};
use crate::note::Notes;
use crate::shape::{Shape, shape};

/// The fewest lines that are written one by one, as the replay library does it.
const LINES: usize = 2;

/// Writes a recording without its credentials.
pub(crate) struct Scrub {
    vault: Vault,
    search: Option<Search>,
}

/// What was put in the place of credentials in one part of an entry.
#[derive(Default)]
struct Put(Vec<Stand>);

impl Scrub {
    pub(crate) fn new(vault: Vault) -> Scrub {
        let search = vault.search();
        Scrub { vault, search }
    }

    /// A whole URL without user name, password and fragment.
    pub(crate) fn url(&self, url: &Url, entry: &str, notes: &mut Notes) -> Template {
        let mut put = Put::default();
        let mut template = Template::literal(&url[..Position::BeforePath]);
        self.text(url.path(), &mut template, &mut put);
        for (place, pair) in url.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
            template.push_literal(if place == 0 { "?" } else { "&" });
            let decoded = form_urlencoded::parse(pair.as_bytes()).next();
            let stand = decoded.filter(|(name, value)| name::is_parameter(name, value));
            match stand.and_then(|(_, value)| self.vault.stand(value.as_bytes())) {
                Some(stand) => {
                    template.push_literal(pair.split_once('=').map_or("", |(name, _)| name));
                    template.push_literal("=");
                    put.push(stand, &mut template);
                }
                None => self.text(pair, &mut template, &mut put),
            }
        }
        put.say_asked("URL", entry, notes);
        template
    }

    /// A word to the reader.
    pub(crate) fn note(&self, note: &str) -> String {
        let mut template = Template::default();
        self.text(note, &mut template, &mut Put::default());
        template.as_str().to_owned()
    }

    pub(crate) fn request_headers(&self, message: &Message, entry: &str, notes: &mut Notes) -> Vec<Header> {
        headers(message, entry, notes, |name, text, notes| {
            let mut template = Template::default();
            if name == "cookie" {
                let kept = cookie::asked(text, &self.vault);
                if kept.is_none() {
                    notes.add(
                        entry,
                        "the request's cookies were not all handed out in this recording and are left out, \
                                      so that they are not compared",
                    );
                }
                return kept;
            }
            if !name::is_request_header(name) {
                self.text(text, &mut template, &mut Put::default());
                return Some(template);
            }
            let (scheme, value) = scheme(text);
            template.push_literal(scheme);
            match self.vault.stand(value.as_bytes()) {
                Some(stand @ Stand::Token(_)) => stand.push_to(&mut template),
                Some(Stand::MadeUp(_)) => {
                    template.push(&Expression::Opaque);
                    notes.add(
                        entry,
                        format!(
                            "the value of the request header `{name}` is a credential and not kept: when \
                                              this is replayed the header must be there, with any value"
                        ),
                    );
                }
                // An empty one is no secret.
                None => template.push_literal(value),
            }
            Some(template)
        })
    }

    pub(crate) fn response_headers(&self, message: &Message, entry: &str, notes: &mut Notes) -> Vec<Header> {
        let mut put = Put::default();
        let headers = headers(message, entry, notes, |name, text, _| {
            let mut template = Template::default();
            if name == "set-cookie" {
                let value = cookie::set(text).1;
                put.0.extend(self.vault.stand(value.as_bytes()));
                return Some(cookie::answered(text, &self.vault));
            }
            let (scheme, value) = scheme(text);
            match self.vault.stand(value.as_bytes()).filter(|_| name::is_response_header(name)) {
                Some(stand) => {
                    template.push_literal(scheme);
                    put.push(stand, &mut template);
                }
                None => self.text(text, &mut template, &mut put),
            }
            Some(template)
        });
        put.say_answered(entry, notes);
        headers
    }

    pub(crate) fn request_body(&self, message: &Message, entry: &str, notes: &mut Notes) -> Option<Body> {
        let mut put = Put::default();
        let body = self.body(message, &mut put, entry, notes);
        put.say_asked("body", entry, notes);
        body
    }

    pub(crate) fn response_body(&self, message: &Message, entry: &str, notes: &mut Notes) -> Option<Body> {
        let mut put = Put::default();
        let body = self.body(message, &mut put, entry, notes);
        put.say_answered(entry, notes);
        body
    }

    fn body(&self, message: &Message, put: &mut Put, entry: &str, notes: &mut Notes) -> Option<Body> {
        match shape(message) {
            Shape::Empty => None,
            Shape::Json(json) => {
                let json = json::rewrite(json, |token| {
                    let (name, text) = match token {
                        Token::Name(text) => ("", text),
                        Token::Value(name, text) => (name, text),
                    };
                    self.field(name, text, put)
                });
                Some(RawValue::from_string(json).map_or_else(
                    // Not in practice: strings were put in the places of strings.
                    |_| Body::Base64(message.body.clone()),
                    Body::Json,
                ))
            }
            Shape::Form(pairs) => {
                let pair = |(name, value): &(String, String)| {
                    let written = Template::literal(name).as_str().to_owned();
                    (written, self.field(name, value, put).as_str().to_owned())
                };
                Some(Body::Form(pairs.iter().map(pair).collect()))
            }
            Shape::Text(text) => {
                let mut template = Template::default();
                self.text(text, &mut template, put);
                let text = template.as_str();
                Some(match text.strip_suffix('\n') {
                    Some(whole) if text.matches('\n').count() >= LINES => {
                        Body::Lines(whole.split('\n').map(str::to_owned).collect())
                    }
                    _ => Body::Text(text.to_owned()),
                })
            }
            Shape::Bytes(bytes) => {
                let mut bytes = bytes.to_vec();
                let places: Vec<_> =
                    self.search.iter().flat_map(|it| it.places(&message.body)).map(|it| it.0..it.1).collect();
                if !places.is_empty() {
                    notes
                        .add(entry, "a body that is no text holds a credential, whose bytes are all `x` now");
                }
                for place in places {
                    bytes[place].fill(b'x');
                }
                Some(Body::Base64(bytes))
            }
        }
    }

    /// A field of a form or of JSON.
    fn field(&self, name: &str, value: &str, put: &mut Put) -> Template {
        let mut template = Template::default();
        match self.vault.stand(value.as_bytes()).filter(|_| name::is_field(name)) {
            Some(stand) => put.push(stand, &mut template),
            None => self.text(value, &mut template, put),
        }
        template
    }

    /// Text that may hold credentials anywhere.
    fn text(&self, text: &str, template: &mut Template, put: &mut Put) {
        let mut rest = 0;
        for (start, end, value) in self.search.iter().flat_map(|search| search.places(text.as_bytes())) {
            let Some(stand) = self.vault.stand(value) else { continue };
            template.push_literal(text.get(rest..start).unwrap_or_default());
            put.push(stand, template);
            rest = end;
        }
        template.push_literal(text.get(rest..).unwrap_or_default());
    }
}

impl Put {
    fn push(&mut self, stand: Stand, template: &mut Template) {
        stand.push_to(template);
        self.0.push(stand);
    }

    fn say_asked(&self, part: &str, entry: &str, notes: &mut Notes) {
        for stand in &self.0 {
            if let Stand::MadeUp(text) = stand {
                notes.add(entry, format!("a credential in the request's {part} is replaced by `{text}`: a client that is to be \
                                          answered from this must be given `{text}` in its place"));
            }
        }
    }

    fn say_answered(&self, entry: &str, notes: &mut Notes) {
        for stand in &self.0 {
            notes.add(
                entry,
                match stand {
                    Stand::Token(name) => format!(
                        "the token `{name}` that the answer hands out is replaced by a made-up one, there \
                                               and wherever it stands"
                    ),
                    Stand::MadeUp(text) => format!(
                        "a credential of a request stands in an answer too and is replaced by `{text}`"
                    ),
                },
            );
        }
    }
}

/// The headers that a cassette can hold, each written by `write`.
fn headers(
    message: &Message,
    entry: &str,
    notes: &mut Notes,
    mut write: impl FnMut(&str, &str, &mut Notes) -> Option<Template>,
) -> Vec<Header> {
    let mut headers = Vec::with_capacity(message.headers.len());
    for (name, value) in &message.headers {
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value))
        else {
            notes.add(entry, "a header that HTTP does not allow is left out");
            continue;
        };
        match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => {
                headers.extend(
                    write(name.as_str(), text, notes).map(|value| Header { name: name.clone(), value }),
                );
            }
            Err(_) => headers.push(Header::literal(&name, &value)),
        }
    }
    headers
}
