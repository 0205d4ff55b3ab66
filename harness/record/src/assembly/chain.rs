//! Chains of pages: each asked for with what the answer before it said, or counted up.

use std::collections::HashMap;

use connector_replay::Moment;

use super::leaf::Leaf;
use super::page::{Page, is_pointer};

/// The most earlier requests that are looked at for the page before one: of interleaved chains it is among the last.
const CANDIDATES: usize = 64;

/// What the names of counters hold. Other numbers that grow are the identifiers of something.
const COUNTERS: [&str; 6] = ["page", "offset", "skip", "start", "index", "from"];

/// Pages in the order in which they are asked for, at least two.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) pages: Vec<usize>,
    /// How each page but the first was come by.
    pub(super) steps: Vec<Step>,
    /// Whether more than one page is asked for with what a page says.
    pub(super) forks: bool,
}

/// What leads from a page to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A URL.
    Link,
    /// A value that the answer held at `place`, asked for in the slot `name`.
    Carried { name: String, place: String },
    /// What the last record says.
    Record,
    /// A number that is so much larger; unknown where the page before has none.
    Counted { by: Option<u64> },
}

/// The chains among requests that are in the order in which they were first asked.
pub(super) fn chains(pages: &[Page]) -> Vec<Chain> {
    let mut linked: HashMap<&str, usize> = HashMap::new();
    let mut alike: HashMap<(u64, Option<&str>), Vec<usize>> = HashMap::new();
    let mut before: Vec<Option<(usize, Step)>> = Vec::with_capacity(pages.len());
    for (at, page) in pages.iter().enumerate() {
        before.push(previous(pages, page, &linked, &alike));
        for next in &page.next {
            linked.insert(next, at);
        }
        alike.entry((page.without(None), None)).or_default().push(at);
        for (index, slot) in page.slots.iter().enumerate() {
            alike.entry((page.without(Some(index)), Some(&slot.name))).or_default().push(at);
        }
    }
    walk(&before)
}

/// The page that led to this one.
fn previous(
    pages: &[Page],
    page: &Page,
    linked: &HashMap<&str, usize>,
    alike: &HashMap<(u64, Option<&str>), Vec<usize>>,
) -> Option<(usize, Step)> {
    if let Some(found) = linked.get(page.line().as_str()) {
        return Some((*found, Step::Link));
    }
    page.slots.iter().enumerate().find_map(|(index, slot)| {
        let rest = page.without(Some(index));
        let with = alike.get(&(rest, Some(&slot.name))).into_iter().flatten().rev();
        let without = alike.get(&(rest, None)).into_iter().flatten().rev();
        with.chain(without)
            .take(CANDIDATES)
            .find_map(|candidate| Some((*candidate, step(&pages[*candidate], &slot.name, &slot.value)?)))
    })
}

/// What leads from a page to one that differs from it in this value alone.
fn step(from: &Page, name: &str, value: &str) -> Option<Step> {
    let before = from.value(name);
    if before == Some(value) || value.is_empty() {
        return None;
    }
    if let Some(counted) = counted(name, before, value) {
        return Some(counted);
    }
    let short = short(name);
    let holds =
        |leaf: &&Leaf| leaf.text == value || linked_value(&leaf.text, short) == Some(value.to_owned());
    let pointer = from.leaves.iter().filter(holds).find(|leaf| !leaf.is_listed() && is_pointer(&leaf.place));
    if let Some(leaf) = pointer {
        return Some(Step::Carried { name: name.to_owned(), place: leaf.place.clone() });
    }
    // Of a record in between, it would be one of many things that have a page of their own.
    let record = is_pointer(short)
        && from.leaves.iter().any(|leaf| leaf.last && leaf.is_listed() && leaf.text == value);
    record.then_some(Step::Record)
}

/// What leads from a number to one that counts on from it. `None` of what does not count.
fn counted(name: &str, before: Option<&str>, value: &str) -> Option<Step> {
    let short = short(name).to_ascii_lowercase();
    let number: u64 = value.parse().ok()?;
    if !COUNTERS.iter().any(|word| short.contains(word)) || !Moment::all_in(value).is_empty() {
        return None;
    }
    let by = match before {
        Some(before) => Some(number.checked_sub(before.parse().ok()?).filter(|by| *by > 0)?),
        None => None,
    };
    Some(Step::Counted { by })
}

