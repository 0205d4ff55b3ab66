use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use connector_replay::{Expression, Template};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The credentials of a recording, and what stands in their places.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    known: BTreeMap<Vec<u8>, Secret>,
    /// WireMock's stubs stand in no order.
    unordered: bool,
    /// How often a name was given.
    names: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Secret {
    name: String,
    /// The first request that carries it.
    asked: Option<usize>,
    /// The first answer that hands it out.
    answered: Option<usize>,
}

/// What stands in the place of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// An answer hands it out: a token of this name, in all places.
    Token(String),
    /// It came from outside: a literal of this text, which a client must be given in its configuration.
    MadeUp(String),
}

impl Stand {
    pub(crate) fn push_to(&self, template: &mut Template) {
        match self {
            Stand::Token(name) => template.push(&Expression::Token(name.clone())),
            Stand::MadeUp(text) => template.push_literal(text),
        }
    }
}

impl Vault {
    /// A credential that the request at this position carries.
    pub(super) fn asked(&mut self, name: &str, value: &[u8], position: usize) {
        if let Some(secret) = self.enter(name, value) {
            secret.asked = Some(secret.asked.map_or(position, |first| first.min(position)));
        }
    }

    /// A credential that the answer at this position hands out.
    pub(super) fn answered(&mut self, name: &str, value: &[u8], position: usize) {
        if let Some(secret) = self.enter(name, value) {
            secret.answered = Some(secret.answered.map_or(position, |first| first.min(position)));
        }
    }

    fn enter(&mut self, name: &str, value: &[u8]) -> Option<&mut Secret> {
        if value.is_empty() {
            return None;
        }
        let names = &mut self.names;
        Some(self.known.entry(value.to_vec()).or_insert_with(|| {
            let plain = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
            let name: String = name.chars().filter(|character| plain(*character)).take(60).collect();
            let name = if name.is_empty() { "credential".to_owned() } else { name.to_ascii_lowercase() };
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name}-{count}") };
            Secret { name, asked: None, answered: None }
        }))
    }

    /// What stands in the place of this very value.
    pub(crate) fn stand(&self, value: &[u8]) -> Option<Stand> {
        let secret = self.known.get(value)?;
        let handed_out = secret
            .answered
            .is_some_and(|answered| self.unordered || secret.asked.is_none_or(|asked| answered < asked));
        Some(if handed_out {
            Stand::Token(secret.name.clone())
        } else {
            Stand::MadeUp(format!("made-up-{}", secret.name))
        })
    }

    /// Finds them wherever else they stand. `None` where there is nothing to look for.
    pub(super) fn search(&self) -> Option<Search> {
        let values: Vec<&[u8]> =
            self.known.keys().map(Vec::as_slice).filter(|value| is_distinct(value)).collect();
        let mut patterns: Vec<(Vec<u8>, &[u8])> = Vec::new();
        for value in values {
            patterns.push((value.to_vec(), value));
            if let Ok(text) = std::str::from_utf8(value) {
                let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
                let form: String = form_urlencoded::byte_serialize(value).collect();
                let others = [encoded, form].into_iter().map(String::into_bytes);
                patterns.extend(others.filter(|other| other != value).map(|other| (other, value)));
            }
        }
        let automaton = AhoCorasick::builder()
            // The fastest one takes a kilobyte for each byte of a pattern.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns.iter().map(|(pattern, _)| pattern));
        // Fails only where there are more patterns than a machine can hold.
        let automaton = automaton.ok()?;
        let found = patterns.into_iter().map(|(_, value)| value.to_vec()).collect::<Vec<_>>();
        (!found.is_empty()).then_some(Search { automaton, values: found })
    }

    /// Learns which of the credentials that requests carry were handed out by an answer before them, if under another name.
    pub(super) fn learn<'a>(&mut self, search: &Search, answers: impl Iterator<Item = (usize, &'a [u8])>) {
        for (position, bytes) in answers {
            for value in search.all_in(bytes) {
                if let Some(secret) = self.known.get_mut(value) {
                    secret.answered = Some(secret.answered.map_or(position, |first| first.min(position)));
                }
            }
        }
    }

    /// Says that every answer comes before every request.
    pub(super) fn forget_order(&mut self) {
        self.unordered = true;
    }
}

/// The longest credential that is looked for in other places than its own, in bytes.
const LONGEST: usize = 8 << 10;

/// Whether a value is so long and mixed that it does not stand anywhere by chance.
pub(super) fn is_distinct(value: &[u8]) -> bool {
    if value.len() > LONGEST {
        return false;
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    (value.len() >= 8 && digits > 0 && digits < value.len()) || (value.len() >= 16 && digits < value.len())
}

/// Looks for all credentials at once.
pub(super) struct Search {
    automaton: AhoCorasick,
    /// What each pattern means.
    values: Vec<Vec<u8>>,
}

impl Search {
    /// The credentials in these bytes.
    fn all_in<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.places(bytes).map(|(_, _, value)| value)
    }

    /// Where they stand.
    pub(super) fn places<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (usize, usize, &'a [u8])> {
        let found = self.automaton.find_iter(bytes);
        found.map(|found| (found.start(), found.end(), &*self.values[found.pattern().as_usize()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_hands_out_first_is_a_token_and_all_else_is_made_up() {
        let mut vault = Vault::default();
        vault.asked("client_secret", b"one", 0);
        vault.answered("access_token", b"two", 0);
        vault.asked("Authorization", b"two", 1);
        vault.answered("access_token", b"three", 3);
        vault.asked("x-key\"}}", b"", 0);
        vault.asked("api_key", b"four", 1);
        vault.answered("key", b"four", 1);
        let stand = |value: &[u8]| vault.stand(value);
        assert_eq!(stand(b"one"), Some(Stand::MadeUp("made-up-client_secret".into())));
        assert_eq!(stand(b"two"), Some(Stand::Token("access_token".into())));
        assert_eq!(stand(b"three"), Some(Stand::Token("access_token-2".into())));
        assert_eq!(
            stand(b"four"),
            Some(Stand::MadeUp("made-up-api_key".into())),
            "asked before it is answered"
        );
        assert_eq!(stand(b""), None);
    }

    #[test]
    fn a_credential_is_found_in_what_comes_before_it_under_any_name() {
        let mut vault = Vault::default();
        vault.asked("authorization", b"a+b/12345", 2);
        vault.asked("pin", b"1234", 2);
        let search = vault.search().unwrap();
        vault.learn(&search, [(1, &b"{\"ticket\": \"a%2Bb%2F12345\"} 1234"[..])].into_iter());
        assert_eq!(vault.stand(b"a+b/12345"), Some(Stand::Token("authorization".into())));
        assert_eq!(
            vault.stand(b"1234"),
            Some(Stand::MadeUp("made-up-pin".into())),
            "short values stand anywhere"
        );
        assert!(Vault::default().search().is_none());
    }
}
