//! Long chains of pages, made short without a break: the first pages, and after them the last one.
//!
//! The request for the page before which others are left out is given the answer of the last. So no request and no answer
//! is edited, whatever a client makes of them: it walks on as it did, and ends as it did.

use std::collections::{BTreeSet, HashMap};

use connector_replay::{Interaction, Terms};

use super::chain::{Chain, Step, chains};
use super::ground::{Ground, Mixed};
use super::page::Page;
use super::sequence::{Entry, Sequence};

/// To the reader of a request that is given the answer of another.
const NOTE: &str = "Answered as the last page was; those between are left out.";

/// Keeps `most` pages of each chain that is longer, the last one among them.
pub(super) fn sample(sequences: &mut Vec<Sequence>, most: usize, terms: &Terms, notes: &mut Vec<String>) {
    let most = most.max(3);
    let mut shown: Vec<usize> = Vec::new();
    let mut pages = Vec::new();
    sequences.sort_by_key(|sequence| sequence.entries[0].first);
    for (place, sequence) in sequences.iter().enumerate() {
        if let Some(page) = Page::new(sequence.last(), terms) {
            pages.push(page);
            shown.push(place);
        }
    }
    let chains = chains(&pages);
    let follow: HashMap<usize, &[usize]> =
        chains.iter().map(|chain| (chain.pages[0], &chain.pages[1..])).collect();
    let mut ground = Ground::new(&pages);
    let mut cut: Vec<(usize, usize)> = Vec::new();
    for chain in chains.iter().filter(|chain| chain.pages.len() > most) {
        if !ground.is_asked(chain.pages[0]) {
            continue;
        }
        let (count, left_out) = (chain.pages.len(), &chain.pages[most - 1..]);
        let line = |page: usize| sequences[shown[page]].last().to_string();
        let result = match reason_to_keep(chain, &pages) {
            Some(reason) => Err(reason),
            None => ground
                .leave_out(left_out, &follow)
                .map_err(|Mixed(page)| format!("{} asks for records of several pages at once", line(page))),
        };
        notes.push(match result {
            Ok(children) => {
                cut.push((shown[left_out[0]], shown[left_out[left_out.len() - 1]]));
                let children = match children {
                    0 => String::new(),
                    _ => format!(", without the others and {children} requests for what only they told of"),
                };
                format!("{}: {most} of {count} pages were kept{children}.", line(chain.pages[0]))
            }
            Err(reason) => format!("{}: all {count} pages were kept, since {reason}.", line(chain.pages[0])),
        });
    }
    let dropped: BTreeSet<usize> = shown
        .iter()
        .enumerate()
        .filter(|(page, _)| !ground.is_asked(*page))
        .map(|(_, place)| *place)
        .collect();
    for (to, from) in cut {
        sequences[to].entries = answered_as(&sequences[to], &sequences[from]);
    }
    let mut place = 0..;
    sequences.retain(|_| place.next().is_some_and(|place| !dropped.contains(&place)));
}

/// The requests of one sequence with the answers of another that comes after it.
fn answered_as(asked: &Sequence, answered: &Sequence) -> Vec<Entry> {
    let entries = answered.entries.iter().enumerate().map(|(nth, entry)| {
        let own = asked.entries.get(nth);
        let Interaction { request, optional, .. } =
            &own.or(asked.entries.last()).unwrap_or(entry).interaction;
        Entry {
            first: own.map_or(entry.first, |own| own.first),
            interaction: Interaction {
                note: Some(NOTE.to_owned()),
                request: request.clone(),
                optional: *optional,
                ..entry.interaction.clone()
            },
        }
    });
    entries.collect()
}

