use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use connector_protocol::JsonObject;
use serde_json::Value;

use super::sequence::Sequence;
use crate::cursor::{Mark, Place};
use crate::known_state::PARTITIONS;
use crate::{Cursor, Partition, Result};

/// No state is larger than so many bytes; platforms keep states in databases and hand them around whole.
const LARGEST: usize = 4 * 1024 * 1024;

/// How far the children of each parent have been read.
pub(crate) struct Parts {
    cursor: Rc<Cursor>,
    known: BTreeMap<Rc<str>, Mark>,
    /// Of the parents whose children are being read.
    running: BTreeMap<Rc<str>, Sequence>,
    /// About how many bytes the state takes.
    size: usize,
    limit: usize,
}

impl Parts {
    /// # Errors
    /// If a place in the state is not understood.
    pub(crate) fn from(cursor: &Rc<Cursor>, state: Option<&JsonObject>) -> Result<Self> {
        let (cursor, known) = (Rc::clone(cursor), BTreeMap::new());
        let mut parts = Parts { cursor, known, running: BTreeMap::new(), size: 0, limit: LARGEST };
        let places = state.and_then(|state| state.get(PARTITIONS)).and_then(Value::as_object);
        for (key, value) in places.into_iter().flatten() {
            let mark = parts.cursor.understand(value)?;
            parts.keep(key.as_str().into(), mark);
        }
        Ok(parts)
    }

    /// The children of this parent are going to be read; from where, is returned.
    pub(crate) fn begin(&mut self, partition: &Partition) -> Place {
        let place = Place { mark: self.known.get(partition.key()).copied(), listing_since: None };
        self.running.insert(partition.shared_key(), Sequence::from(place));
        place
    }

    /// Changes how far the children of a parent have been read, as `change` says; true if the state is another now.
    pub(crate) fn change(&mut self, key: &Rc<str>, change: impl FnOnce(&mut Sequence) -> bool) -> bool {
        let sequence = self.running.entry(Rc::clone(key)).or_default();
        let changed = change(sequence);
        if let (true, Some(mark)) = (changed, sequence.mark()) {
            self.keep(Rc::clone(key), mark);
        }
        changed
    }

    /// The children of this parent have been read.
    pub(crate) fn end(&mut self, key: &Rc<str>) {
        self.running.remove(key);
    }

    /// All parents have been listed and read: of others, nothing need be kept.
    pub(crate) fn retain(&mut self, listed: &[Partition]) {
        let listed: HashSet<&str> = listed.iter().map(Partition::key).collect();
        self.known.retain(|key, _| listed.contains(&**key));
        self.size = self.known.iter().map(|(key, mark)| self.weight(key, *mark)).sum();
    }

    /// About how many bytes the state takes.
    pub(crate) fn size(&self) -> usize {
        self.size.min(self.limit)
    }

    /// The state; parents beyond the limit, those whose children changed longest ago, are left out of it.
    pub(crate) fn state(&self) -> JsonObject {
        let mut kept: Vec<(&Rc<str>, Mark)> = self.known.iter().map(|(key, mark)| (key, *mark)).collect();
        if self.size > self.limit {
            kept.sort_by_key(|(_, mark)| std::cmp::Reverse(*mark));
            let mut size = 0;
            let fits = kept.iter().take_while(|(key, mark)| {
                size += self.weight(key, *mark);
                size <= self.limit
            });
            let count = fits.count();
            log::warn!(
                "the state would be larger than {} bytes: {} of {} parents are left out of it, and read from the start \
                 the next time",
                self.limit,
                kept.len() - count,
                kept.len()
            );
            kept.truncate(count);
        }
        let places = kept.into_iter().map(|(key, mark)| (key.to_string(), self.cursor.write(mark)));
        JsonObject::from_iter([(PARTITIONS.to_owned(), Value::Object(places.collect()))])
    }

    fn keep(&mut self, key: Rc<str>, mark: Mark) {
        let weight = self.weight(&key, mark);
        if self.known.insert(key, mark).is_none() {
            self.size += weight;
        }
    }

    /// Quotes, colon and comma included.
    fn weight(&self, key: &str, mark: Mark) -> usize {
        key.len() + 4 + self.cursor.write(mark).to_string().len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(state: &Value) -> Parts {
        Parts::from(&Rc::new(Cursor::integer("n")), state.as_object()).unwrap()
    }

    #[test]
    fn what_is_not_read_keeps_its_place() {
        let mut parts = parts(&json!({"partitions": {"a": 1, "b": 2}}));
        assert!(parts.change(&"b".into(), |sequence| sequence.done(0, Mark(5))));
        assert!(parts.change(&"c".into(), |sequence| sequence.done(0, Mark(7))));
        assert_eq!(Value::Object(parts.state()), json!({"partitions": {"a": 1, "b": 5, "c": 7}}));
    }

    #[test]
    fn beyond_the_limit_the_oldest_are_left_out() {
        let state: JsonObject = (0..1000).map(|n| (format!("key-{n:04}"), json!(n))).collect();
        let mut parts = parts(&json!({ "partitions": state }));
        parts.limit = 1000;
        let state = parts.state();
        let kept = state["partitions"].as_object().unwrap();
        assert!(Value::Object(kept.clone()).to_string().len() <= 1000 + 2, "{}", kept.len());
        assert!(kept.len() > 50 && kept.contains_key("key-0999") && !kept.contains_key("key-0000"));
    }

    #[test]
    fn a_place_that_is_not_understood_is_an_error() {
        let state = json!({"partitions": {"a": "soon"}});
        let error = Parts::from(&Rc::new(Cursor::integer("n")), state.as_object()).err().unwrap();
        assert!(error.to_string().contains(r#"got "soon""#), "{error}");
    }
}
