use std::collections::BTreeMap;

use connector_replay::Expression;

use super::needle::Needle;
use super::pieces::Pieces;
use super::url::token_name;

/// The tokens of a recording and their names. All that come from one place have one name, so that a token that was
/// refreshed, or is another one in the next recording, is the same in both.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Names by values.
    values: BTreeMap<String, String>,
    /// Names by where they come from: an endpoint, and a place in its answer.
    origins: BTreeMap<(String, String), String>,
}

impl Tokens {
    pub(super) fn has(&self, value: &str) -> bool {
        self.values.contains_key(value)
    }

    pub(super) fn add(&mut self, endpoint: String, pointer: &str, name: &str, value: &str) {
        if self.has(value) {
            return;
        }
        let origin = (endpoint, pointer.to_owned());
        let name = match self.origins.get(&origin) {
            Some(name) => name.clone(),
            None => self.new_name(&origin.0, name),
        };
        self.origins.insert(origin, name.clone());
        self.values.insert(value.to_owned(), name);
    }

    /// The plain name for the first, then one with the host, then a number.
    fn new_name(&self, endpoint: &str, name: &str) -> String {
        let name =
            Some(token_name(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "token".to_owned());
        let host = endpoint.split('/').next().unwrap_or_default();
        let named = [name.clone(), format!("{name}.{}", token_name(host))].into_iter();
        let mut names = named.chain((2_u32..).map(|number| format!("{name}.{number}")));
        let taken = |wanted: &String| self.origins.values().any(|it| it == wanted);
        names.find(|wanted| !taken(wanted)).unwrap_or(name)
    }

    pub(super) fn needles(&self) -> impl Iterator<Item = Needle> {
        self.values
            .iter()
            .map(|(value, name)| Needle::new(value, Pieces::of(Expression::Token(name.clone()))))
    }

    /// Values and names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(value, name)| (value.as_str(), name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tokens_of_one_place_have_one_name() {
        let mut tokens = Tokens::default();
        for (endpoint, value) in [
            ("a.test/token", "one"),
            ("b.test/token", "two"),
            ("a.test/token", "three"),
            ("a.test/other", "four"),
            ("b.test/x", "five"),
        ] {
            tokens.add(endpoint.to_owned(), "access_token", "access_token", value);
        }
        let names: BTreeMap<_, _> = tokens.iter().collect();
        let wanted = [
            ("one", "access_token"),
            ("two", "access_token.b.test"),
            ("three", "access_token"),
            ("four", "access_token.a.test"),
            ("five", "access_token.2"),
        ];
        assert_eq!(names, wanted.into());
    }
}
