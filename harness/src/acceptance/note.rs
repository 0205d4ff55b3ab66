//! What is to be said of a file without stopping at it.

use std::collections::BTreeMap;

/// Notes in the order of the file, what is said several times said once.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// By what is said, the line where it is said first and how often.
    said: BTreeMap<String, (u64, usize)>,
}

impl Notes {
    /// Says something of a line, counted from 1.
    pub(super) fn say(&mut self, line: u64, what: impl Into<String>) {
        self.said.entry(what.into()).or_insert((line, 0)).1 += 1;
    }

    /// Each note as a line for people, which begins with `file` and its line.
    pub(super) fn lines(self, file: &str) -> Vec<String> {
        let mut said: Vec<(String, (u64, usize))> = self.said.into_iter().collect();
        said.sort_by_key(|(_, (line, _))| *line);
        let lines = said.into_iter().map(|(what, (line, times))| {
            let more = if times > 1 { format!(" ({times} times)") } else { String::new() };
            format!("{file}:{line}: {what}{more}")
        });
        lines.collect()
    }
}