/// The last part of a slot's name.
fn short(name: &str) -> &str {
    name.rsplit([' ', '/', '.']).next().unwrap_or(name)
}

/// The value of a parameter in a URL.
fn linked_value(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split(['>', '#']).next()?;
    form_urlencoded::parse(query.as_bytes()).find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}

fn walk(before: &[Option<(usize, Step)>]) -> Vec<Chain> {
    let mut after: Vec<Vec<(usize, Step)>> = vec![Vec::new(); before.len()];
    for (at, previous) in before.iter().enumerate() {
        if let Some((from, step)) = previous {
            after[*from].push((at, step.clone()));
        }
    }
    let starts = (0..before.len()).filter(|at| before[*at].is_none() && !after[*at].is_empty());
    let chains = starts.map(|start| {
        let mut chain = Chain { pages: vec![start], steps: Vec::new(), forks: false };
        let mut ahead = vec![start];
        while let Some(at) = ahead.pop() {
            chain.forks |= after[at].len() > 1;
            for (next, step) in &after[at] {
                chain.pages.push(*next);
                chain.steps.push(step.clone());
                ahead.push(*next);
            }
        }
        chain
    });
    chains.collect()
}

#[cfg(test)]
mod tests {
    use connector_replay::Terms;

    use super::super::tests::interaction;
    use super::*;

    fn found(asked: &[(&str, &str)]) -> Vec<Chain> {
        let pages = asked.iter().map(|(path, answer)| interaction(path, answer));
        let pages: Vec<Page> = pages.map(|it| Page::new(&it, &Terms::default()).unwrap()).collect();
        chains(&pages)
    }

    #[test]
    fn pages_that_lead_to_each_other_are_a_chain() {
        for asked in [
            [("/a?page=1", "[]"), ("/b", "1"), ("/a?page=2", "[]"), ("/a?page=3", "[]")],
            [("/a", "[]"), ("/b", "1"), ("/a?offset=10", "[]"), ("/a?offset=20", "[]")],
            [
                ("/a", r#"{"next_cursor": "x"}"#),
                ("/b", "1"),
                ("/a?cursor=x", r#"{"next_cursor": "y"}"#),
                ("/a?cursor=y", "{}"),
            ],
            [
                ("/a", r#"{"data": [{"id": "b1"}, {"id": "a1"}]}"#),
                ("/b", "1"),
                ("/a?starting_after=a1", r#"{"data": [{"id": "a2"}]}"#),
                ("/a?starting_after=a2", r#"{"data": []}"#),
            ],
            [
                ("/q?q=x", r#"{"nextRecordsUrl": "/q/1-2000"}"#),
                ("/b", "1"),
                ("/q/1-2000", r#"{"nextRecordsUrl": "/q/1-4000"}"#),
                ("/q/1-4000", r#"{"done": true}"#),
            ],
        ] {
            let chains = found(&asked);
            assert_eq!(chains.len(), 1, "{asked:?}");
            assert_eq!((chains[0].pages.as_slice(), chains[0].forks), (&[0, 2, 3][..], false), "{asked:?}");
        }
    }

    #[test]
    fn requests_for_one_thing_after_the_other_are_no_chain() {
        for asked in [
            [
                ("/users", r#"[{"id": 1}, {"id": 2}]"#),
                ("/posts?user=1", r#"[{"author": 2}]"#),
                ("/posts?user=2", "[]"),
            ],
            [("/a?start=1704800000", "[]"), ("/a?start=1704886400", "[]"), ("/a?start=1704972800", "[]")],
            [("/a?day=2024-01-01", "[]"), ("/a?day=2024-01-02", "[]"), ("/a?day=2024-01-03", "[]")],
            [("/a?after=x", r#"[{"id": "y"}, {"id": "z"}]"#), ("/a?after=y", "[]"), ("/b", "1")],
        ] {
            assert!(found(&asked).is_empty(), "{asked:?}");
        }
    }

    #[test]
    fn a_page_with_two_that_follow_forks() {
        let chains = found(&[("/a?page=1", "[]"), ("/a?page=3", "[]"), ("/a?page=2", "[]")]);
        assert!(chains.len() == 1 && chains[0].forks, "{chains:?}");
    }
}
