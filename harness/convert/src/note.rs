use std::collections::HashMap;

/// The most entries that a note names one by one.
const NAMED: usize = 10;

/// What could not be kept as it was, said once for all entries of which it is true.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// In the order in which they were first said.
    said: Vec<(String, Vec<String>)>,
    places: HashMap<String, usize>,
}

impl Notes {
    /// Says a sentence of an entry: lower case, without the full stop.
    pub(crate) fn add(&mut self, entry: &str, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let place = *self.places.entry(sentence.clone()).or_insert_with(|| {
            self.said.push((sentence, Vec::new()));
            self.said.len() - 1
        });
        let entries = &mut self.said[place].1;
        if entries.last().is_none_or(|last| last != entry) {
            entries.push(entry.to_owned());
        }
    }

    /// Says what another has said.
    pub(crate) fn absorb(&mut self, other: Notes) {
        for (sentence, entries) in other.said {
            for entry in entries {
                self.add(&entry, sentence.clone());
            }
        }
    }

    /// One line a sentence.
    pub(crate) fn into_lines(self) -> Vec<String> {
        let line = |(sentence, entries): (String, Vec<String>)| {
            let named = entries.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = entries.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let entry = if entries.len() == 1 { "entry" } else { "entries" };
            format!("{entry} {named}{more}: {sentence}")
        };
        self.said.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_names_all_entries_of_which_it_is_true() {
        let mut notes = Notes::default();
        notes.add("1", "a");
        notes.add("2", "b");
        notes.add("2", "b");
        for entry in 3..15 {
            notes.add(&entry.to_string(), "a");
        }
        let lines = notes.into_lines();
        assert_eq!(lines, ["entries 1, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more: a", "entry 2: b"]);
    }
}
