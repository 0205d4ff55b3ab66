use std::collections::{BTreeMap, BTreeSet, HashSet};

use http::Method;
use jiff::Timestamp;

use super::clock::Clock;
use super::jwt::Jwt;
use super::leaf::{self, Answered, Carrier};
use super::needle::Needles;
use super::random::{self, TOKEN};
use super::token::Tokens;
use super::{encoded::Encoded, name};
use crate::Take;

/// The fewest characters of what is called a token.
const SHORTEST: usize = 8;
/// The most values in an answer that is all about a token.
const FEW: usize = 40;
/// The fewest random characters of a cookie.
const COOKIE: usize = 12;

/// What the answers hand out and later requests carry. All takes are seen in their order, and then, if it asks for it, once
/// more.
pub(super) struct Survey<'a> {
    /// Secrets of the configuration, which are none of the answers' own.
    secrets: &'a Needles,
    short: &'a Needles,
    known: &'a [String],
    /// What is a token, whatever it looks like.
    handed_out: &'a HashSet<&'a str>,
    pub(super) tokens: Tokens,
    /// What is a token if it is carried on: where it came from.
    maybe: BTreeMap<String, (String, String, String)>,
    /// What a request carries as a credential, and which is the first that does.
    wanted: BTreeMap<String, u64>,
    /// As `name=value`.
    pub(super) cookies: BTreeSet<String>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(
        secrets: &'a Needles,
        short: &'a Needles,
        known: &'a [String],
        handed_out: &'a HashSet<&'a str>,
    ) -> Survey<'a> {
        Survey {
            secrets,
            short,
            known,
            handed_out,
            tokens: Tokens::default(),
            maybe: BTreeMap::new(),
            wanted: BTreeMap::new(),
            cookies: BTreeSet::new(),
        }
    }

    pub(super) fn see(&mut self, take: &Take, clock: &mut Clock, began: Timestamp) {
        leaf::carried(take, &mut |carrier, name, value| {
            self.see_carried(take.sequence, carrier, name, value);
        });
        let mut count = 0;
        let mut strong = false;
        leaf::answered(take, &mut |answered| {
            count += 1;
            strong |= is_strong(answered);
            if !name::is_expiry(answered.name) {
                clock.fix_answered(answered.text, began);
                clock.answer(answered.text, began);
            }
            clock.fix_hidden(answered.text, began);
        });
        if count == 0 {
            clock.answer(&String::from_utf8_lossy(&take.body), began);
        }
        let posted = [Method::POST, Method::PUT].contains(&take.request.method);
        let at_door = name::is_auth_path(&take.request.target.path);
        let granted = memchr::memmem::find(&take.request.body, b"grant_type").is_some();
        let auth = Auth {
            sure: (at_door && posted) || granted || (strong && count <= FEW),
            maybe: at_door || self.shows_secret(take, posted),
            few: count <= FEW,
        };
        leaf::answered(take, &mut |answered| self.see_answered(take, auth, answered));
        leaf::answered_headers(&take.headers, &mut |answered| {
            clock.fix_hidden(answered.text, began);
            self.see_answered(take, Auth::default(), answered);
        });
        for (name, value) in leaf::cookies(&take.headers) {
            self.cookies.insert(format!("{name}={value}"));
            let named = name::is_credential(name) || name.to_ascii_lowercase().contains("sess");
            let sure = self.handed_out.contains(value);
            if sure || random::is_random(value, COOKIE) || (named && value.len() >= SHORTEST) {
                self.found(take, &format!("set-cookie/{name}"), name, value);
            }
        }
    }

    /// Whether a request that changes something says a secret in its body or as a password.
    fn shows_secret(&self, take: &Take, posted: bool) -> bool {
        let authorization = take.request.headers.get(http::header::AUTHORIZATION);
        let basic = authorization.and_then(|value| value.to_str().ok()?.split_once(' '));
        let basic = basic.and_then(|(_, encoded)| Encoded::whole(encoded.trim()));
        self.secrets.are_in(&take.request.body)
            || (posted && basic.is_some_and(|it| self.secrets.are_in(&it.bytes)))
    }

    fn see_carried(&mut self, sequence: u64, carrier: Carrier, name: &str, value: &str) {
        if value.len() < SHORTEST || value.contains(char::is_whitespace) {
            return;
        }
        if let Some((endpoint, pointer, name)) = self.maybe.remove(value) {
            self.tokens.add(endpoint, &pointer, &name, value);
        }
        let wanted = match carrier {
            Carrier::Credential => is_no_word(value),
            Carrier::Header => random::is_random(value, TOKEN),
            Carrier::Field => (name::is_credential(name) || name::is_signature(name)) && is_no_word(value),
            Carrier::Segment => false,
        };
        if wanted && !self.is_secret(value) && !self.tokens.has(value) {
            self.wanted.entry(value.to_owned()).or_insert(sequence);
        }
    }

    fn see_answered(&mut self, take: &Take, auth: Auth, answered: Answered<'_>) {
        let Answered { pointer, name, text, number } = answered;
        if !number && self.handed_out.contains(text) {
            return self.found(take, pointer, name, text);
        }
        if let Some(query) = leaf::query_in(text) {
            let mut found = Vec::new();
            leaf::pairs(&query, &mut |name, value| {
                let credential = name::is_credential(name) || name::is_signature(name);
                if credential && random::is_random(value, TOKEN) {
                    found.push((name.to_owned(), value.to_owned()));
                }
            });
            for (name, value) in found {
                self.found(take, &format!("{pointer}?{name}"), &name, &value);
            }
        }
        if number || text.len() < SHORTEST || text.contains("://") || text.contains(char::is_whitespace) {
            return;
        }
        let random = random::is_random(text, TOKEN);
        let named = name::is_credential(name);
        let data = name::is_id(name) || name::is_cursor(name);
        if named && (random || (auth.sure && is_no_word(text))) || (random && !data && auth.sure && auth.few)
        {
            self.found(take, pointer, name, text);
        } else if auth.maybe
            && !data
            && is_no_word(text)
            && (random || auth.few && named)
            && !self.is_known(text)
        {
            let origin = (endpoint(take), pointer.to_owned(), name.to_owned());
            self.maybe.entry(text.to_owned()).or_insert(origin);
        }
    }

    /// Whether requests carry credentials that are not explained yet.
    pub(super) fn wants_more(&mut self) -> bool {
        let tokens = &self.tokens;
        self.wanted.retain(|value, _| !tokens.has(value));
        !self.wanted.is_empty()
    }

    /// Looks for those in any answer: what is carried in a credential's place is one, whatever it was called.
    pub(super) fn see_again(&mut self, take: &Take) {
        let mut found = Vec::new();
        let mut look = |answered: Answered<'_>| {
            if self.wanted.get(answered.text).is_some_and(|first| take.sequence < *first) {
                found.push((answered.pointer.to_owned(), answered.name.to_owned(), answered.text.to_owned()));
            }
        };
        leaf::answered(take, &mut look);
        leaf::answered_headers(&take.headers, &mut look);
        for (name, text) in leaf::cookies(&take.headers) {
            look(Answered { pointer: &format!("set-cookie/{name}"), name, text, number: false });
        }
        for (pointer, name, value) in found {
            if !self.is_known(&value) {
                self.found(take, &pointer, &name, &value);
            }
        }
    }

    fn found(&mut self, take: &Take, pointer: &str, name: &str, value: &str) {
        // A JSON Web Token is known wherever it stands.
        let jwt = Jwt::all_in(value).first().is_some_and(|jwt| jwt.span == (0..value.len()));
        if !jwt && !self.is_secret(value) {
            let name = if self.secrets.are_in(name.as_bytes()) { "token" } else { name };
            self.tokens.add(endpoint(take), pointer, name, value);
        }
    }

    fn is_secret(&self, value: &str) -> bool {
        self.secrets.exactly(value).is_some() || self.short.exactly(value).is_some()
    }

    /// Whether the client knew it before.
    fn is_known(&self, value: &str) -> bool {
        self.known.iter().any(|known| known.contains(value))
    }
}

/// Whether an answer hands out credentials.
#[derive(Clone, Copy, Default)]
struct Auth {
    sure: bool,
    /// If what it says is carried on.
    maybe: bool,
    few: bool,
}

/// Whether the name alone tells that it is a credential.
fn is_strong(answered: Answered<'_>) -> bool {
    let Answered { name, text, number, .. } = answered;
    !number && text.len() >= TOKEN && name::is_credential(name) && is_no_word(text) && !text.contains("://")
}

/// Not a word, which a scope or a kind would be.
fn is_no_word(text: &str) -> bool {
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let both = text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase());
    digit || (both && text.len() >= TOKEN) || text.len() >= 2 * TOKEN
}

/// Host and path, without ids.
fn endpoint(take: &Take) -> String {
    let target = &take.request.target;
    let plain = |part: &str| {
        if part.bytes().any(|byte| byte.is_ascii_digit()) && part.len() > 4 {
            "*".into()
        } else {
            part.to_owned()
        }
    };
    format!("{}{}", target.host, target.path.split('/').map(plain).collect::<Vec<String>>().join("/"))
}
