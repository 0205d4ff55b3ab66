//! The primary key of a record, and which keys have come before.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};

use super::digest::Digest;
use super::tree::Tree;
use crate::excerpt;
use crate::json_pointer::below;

/// How many keys are kept, of all streams together: 19 MB. One more, and the set doubles.
pub(crate) const KEYS_KEPT: usize = 1_800_000;

/// Where the primary key of a stream stands in its records.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    paths: Vec<Vec<String>>,
}

/// What one record has for a key.
#[derive(Debug, PartialEq)]
pub(super) enum KeyOfRecord {
    /// Equal for equal keys.
    Is(u64),
    /// Why it can be none.
    Odd(OddKey),
}

/// What cannot be a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OddKey {
    /// JSON pointer to the part in question, into the data.
    pub(crate) pointer: String,
    pub(crate) want: &'static str,
    pub(crate) got: String,
}

impl Key {
    pub(super) fn at(paths: &[Vec<String>]) -> Option<Self> {
        (!paths.is_empty()).then(|| Key { paths: paths.to_vec() })
    }

    pub(super) fn of(&self, data: &Tree<'_>) -> KeyOfRecord {
        let mut hasher = DefaultHasher::new();
        let mut all_null = true;
        for path in &self.paths {
            let part = path.iter().try_fold(data, |value, name| value.get(name)).unwrap_or(&Tree::Null);
            match part {
                Tree::List(_) | Tree::Map(_) => {
                    let got = excerpt::of_json(&part.to_json());
                    let want = "a text, a number or a boolean";
                    return KeyOfRecord::Odd(OddKey { pointer: pointer(path), want, got });
                }
                Tree::Null => {}
                _ => all_null = false,
            }
            hasher.write_u64(Digest::default().of(part));
        }
        if all_null {
            let (pointer, want) = match &self.paths[..] {
                [only] => (pointer(only), "a value"),
                _ => (String::new(), "a value in one part of the key at least"),
            };
            return KeyOfRecord::Odd(OddKey { pointer, want, got: "null or nothing".to_owned() });
        }
        KeyOfRecord::Is(hasher.finish())
    }

    /// The key of a record as a person reads it.
    pub(super) fn show(&self, data: &Tree<'_>) -> String {
        let part = |path: &Vec<String>| {
            let value = path.iter().try_fold(data, |value, name| value.get(name)).unwrap_or(&Tree::Null);
            format!("{} = {}", path.join("."), excerpt::of_json(&value.to_json()))
        };
        self.paths.iter().map(part).collect::<Vec<_>>().join(", ")
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |at, name| below(&at, name))
}

/// The keys that have come, of all streams, in many small sets: a set that grows is held twice for that while, and what it leaves
/// behind is so large that the allocator keeps it.
#[derive(Debug)]
pub(super) struct Keys {
    sets: [HashSet<u64>; SETS],
    len: usize,
}

const SETS: usize = 256;

impl Default for Keys {
    fn default() -> Self {
        Keys { sets: std::array::from_fn(|_| HashSet::new()), len: 0 }
    }
}

/// What is known of a key that has just come.
#[derive(Debug, PartialEq)]
pub(super) enum Met {
    First,
    Again,
    /// There were too many to remember them all.
    Unknown,
}

impl Keys {
    pub(super) fn meet(&mut self, stream: usize, key: u64) -> Met {
        // Streams have keys of their own.
        let key = key.wrapping_add((stream as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // By bits that are spread evenly, since a key is a hash.
        let set = &mut self.sets[usize::try_from(key % SETS as u64).unwrap_or_default()];
        if self.len >= KEYS_KEPT {
            return if set.contains(&key) { Met::Again } else { Met::Unknown };
        }
        let is_new = set.insert(key);
        self.len += usize::from(is_new);
        if is_new { Met::First } else { Met::Again }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(paths: &[&[&str]], data: &str) -> KeyOfRecord {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.iter().map(|name| (*name).to_owned()).collect()).collect();
        Key::at(&paths).unwrap().of(&Tree::parse(data.as_bytes()).unwrap())
    }

    #[test]
    fn a_key_is_its_parts_in_their_order_and_nothing_else() {
        let one = key(&[&["id"], &["of", "team"]], r#"{"id": 1, "of": {"team": "a"}, "x": 1}"#);
        assert_eq!(one, key(&[&["id"], &["of", "team"]], r#"{"of": {"team": "a", "y": 2}, "id": 1.0}"#));
        assert_ne!(one, key(&[&["id"], &["of", "team"]], r#"{"id": 1, "of": {"team": "b"}}"#));
        assert_ne!(key(&[&["a"], &["b"]], r#"{"a": 1}"#), key(&[&["a"], &["b"]], r#"{"b": 1}"#));
    }

    #[test]
    fn what_has_parts_is_no_key_and_nor_is_null_all_over() {
        let odd = |key| match key {
            KeyOfRecord::Odd(OddKey { pointer, .. }) => pointer,
            KeyOfRecord::Is(_) => panic!("a key"),
        };
        assert_eq!(odd(key(&[&["id"]], r#"{"id": {"a": 1}}"#)), "/id");
        assert_eq!(odd(key(&[&["id"]], r#"{"id": null}"#)), "/id");
        assert_eq!(odd(key(&[&["a"], &["b"]], r#"{"a": null}"#)), "");
        assert!(matches!(key(&[&["a"], &["b"]], r#"{"a": null, "b": 1}"#), KeyOfRecord::Is(_)));
    }

    #[test]
    fn streams_do_not_share_keys() {
        let mut keys = Keys::default();
        assert_eq!(keys.meet(0, 1), Met::First);
        assert_eq!(keys.meet(1, 1), Met::First);
        assert_eq!(keys.meet(0, 1), Met::Again);
    }
}
