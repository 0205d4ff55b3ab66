use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::pieces::Pieces;
use super::spelling::{is_special, readings};

/// A value that must not be written, and what is written instead.
// Without `Debug`: it is the secret.
pub(super) struct Needle {
    text: Vec<u8>,
    pub(super) instead: Pieces,
}

impl Needle {
    pub(super) fn new(text: impl AsRef<[u8]>, instead: Pieces) -> Needle {
        Needle { text: text.as_ref().to_vec(), instead }
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

/// So many bytes at the beginning of a needle tell it from most others.
const HEAD: usize = 4;

/// Many needles, the longest first: a short one would break a long one that holds it.
///
/// A recording may have a token for every record, such as the signature of a link, so that no step goes through all.
pub(super) struct Needles {
    all: Vec<Needle>,
    /// The needles by the byte that they begin with.
    by_first: Vec<Vec<usize>>,
    by_head: HashMap<[u8; HEAD], Vec<usize>>,
    /// Those that are shorter than that.
    stubs: Vec<usize>,
    by_text: HashMap<Vec<u8>, usize>,
}

impl Needles {
    pub(super) fn new(mut all: Vec<Needle>) -> Needles {
        all.retain(|needle| !needle.text.is_empty());
        all.sort_by(|one, other| (other.text.len(), &one.text).cmp(&(one.text.len(), &other.text)));
        all.dedup_by(|one, other| one.text == other.text);
        let mut by_first = vec![Vec::new(); 256];
        let mut by_head: HashMap<_, Vec<usize>> = HashMap::new();
        let (mut stubs, mut by_text) = (Vec::new(), HashMap::new());
        for (index, Needle { text, .. }) in all.iter().enumerate() {
            by_first[usize::from(text[0])].push(index);
            match text.first_chunk() {
                Some(head) => by_head.entry(*head).or_default().push(index),
                None => stubs.push(index),
            }
            by_text.insert(text.clone(), index);
        }
        Needles { all, by_first, by_head, stubs, by_text }
    }

    /// Whether one of them is there.
    pub(super) fn are_in(&self, haystack: &[u8]) -> bool {
        (0..haystack.len()).any(|at| self.at(haystack, at).next().is_some())
    }

    /// All that begin at a place, and where they end.
    fn at(&self, haystack: &[u8], at: usize) -> impl Iterator<Item = (usize, usize)> {
        let rest = &haystack[at..];
        let mut lists: Vec<&[usize]> = Vec::new();
        let means_more = |at: usize| is_special(rest[at]) && !readings(&rest[at..]).is_empty();
        match rest.first_chunk::<HEAD>() {
            Some(head) if !(0..HEAD).any(means_more) => {
                lists.extend(self.by_head.get(head).map(Vec::as_slice));
                lists.push(&self.stubs);
            }
            _ => {
                let first = rest.first().copied().into_iter();
                let readings = readings(rest);
                let firsts = first.chain(readings.iter().map(|it| it.bytes()[0]));
                lists.extend(firsts.map(|first| &*self.by_first[usize::from(first)]));
            }
        }
        let candidates = lists.into_iter().flatten();
        candidates.filter_map(move |index| Some((*index, self.all[*index].end(haystack, at)?)))
    }

    /// All that are there, from left to right, none in another.
    pub(super) fn find(&self, haystack: &[u8]) -> Vec<(Range<usize>, &Needle)> {
        let places = (0..haystack.len())
            .flat_map(|at| self.at(haystack, at).map(move |(index, end)| (index, at..end)));
        let mut places: Vec<(usize, Range<usize>)> = places.collect();
        places.sort_by_key(|(index, span)| (*index, span.start));
        let mut found: BTreeMap<usize, (Range<usize>, &Needle)> = BTreeMap::new();
        for (index, span) in places {
            let before = found.range(..span.end).next_back();
            if before.is_none_or(|(_, (other, _))| other.end <= span.start) {
                found.insert(span.start, (span, &self.all[index]));
            }
        }
        found.into_values().collect()
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
        self.by_text.get(text.as_bytes()).map(|index| &self.all[*index].instead)
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
    fn a_needle_shorter_than_what_needles_are_told_by_is_found_too() {
        assert_eq!(replaced(&["abc", "ab+d"], "xabcx ab+d ab%2bd abc"), "x<>x <> <> <>");
    }

    #[test]
    fn many_backslashes_do_not_take_long() {
        let secret = "\\".repeat(60);
        let text = format!("{}x", "\\".repeat(200));
        assert!(!needles(&[&format!("{secret}y")]).are_in(text.as_bytes()));
    }
}