/// Why a client could notice that pages are missing.
fn reason_to_keep(chain: &Chain, pages: &[Page]) -> Option<String> {
    if chain.forks {
        return Some("more than one page is asked for with what one page says".to_owned());
    }
    let (first, last) = (&pages[chain.pages[0]], &pages[chain.pages[chain.pages.len() - 1]]);
    let mut strides = chain.steps.iter().filter_map(|step| match step {
        Step::Counted { by } => *by,
        _ => None,
    });
    let stride = strides.next();
    if strides.any(|by| Some(by) != stride) {
        return Some("they are not evenly counted".to_owned());
    }
    if chain.steps.iter().any(|step| matches!(step, Step::Counted { .. }))
        && let Some(total) = first.leaves.iter().find(|leaf| {
            let same = |other: &&super::leaf::Leaf| other.place == leaf.place && other.text == leaf.text;
            !leaf.is_listed()
                && is_total(&leaf.name(), &leaf.text)
                && last.leaves.iter().any(|other| same(&other))
        })
    {
        return Some(format!("their answers say how many there are, {} {}", total.place, total.text));
    }
    let unmoved = match chain.steps.last()? {
        Step::Carried { name, place } => {
            let own = last.value(name);
            last.leaves.iter().any(|leaf| leaf.place == *place && Some(&*leaf.text) == own)
        }
        Step::Link => last.next.contains(&last.line()),
        Step::Record | Step::Counted { .. } => false,
    };
    unmoved.then(|| "the last one is told by what it is asked for with".to_owned())
}

