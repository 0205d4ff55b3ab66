//! What a process writes to stderr: counted, searched for secrets, its end kept.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::ledger::{Line, Lines, Seen};
use crate::secrets::Secrets;
use crate::transcript::Stderr;

/// Lines of stderr that are kept to be shown.
const LINES_KEPT: usize = 20;

/// Bytes of one line that are searched and kept.
const LONGEST_LINE: usize = 64 * 1024;

/// Takes stderr as it comes.
pub(crate) struct StderrLog {
    lines: Option<Lines>,
    book: Book,
}

struct Book {
    secrets: Arc<Secrets>,
    number: u64,
    tail: VecDeque<String>,
    leaks: Vec<Seen<crate::secrets::Leak>>,
    bytes: u64,
}

impl StderrLog {
    pub(crate) fn new(secrets: Arc<Secrets>) -> Self {
        let book = Book { secrets, number: 0, tail: VecDeque::new(), leaks: Vec::new(), bytes: 0 };
        StderrLog { lines: Some(Lines::new(LONGEST_LINE)), book }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        self.book.bytes += chunk.len() as u64;
        if let Some(lines) = &mut self.lines {
            lines.feed(chunk, |line| self.book.enter(&line));
        }
    }

    pub(crate) fn finish(mut self) -> Stderr {
        if let Some(lines) = self.lines.take() {
            lines.finish(|line| self.book.enter(&line));
        }
        let Book { bytes, tail, leaks, .. } = self.book;
        Stderr { bytes, tail: Vec::from(tail).join("\n"), leaks }
    }
}

impl Book {
    fn enter(&mut self, line: &Line<'_>) {
        self.number += 1;
        let (Line::Whole(bytes) | Line::Unfinished(bytes) | Line::TooLong { start: bytes, .. }) = line;
        for leak in self.secrets.leaks_in(bytes) {
            crate::ledger::note(&mut self.leaks, self.number, leak, PartialEq::eq);
        }
        if self.tail.len() == LINES_KEPT {
            self.tail.pop_front();
        }
        self.tail.push_back(self.secrets.mask(&crate::excerpt::of_bytes(bytes)));
    }
}
