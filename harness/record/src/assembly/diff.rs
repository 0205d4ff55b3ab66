use std::collections::HashSet;
use std::fmt;

use connector_replay::{Difference, Equals, Tape, Terms};

use super::meaning::{Comparison, Meaning};
use super::stand_in;

/// One way in which a tape is not another. Interactions are named by their positions, counted from 0.
///
/// Displayed, it is for people: a line for what changed, and one for each part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is in the second tape alone.
    Added {
        /// Its position there.
        position: usize,
        /// Method and URL.
        request: String,
    },
    /// It is in the first tape alone.
    Removed {
        /// Its position there.
        position: usize,
        /// Method and URL.
        request: String,
    },
    /// The request is in both, but not answered alike.
    Changed {
        /// Its positions in the first and in the second tape.
        positions: (usize, usize),
        /// Method and URL.
        request: String,
        /// `status`, `header NAME`, `body /POINTER` and so on, or `repeat` or `optional`.
        parts: Vec<Difference>,
    },
    /// Likewise, but no client acts on what differs: the time, or how long it took.
    Noise {
        /// Its positions in the first and in the second tape.
        positions: (usize, usize),
        /// Method and URL.
        request: String,
        /// Likewise.
        parts: Vec<Difference>,
    },
    /// It comes before or after others that it came after or before.
    Moved {
        /// Its positions in the first and in the second tape.
        positions: (usize, usize),
        /// Method and URL.
        request: String,
    },
}

/// What a second tape says that the first does not, and the other way round: what is gone by its position in the first,
/// then all else by its position in the second. Equal requests are compared in their order.
pub fn diff(first: &Tape, second: &Tape) -> Vec<Change> {
    let all = || first.interactions.iter().chain(&second.interactions);
    let (terms, meaning) = (stand_in::terms(all(), &[]), Meaning::of(all()));
    let pairs = pairs(first, second, &terms);
    let partners: HashSet<usize> = pairs.iter().filter_map(|pair| *pair).collect();
    let mut changes = Vec::new();
    for (position, interaction) in first.interactions.iter().enumerate() {
        if !partners.contains(&position) {
            changes.push(Change::Removed { position, request: interaction.to_string() });
        }
    }
    let in_place = longest_rise(&pairs);
    for (position, (interaction, pair)) in second.interactions.iter().zip(&pairs).enumerate() {
        let request = interaction.to_string();
        let Some(partner) = *pair else {
            changes.push(Change::Added { position, request });
            continue;
        };
        let positions = (partner, position);
        let before = &first.interactions[partner];
        let Comparison { mut drift, noise } = meaning.compare(&before.response, &interaction.response);
        for (part, wanted, got) in [
            ("repeat", before.repeat, interaction.repeat),
            ("optional", before.optional, interaction.optional),
        ] {
            if wanted != got {
                let (wanted, got) = (Some(wanted.to_string()), Some(got.to_string()));
                drift.push(Difference { part: part.to_owned(), wanted, got });
            }
        }
        if !in_place.contains(&position) {
            changes.push(Change::Moved { positions, request: request.clone() });
        }
        if !drift.is_empty() {
            changes.push(Change::Changed { positions, request: request.clone(), parts: drift });
        }
        if !noise.is_empty() {
            changes.push(Change::Noise { positions, request, parts: noise });
        }
    }
    changes
}

/// For each interaction of the second tape the one of the first that has the same turn among equal requests.
fn pairs(first: &Tape, second: &Tape, terms: &Terms) -> Vec<Option<usize>> {
    let equals = Equals::new(first.interactions.iter().map(|interaction| &interaction.request), terms);
    let mut left = equals.sets();
    for set in &mut left {
        set.reverse();
    }
    let pair = second.interactions.iter().map(|interaction| {
        let request = interaction.request.asked(terms).ok()?;
        equals.find(&request).into_iter().find_map(|set| left[set].pop())
    });
    pair.collect()
}

/// The positions of the most pairs that are in one order: what is not among them was moved.
fn longest_rise(pairs: &[Option<usize>]) -> HashSet<usize> {
    let partner = |position: &usize| pairs[*position];
    // The position that ends the best rise of each length, and before each position the one that it follows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for position in (0..pairs.len()).filter(|position| pairs[*position].is_some()) {
        let length = ends.partition_point(|end| partner(end) < pairs[position]);
        before[position] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = position,
            None => ends.push(position),
        }
    }
    std::iter::successors(ends.last().copied(), |position| before[*position]).collect()
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut with_parts =
            |what: &str, (first, second): &(usize, usize), request: &str, parts: &[Difference]| {
                write!(f, "{what} {request} (interaction {} -> {})", first + 1, second + 1)?;
                parts.iter().try_for_each(|part| write!(f, "\n    {part}"))
            };
        match self {
            Change::Changed { positions, request, parts } => with_parts("changed", positions, request, parts),
            Change::Noise { positions, request, parts } => with_parts("noise  ", positions, request, parts),
            Change::Moved { positions, request } => with_parts("moved  ", positions, request, &[]),
            Change::Added { position, request } => {
                write!(f, "added   {request} (interaction {})", position + 1)
            }
            Change::Removed { position, request } => {
                write!(f, "removed {request} (interaction {})", position + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::interaction;
    use super::*;

    fn tape(all: &[(&str, &str)]) -> Tape {
        Tape::new(all.iter().map(|(path, answer)| interaction(path, answer)).collect())
    }

    fn shown(first: &Tape, second: &Tape) -> Vec<String> {
        diff(first, second).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_came_what_went_and_what_changed_is_named() {
        let first = tape(&[("/a?x=1&y=2", r#"{"n": 1}"#), ("/b", "1"), ("/a?y=2&x=1", "2")]);
        let mut second = tape(&[("/a?y=2&x=1", r#"{"n": 3}"#), ("/a?x=1&y=2", "2"), ("/c", "1")]);
        second.interactions[0].response.status = 500;
        second.interactions[1].repeat = true;
        second.interactions[1].response.headers = serde_json::from_str(r#"[["date", "now"]]"#).unwrap();
        assert_eq!(
            shown(&first, &second),
            [
                "removed GET https://a.test/b (interaction 2)",
                "changed GET https://a.test/a?y=2&x=1 (interaction 1 -> 1)\n    status: wanted 200, got 500\n    \
                 body /n: wanted 1, got 3",
                "changed GET https://a.test/a?x=1&y=2 (interaction 3 -> 2)\n    repeat: wanted false, got true",
                "noise   GET https://a.test/a?x=1&y=2 (interaction 3 -> 2)\n    header date: wanted nothing, got now",
                "added   GET https://a.test/c (interaction 3)",
            ]
        );
        assert_eq!(shown(&first, &first), [""; 0]);
    }

    #[test]
    fn the_fewest_that_were_moved_are_named() {
        let first = tape(&["/a", "/b", "/c", "/d"].map(|path| (path, "1")));
        for (order, moved) in [
            (["/d", "/a", "/b", "/c"], "moved   GET https://a.test/d (interaction 4 -> 1)"),
            (["/b", "/c", "/a", "/d"], "moved   GET https://a.test/a (interaction 1 -> 3)"),
        ] {
            assert_eq!(shown(&first, &tape(&order.map(|path| (path, "1")))), [moved]);
        }
    }
}
