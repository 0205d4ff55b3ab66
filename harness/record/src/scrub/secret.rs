use std::fmt;

use connector_replay::Expression;

use super::needle::Needle;
use super::pieces::Pieces;

/// Fewer characters than this are found in innocent words: such a secret counts only where it is a whole value.
pub(super) const LONG: usize = 6;
/// Fewer than this are no secret but `0`, `no` or a country.
const SHORTEST: usize = 3;
/// The fewest characters of a line that can be told from any other.
const LINE: usize = 8;

/// A value that must not be written.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// By what name whoever plays the recording knows a value for it: `{{secret:NAME}}`.
    pub name: String,
    /// The value.
    pub value: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Secret {
    fn instead(&self) -> Pieces {
        Pieces::of(Expression::Secret(self.name.clone()))
    }

    /// What is looked for anywhere: the value, and of one with several lines each of them, since clients take keys apart.
    pub(super) fn needles(&self) -> Vec<Needle> {
        self.texts().iter().map(|text| Needle::new(text, self.instead())).collect()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.value.clone(), self.value.trim().to_owned()];
        if self.value.trim().contains('\n') {
            // What a key begins and ends with is the same for all keys.
            let lines = self.value.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
            let joined: String = lines.clone().collect();
            texts.extend(lines.filter(|line| line.len() >= LINE).map(str::to_owned));
            texts.push(joined);
        }
        texts.retain(|text| text.len() >= LONG);
        texts
    }

    /// What is looked for as a whole value.
    pub(super) fn short(&self) -> Option<Needle> {
        let length = self.value.len();
        (SHORTEST..LONG).contains(&length).then(|| Needle::new(&self.value, self.instead()))
    }

    /// What is looked for in hosts, which have no capitals.
    pub(super) fn in_hosts(&self) -> Option<Needle> {
        let plain = self.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        (self.value.len() >= LONG && plain)
            .then(|| Needle::new(self.value.to_ascii_lowercase(), self.instead()))
    }

    pub(super) fn is_too_short(&self) -> bool {
        self.value.len() < SHORTEST && !self.value.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_its_value() {
        let secret = Secret { name: "key".to_owned(), value: "canary".to_owned() };
        assert_eq!(format!("{secret:?}"), "Secret { name: \"key\", .. }");
    }

    #[test]
    fn of_a_key_each_line_is_looked_for() {
        let value =
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n".to_owned();
        let texts = Secret { name: String::new(), value: value.clone() }.texts();
        assert_eq!(
            texts,
            [&*value, value.trim(), "MIIEvQIBADAN", "BgkqhkiG9w0B", "MIIEvQIBADANBgkqhkiG9w0B"]
        );
    }
}
