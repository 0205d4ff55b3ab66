//! Records that have to come, looked for while others pass by.

use std::collections::HashMap;

use serde_json::Value;

use super::account::KEPT;
use super::digest::Digest;
use super::key::{Key, KeyOfRecord};
use super::tree::Tree;
use super::wanted::Expected;

/// The expected records of one stream that have not come yet.
#[derive(Debug)]
pub(super) struct Awaited {
    digest: Digest,
    exact_order: bool,
    by_key_alone: bool,
    expected: Vec<Await>,
    /// The places of those that are awaited, by their digest.
    by_digest: HashMap<u64, Vec<usize>>,
    /// Likewise by their key.
    by_key: HashMap<u64, usize>,
    passed: usize,
}

#[derive(Debug)]
struct Await {
    record: Value,
    digest: u64,
    has_come: bool,
    nearest: Option<(u64, Value)>,
}

/// A record that was expected and did not come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missed {
    /// Its place in the file, from 0.
    pub(crate) place: usize,
    pub(crate) record: Value,
    /// What came in its place or with its key, and on which line.
    pub(crate) nearest: Option<(u64, Value)>,
}

impl Awaited {
    /// `volatile` are JSON pointers into messages, passed over besides what is ignored.
    pub(super) fn of(expected: &Expected, volatile: &Digest, key: Option<&Key>) -> Self {
        let digest = volatile.clone().and_over(&expected.ignored);
        let mut awaited = Awaited {
            digest,
            exact_order: expected.exact_order,
            by_key_alone: expected.by_key,
            expected: Vec::new(),
            by_digest: HashMap::new(),
            by_key: HashMap::new(),
            passed: 0,
        };
        for (place, record) in expected.records.iter().enumerate() {
            let text = record.to_string();
            let tree = Tree::parse(text.as_bytes()).unwrap_or_default();
            let key = match key.map(|key| key.of(&tree)) {
                Some(KeyOfRecord::Is(key)) => Some(key),
                _ => None,
            };
            let digest = awaited.digest_of(&tree, key);
            awaited.by_digest.entry(digest).or_default().push(place);
            if let Some(key) = key {
                awaited.by_key.entry(key).or_insert(place);
            }
            awaited.expected.push(Await { record: record.clone(), digest, has_come: false, nearest: None });
        }
        awaited
    }

    /// By what a record is known: where keys alone count, one without a key is as good as any other.
    fn digest_of(&self, data: &Tree<'_>, key: Option<u64>) -> u64 {
        if self.by_key_alone { key.unwrap_or_default() } else { self.digest.of(data) }
    }

    /// Takes a record, with its key if it has one.
    pub(super) fn take(&mut self, data: &Tree<'_>, key: Option<u64>, line: u64) {
        let (place, digest) = (self.passed, self.digest_of(data, key));
        self.passed += 1;
        if self.exact_order {
            if let Some(awaited) = self.expected.get_mut(place) {
                awaited.has_come = digest == awaited.digest;
                if !awaited.has_come {
                    awaited.nearest = Some((line, data.to_json()));
                }
            }
            return;
        }
        if self.by_digest.is_empty() {
            return;
        }
        if let Some(places) = self.by_digest.get_mut(&digest) {
            if let Some(awaited) = places.pop().and_then(|place| self.expected.get_mut(place)) {
                awaited.has_come = true;
            }
            if places.is_empty() {
                self.by_digest.remove(&digest);
            }
        } else if let Some(awaited) =
            key.and_then(|key| self.by_key.get(&key)).and_then(|place| self.expected.get_mut(*place))
        {
            awaited.nearest.get_or_insert_with(|| (line, data.to_json()));
        }
    }

    /// Those that did not come: the first of them, and how many there are in all.
    pub(super) fn finish(self) -> (Vec<Missed>, usize) {
        let missed = self.expected.into_iter().enumerate().filter(|(_, awaited)| !awaited.has_come);
        let mut first = Vec::new();
        let mut count = 0;
        for (place, Await { record, nearest, .. }) in missed {
            count += 1;
            if first.len() < KEPT {
                first.push(Missed { place, record, nearest });
            }
        }
        (first, count)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn missed(expected: &Expected, records: &[&str]) -> Vec<(usize, Option<u64>)> {
        let key = Key::at(&[vec!["id".to_owned()]]).unwrap();
        let mut awaited = Awaited::of(expected, &Digest::default(), Some(&key));
        for (line, record) in (1..).zip(records) {
            let tree = Tree::parse(record.as_bytes()).unwrap();
            let key = match key.of(&tree) {
                KeyOfRecord::Is(key) => Some(key),
                KeyOfRecord::Odd(_) => None,
            };
            awaited.take(&tree, key, line);
        }
        let (missed, count) = awaited.finish();
        assert_eq!(missed.len(), count);
        missed.into_iter().map(|missed| (missed.place, missed.nearest.map(|(line, _)| line))).collect()
    }

    #[test]
    fn an_expected_record_comes_once_for_each_time_it_is_expected_in_any_order() {
        let records = vec![json!({"id": 1, "a": [1]}), json!({"id": 2}), json!({"id": 2})];
        let expected = Expected { records, ..Expected::default() };
        let come = [r#"{"id":2}"#, r#"{"id":9}"#, r#"{"a":[1.0],"id":1}"#];
        assert_eq!(missed(&expected, &come), [(1, None)]);
        assert_eq!(missed(&expected, &[r#"{"id":2}"#, r#"{"id":1,"a":[2]}"#, r#"{"id":2}"#]), [(0, Some(2))]);
    }

    #[test]
    fn what_is_ignored_does_not_count() {
        let ignored = vec!["/record/data/at".to_owned()];
        let expected = Expected { records: vec![json!({"id": 1, "at": 5})], ignored, ..Expected::default() };
        assert!(missed(&expected, &[r#"{"id":1,"at":6}"#]).is_empty());
    }

    #[test]
    fn where_keys_alone_count_nothing_else_does() {
        let records = vec![json!({"id": 1, "n": "a"}), json!({"n": "without one"})];
        let expected = Expected { records, by_key: true, ..Expected::default() };
        assert!(missed(&expected, &[r#"{"n":"other"}"#, r#"{"id":1,"n":"b"}"#]).is_empty());
        assert_eq!(missed(&expected, &[r#"{"id":2}"#]), [(0, None), (1, None)]);
        let expected = Expected { exact_order: true, ..expected };
        assert_eq!(missed(&expected, &[r#"{"id":3}"#, r#"{"n":"b"}"#]), [(0, Some(1))]);
    }

    #[test]
    fn in_exact_order_the_stream_begins_with_them() {
        let records = vec![json!({"id": 1}), json!({"id": 2})];
        let expected = Expected { records, exact_order: true, ..Expected::default() };
        assert!(missed(&expected, &[r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#]).is_empty());
        assert_eq!(missed(&expected, &[r#"{"id":2}"#, r#"{"id":1}"#]), [(0, Some(1)), (1, Some(2))]);
        assert_eq!(missed(&expected, &[r#"{"id":1}"#]), [(1, None)]);
    }
}