/// Whether a number may say how many pages or records there are in all.
fn is_total(name: &str, text: &str) -> bool {
    ["total", "count", "pages", "found", "hits", "lastpage", "last_page"]
        .iter()
        .any(|word| name.contains(word))
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lines, recorded};
    use super::super::{Assembled, Options, assemble, faults};

    fn sampled(asked: &[(&str, &str)]) -> Assembled {
        let asked: Vec<_> = asked.iter().map(|(path, answer)| (0, *path, *answer)).collect();
        let options = Options { required: [0].into(), sample: Some(3), ..Options::default() };
        let assembled = assemble(recorded(&asked), &options).unwrap();
        assert_eq!(faults(&assembled.tape), [""; 0]);
        assembled
    }

    #[test]
    fn the_first_pages_and_the_last_are_kept() {
        for (asked, third) in [
            (
                [("/a?page=1", "[1]"), ("/a?page=2", "[2]"), ("/a?page=3", "[3]"), ("/a?page=4", "[]")],
                "/a?page=3 []",
            ),
            (
                [
                    ("/a", r#"{"next": "x"}"#),
                    ("/a?after=x", r#"{"next": "y"}"#),
                    ("/a?after=y", r#"{"next": "z"}"#),
                    ("/a?after=z", r#"{"next": null}"#),
                ],
                r#"/a?after=y {"next":null}"#,
            ),
            (
                [
                    ("/a", r#"{"data": [{"id": 9}], "has_more": true}"#),
                    ("/a?starting_after=9", r#"{"data": [{"id": 8}], "has_more": true}"#),
                    ("/a?starting_after=8", r#"{"data": [{"id": 7}], "has_more": true}"#),
                    ("/a?starting_after=7", r#"{"data": [{"id": 6}], "has_more": false}"#),
                ],
                r#"/a?starting_after=8 {"data":[{"id":6}],"has_more":false}"#,
            ),
        ] {
            let Assembled { tape, notes } = sampled(&asked);
            assert_eq!(lines(&tape)[2..], [third], "{asked:?}");
            assert_eq!(notes, [format!("GET https://a.test{}: 3 of 4 pages were kept.", asked[0].0)]);
        }
        assert_eq!(
            sampled(&[("/a?page=1", "[1]"), ("/a?page=2", "[2]"), ("/a?page=3", "[]")]).notes,
            [""; 0]
        );
    }

    #[test]
    fn a_chain_that_says_how_long_it_is_is_kept_whole() {
        for (answer, reason) in [
            (r#"{"total_pages": 4}"#, "their answers say how many there are, /total_pages 4"),
            (r#"{"meta": {"count": 31}}"#, "their answers say how many there are, /meta/count 31"),
        ] {
            let asked = ["/a?page=1", "/a?page=2", "/a?page=3", "/a?page=4"].map(|page| (page, answer));
            let Assembled { tape, notes } = sampled(&asked);
            assert_eq!(tape.interactions.len(), 4);
            let wanted = format!("GET https://a.test/a?page=1: all 4 pages were kept, since {reason}.");
            assert_eq!(notes, [wanted]);
        }
    }

    #[test]
    fn a_chain_whose_end_is_told_by_its_cursor_is_kept_whole() {
        let asked = [
            ("/a", r#"{"cursor": "x"}"#),
            ("/a?cursor=x", r#"{"cursor": "y"}"#),
            ("/a?cursor=y", r#"{"cursor": "z"}"#),
            ("/a?cursor=z", r#"{"cursor": "z"}"#),
        ];
        let Assembled { tape, notes } = sampled(&asked);
        assert_eq!(tape.interactions.len(), 4);
        assert!(notes[0].ends_with("since the last one is told by what it is asked for with."), "{notes:?}");
    }

    #[test]
    fn what_only_pages_that_are_left_out_told_of_is_left_out_too() {
        let asked = [
            ("/users?page=1", r#"[{"id": 1}]"#),
            ("/users?page=2", r#"[{"id": 2}]"#),
            ("/users?page=3", r#"[{"id": 3}]"#),
            ("/users?page=4", r#"[{"id": 4}]"#),
            ("/users?page=5", "[]"),
            ("/users/1/posts?limit=3", r#"[{"id": 11, "user": 1}]"#),
            ("/users/3/posts?limit=3", r#"[{"id": 13, "user": 3}]"#),
            ("/users/4/posts?limit=3", "[]"),
            ("/comments?post=11", "[]"),
            ("/comments?post=13", r#"[{"user": 3}]"#),
            ("/avatar?user=3", "1"),
            ("/avatar?user=2", "1"),
        ];
        let Assembled { tape, notes } = sampled(&asked);
        let wanted = [
            r#"/users?page=1 [{"id":1}]"#,
            r#"/users?page=2 [{"id":2}]"#,
            "/users?page=3 []",
            r#"/users/1/posts?limit=3 [{"id":11,"user":1}]"#,
            "/comments?post=11 []",
            "/avatar?user=2 1",
        ];
        assert_eq!(lines(&tape), wanted);
        assert!(notes[0].contains("3 of 5 pages were kept, without the others and 4 requests"), "{notes:?}");
    }

    #[test]
    fn what_is_passed_over_in_comparing_does_not_hide_a_chain() {
        let pages = [
            (0, "/a?n=x&page=1", "[1]"),
            (0, "/a?n=y&page=2", "[2]"),
            (0, "/a?n=z&page=3", "[3]"),
            (0, "/a?n=q&page=4", "[]"),
        ];
        let ignore = vec![connector_replay::Rule { path: None, part: "query n".parse().unwrap() }];
        let options = Options { required: [0].into(), ignore, sample: Some(3), ..Options::default() };
        let tape = assemble(recorded(&pages), &options).unwrap().tape;
        assert_eq!(lines(&tape)[2..], ["/a?n=z&page=3 []"]);
    }

    #[test]
    fn a_request_for_records_of_several_pages_keeps_them_all() {
        let mut asked = vec![
            ("/users?page=1", r#"[{"id": 1}]"#),
            ("/users?page=2", r#"[{"id": 2}]"#),
            ("/users?page=3", r#"[{"id": 3}]"#),
            ("/users?page=4", "[]"),
            ("/posts?users=1,2,3", "[]"),
        ];
        let Assembled { tape, notes } = sampled(&asked);
        assert_eq!(tape.interactions.len(), 5);
        assert!(
            notes[0].contains("/posts?users=1,2,3 asks for records of several pages at once"),
            "{notes:?}"
        );
        asked.pop();
        assert_eq!(sampled(&asked).tape.interactions.len(), 3);
    }
}
