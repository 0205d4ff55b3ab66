//! Cuts a stream of bytes into lines, with a limit on what one line may take of our memory.

/// The longest line that is kept whole. Destinations refuse records far smaller than this.
pub(crate) const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// How much of an overlong line is kept to show it.
const SHOWN: usize = 256;

/// One line, without its line feed.
#[derive(Debug, PartialEq)]
pub(crate) enum Line<'a> {
    /// A line as it should be.
    Whole(&'a [u8]),
    /// The last line, which no line feed ends.
    Unfinished(&'a [u8]),
    /// A line past the limit: its first bytes, and how many there were.
    TooLong { start: &'a [u8], bytes: u64 },
}

/// Takes chunks as they come and gives lines as they end.
pub(crate) struct Lines {
    longest: usize,
    /// The line that has begun but not ended.
    begun: Vec<u8>,
    /// The length of that line, once it is past the limit and no longer collected.
    overlong: Option<u64>,
}

impl Lines {
    pub(crate) fn new(longest: usize) -> Self {
        Lines { longest, begun: Vec::new(), overlong: None }
    }

    /// Takes the next chunk; calls `give` for every line that ends in it.
    pub(crate) fn feed(&mut self, mut chunk: &[u8], mut give: impl FnMut(Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = (&chunk[..end], &chunk[end + 1..]);
            chunk = rest;
            if self.begun.is_empty() && self.overlong.is_none() && line.len() <= self.longest {
                give(Line::Whole(line));
                continue;
            }
            self.collect(line);
            match self.overlong.take() {
                Some(bytes) => give(Line::TooLong { start: &self.begun, bytes }),
                None => give(Line::Whole(&self.begun)),
            }
            self.begun.clear();
        }
        self.collect(chunk);
    }

    /// The stream has ended: gives what no line feed ended.
    pub(crate) fn finish(mut self, give: impl FnOnce(Line<'_>)) {
        match self.overlong.take() {
            Some(bytes) => give(Line::TooLong { start: &self.begun, bytes }),
            None if self.begun.is_empty() => {}
            None => give(Line::Unfinished(&self.begun)),
        }
    }

    fn collect(&mut self, piece: &[u8]) {
        if let Some(bytes) = &mut self.overlong {
            *bytes += piece.len() as u64;
        } else if self.begun.len() + piece.len() > self.longest {
            self.overlong = Some((self.begun.len() + piece.len()) as u64);
            let room = SHOWN.saturating_sub(self.begun.len()).min(piece.len());
            self.begun.extend_from_slice(&piece[..room]);
            self.begun.truncate(SHOWN);
            self.begun.shrink_to_fit();
        } else {
            self.begun.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(longest: usize, chunks: &[&str]) -> Vec<String> {
        let mut lines = Lines::new(longest);
        let mut given = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let mut give = |line: Line<'_>| {
            given.push(match line {
                Line::Whole(bytes) => text(bytes),
                Line::Unfinished(bytes) => format!("{}<", text(bytes)),
                Line::TooLong { start, bytes } => format!("{}..{bytes}", text(start)),
            });
        };
        for chunk in chunks {
            lines.feed(chunk.as_bytes(), &mut give);
        }
        lines.finish(&mut give);
        given
    }

    #[test]
    fn a_line_may_come_in_pieces() {
        assert_eq!(lines(99, &["a", "b\nc\n", "d"]), ["ab", "c", "d<"]);
        assert_eq!(lines(99, &["\n\n"]), ["", ""]);
    }

    #[test]
    fn a_line_past_the_limit_is_counted_and_not_kept() {
        assert_eq!(lines(4, &["abc", "def", "ghi\nok\n"]), ["abcdef..9", "ok"]);
        assert_eq!(lines(4, &["abcdefgh\n"]), ["abcdefgh..8"]);
        assert_eq!(lines(4, &["abcd", "e"]), ["abcde..5"]);
    }
}
