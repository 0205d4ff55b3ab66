use std::collections::BTreeSet;
use std::ops::Range;

use super::pieces::Pieces;
use super::spelling::{is_special, readings};

/// A value that must not be written, and what is written instead.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    text: Vec<u8>,
    pub(super) instead: Pieces,
}

impl Needle {
    pub(super) fn new(text: impl AsRef<[u8]>, instead: Pieces) -> Needle {
        Needle { text: text.as_ref().to_vec(), instead }
    }

    /// Where it stands in a text, however it is spelled there.
    fn find(&self, haystack: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < haystack.len() {
            match self.end(haystack, at) {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Where it ends, if it begins here.
    fn end(&self, haystack: &[u8], start: usize) -> Option<usize> {
        let text = &self.text;
        let rest = &haystack[start..];
        let plain =
            rest.iter().zip(text).take_while(|(it, wanted)| it == wanted && !is_special(**it)).count();
        if plain == text.len() {
            return Some(start + plain);
        }
        rest.get(plain).filter(|byte| is_special(**byte))?;
        // All places that are reached, the least of the needle first: several spellings may lead to one.
        let mut reached = BTreeSet::from([(plain, start + plain)]);
        while let Some((said, at)) = reached.pop_first() {
            if said == text.len() {
                return Some(at);
            }
            if haystack.get(at) == text.get(said) {
                reached.insert((said + 1, at + 1));
            }
            for reading in readings(&haystack[at..]) {
                if text[said..].starts_with(reading.bytes()) {
                    reached.insert((said + reading.bytes().len(), at + reading.takes));
                }
            }
        }
        None
    }
}

/// Many needles, the longest first: a short one would break a long one that holds it.
#[derive(Clone, Debug)]
pub(super) struct Needles {
    all: Vec<Needle>,
    /// The needles by the byte that they begin with.
    by_first: Vec<Vec<usize>>,
}

impl Needles {
    pub(super) fn new(mut all: Vec<Needle>) -> Needles {
        all.retain(|needle| !needle.text.is_empty());
        all.sort_by(|one, other| (other.text.len(), &one.text).cmp(&(one.text.len(), &other.text)));
        all.dedup_by(|one, other| one.text == other.text);
        let mut by_first = vec![Vec::new(); 256];
        for (index, needle) in all.iter().enumerate() {
            by_first[usize::from(needle.text[0])].push(index);
        }
        Needles { all, by_first }
    }

    /// Whether one of them is there.
    pub(super) fn are_in(&self, haystack: &[u8]) -> bool {
        let begins = |first: u8, at: usize| {
            let candidates = &self.by_first[usize::from(first)];
            candidates.iter().any(|index| self.all[*index].end(haystack, at).is_some())
        };
        haystack.iter().enumerate().any(|(at, byte)| {
            begins(*byte, at)
                || (is_special(*byte) && readings(&haystack[at..]).iter().any(|it| begins(it.bytes()[0], at)))
        })
    }

    /// All that are there, from left to right, none in another.
    pub(super) fn find(&self, haystack: &[u8]) -> Vec<(Range<usize>, &Needle)> {
        let mut found: Vec<(Range<usize>, &Needle)> = Vec::new();
        if !self.are_in(haystack) {
            return found;
        }
        for needle in &self.all {
            for span in needle.find(haystack) {
                if found.iter().all(|(other, _)| span.end <= other.start || other.end <= span.start) {
                    found.push((span, needle));
                }
            }
        }
        found.sort_by_key(|(span, _)| span.start);
        found
    }

    /// The text with what is written instead of them.
    pub(super) fn replaced(&self, text: Pieces) -> Pieces {
        text.refined(|literal| {
            let found = self.find(literal.as_bytes()).into_iter();
            found.map(|(span, needle)| (span, needle.instead.clone())).collect()
        })
    }

    /// What is written instead of this very text.
    pub(super) fn exactly(&self, text: &str) -> Option<&Pieces> {
        self.all.iter().find(|needle| needle.text == text.as_bytes()).map(|needle| &needle.instead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles(texts: &[&str]) -> Needles {
        Needles::new(texts.iter().map(|text| Needle::new(text, Pieces::literal("<>"))).collect())
    }

    fn replaced(texts: &[&str], text: &str) -> String {
        needles(texts).replaced(Pieces::literal(text)).template().as_str().to_owned()
    }

    #[test]
    fn a_needle_is_found_however_it_is_spelled() {
        let secret = "p/ä \"+%41\\&";
        for text in [
            "p/ä \"+%41\\&",
            "p%2f%C3%A4+%22%2B%2541%5c%26",
            "%70%2F%c3%a4%20%22%2b%2541%5C%26",
            r#"p\/\u00e4 \"+%41\\&"#,
            r#"p\\/\\u00e4 \\\"+%41\\\\&"#,
            "p%252F%25C3%25A4%2520%2522%252B%252541%255C%2526",
        ] {
            assert_eq!(replaced(&[secret], &format!("[{text}]")), "[<>]", "{text}");
        }
        assert_eq!(replaced(&[secret], "p/ä \"+%41\\"), "p/ä \"+%41\\");
        assert_eq!(replaced(&["a&<b"], "[a&amp;&lt;b]"), "[<>]");
    }

    #[test]
    fn the_longest_goes_first() {
        assert_eq!(replaced(&["abc", "abcdef", "cdefghij"], "abcdef abcdefghij abc"), "<> ab<> <>");
    }

    #[test]
    fn many_backslashes_do_not_take_long() {
        let secret = "\\".repeat(60);
        let text = format!("{}x", "\\".repeat(200));
        assert!(!needles(&[&format!("{secret}y")]).are_in(text.as_bytes()));
    }
}
