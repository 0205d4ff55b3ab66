//! What a process writes to stderr: counted, searched for secrets, its end kept.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::excerpt;
use crate::ledger::{Line, Lines, Seen, note};
use crate::secrets::{Leak, Secrets};
use crate::stack_trace;
use crate::transcript::Stderr;

/// Lines of stderr that are kept to be shown.
const LINES_KEPT: usize = 20;

/// Bytes of one line that are kept.
const LONGEST_LINE: usize = 64 * 1024;

/// The last lines, and the first that is one of a stack trace.
#[derive(Default)]
struct End {
    tail: VecDeque<String>,
    stack_trace: Option<String>,
}

/// Takes stderr as it comes.
pub(crate) struct StderrLog {
    secrets: Arc<Secrets>,
    lines: Lines,
    end: End,
    leaks: Vec<Seen<Leak>>,
    bytes: u64,
    /// The end of the chunk before: a secret may begin in one chunk and end in the next.
    carried: Vec<u8>,
}

impl StderrLog {
    pub(crate) fn new(secrets: Arc<Secrets>) -> Self {
        let lines = Lines::new(LONGEST_LINE);
        StderrLog { secrets, lines, end: End::default(), leaks: Vec::new(), bytes: 0, carried: Vec::new() }
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.look_for_secrets(chunk);
        self.lines.feed(chunk, |line| self.end.keep(&self.secrets, &line));
    }

    pub(crate) fn finish(self) -> Stderr {
        let StderrLog { secrets, lines, mut end, leaks, bytes, .. } = self;
        lines.finish(|line| end.keep(&secrets, &line));
        let End { tail, stack_trace } = end;
        Stderr { bytes, tail: Vec::from(tail).join("\n"), stack_trace, leaks }
    }

    /// By chunks and not by lines: no line is too long to be searched.
    fn look_for_secrets(&mut self, chunk: &[u8]) {
        let overlap = self.secrets.reach();
        if self.secrets.is_empty() {
            return;
        }
        let mut seam = std::mem::take(&mut self.carried);
        seam.extend_from_slice(&chunk[..chunk.len().min(overlap)]);
        let mut leaks = self.secrets.leaks_in(&seam);
        if chunk.len() > overlap {
            let beyond = self.secrets.leaks_in(chunk);
            leaks.extend(beyond.into_iter().filter(|leak| !leaks.contains(leak)).collect::<Vec<_>>());
            seam = chunk[chunk.len() - overlap..].to_vec();
        }
        for leak in leaks {
            note(&mut self.leaks, 0, leak, PartialEq::eq);
        }
        // What is carried is the end of everything so far, however small the chunks are.
        self.carried = seam.split_off(seam.len().saturating_sub(overlap));
    }
}

impl End {
    fn keep(&mut self, secrets: &Secrets, line: &Line<'_>) {
        let (Line::Whole(bytes) | Line::Unfinished(bytes) | Line::TooLong { start: bytes, .. }) = line;
        if self.tail.len() == LINES_KEPT {
            self.tail.pop_front();
        }
        let shown = secrets.mask(&excerpt::of_bytes(bytes));
        if self.stack_trace.is_none() && stack_trace::begins(&String::from_utf8_lossy(bytes)) {
            self.stack_trace = Some(shown.clone());
        }
        self.tail.push_back(shown);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_found_wherever_the_chunks_cut_it_and_however_long_its_line_is() {
        let spec = json!({"properties": {"key": {"airbyte_secret": true}}});
        let secrets = Arc::new(Secrets::of(&spec, &json!({"key": "canary-7f3a"})));
        let text = format!("{}canary-7f3a\n", "x".repeat(3 * LONGEST_LINE));
        for size in [1, 4, 10, 1000, text.len()] {
            let mut log = StderrLog::new(Arc::clone(&secrets));
            text.as_bytes().chunks(size).for_each(|chunk| log.feed(chunk));
            assert!(!log.finish().leaks.is_empty(), "chunks of {size}");
        }
        let mut log = StderrLog::new(secrets);
        log.feed(b"nothing of canary-7f3b here");
        assert!(log.finish().leaks.is_empty());
    }
}
