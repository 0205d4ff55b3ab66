//! Which requests are still asked when pages are left out: not those for what only these pages told of.

use std::collections::{BTreeSet, HashMap};

use connector_replay::Moment;

use super::page::Page;

/// The requests, the answers they are given, and what is known of where their values come from.
pub(super) struct Ground<'a> {
    pages: &'a [Page],
    /// Of each request, where an identifier may stand and what stands there.
    places: Vec<Vec<(String, &'a str)>>,
    /// The requests that hold a value, and those that have a place.
    asked_with: HashMap<&'a str, BTreeSet<usize>>,
    having: HashMap<String, Vec<usize>>,
    /// The answers that hold a value, and those that hold it at a place.
    holders: HashMap<&'a str, BTreeSet<usize>>,
    holders_at: HashMap<(&'a str, &'a str), BTreeSet<usize>>,
    given: Given,
}

/// Which request gets which answer; both are named by the request that got it when it was recorded.
#[derive(Clone)]
struct Given {
    answer: Vec<usize>,
    asker: Vec<Option<usize>>,
}

/// A request that asks at once for what is kept and for what is not.
#[derive(Debug)]
pub(super) struct Mixed(pub(super) usize);

impl<'a> Ground<'a> {
    pub(super) fn new(pages: &'a [Page]) -> Ground<'a> {
        let all = 0..pages.len();
        let mut ground = Ground {
            pages,
            places: pages.iter().map(Page::places).collect(),
            asked_with: HashMap::new(),
            having: HashMap::new(),
            holders: HashMap::new(),
            holders_at: HashMap::new(),
            given: Given { answer: all.clone().collect(), asker: all.map(Some).collect() },
        };
        for (at, page) in pages.iter().enumerate() {
            for (place, text) in &ground.places[at] {
                ground.asked_with.entry(text).or_default().insert(at);
                ground.having.entry(place.clone()).or_default().push(at);
            }
            for leaf in &page.leaves {
                ground.holders.entry(&leaf.text).or_default().insert(at);
                ground.holders_at.entry((&leaf.place, &leaf.text)).or_default().insert(at);
            }
        }
        ground
    }

    pub(super) fn is_asked(&self, page: usize) -> bool {
        self.given.asker[self.given.answer[page]] == Some(page)
    }

    /// Gives the first of `pages` the answer of the last, leaves the others out, and all that was asked only since the
    /// other answers said so. Hands out how many requests that were.
    ///
    /// `follow` are the pages that come after one which begins a chain; they stay and go with it.
    pub(super) fn leave_out(
        &mut self,
        pages: &[usize],
        follow: &HashMap<usize, &[usize]>,
    ) -> Result<usize, Mixed> {
        let [first, rest @ .., last] = pages else { return Ok(0) };
        let before = self.given.clone();
        let answer_of_last = self.given.answer[*last];
        let mut gone: Vec<usize> =
            std::iter::once(first).chain(rest).map(|page| self.given.answer[*page]).collect();
        for answer in &gone {
            self.given.asker[*answer] = None;
        }
        self.given.answer[*first] = answer_of_last;
        self.given.asker[answer_of_last] = Some(*first);
        let followers: BTreeSet<usize> = follow.values().flat_map(|pages| pages.iter().copied()).collect();
        let mut children = 0;
        loop {
            let mut found = BTreeSet::new();
            for answer in &gone {
                if let Err(mixed) = self.children(*answer, &mut found) {
                    self.given = before;
                    return Err(mixed);
                }
            }
            found.retain(|child| !followers.contains(child) && !pages.contains(child));
            if found.is_empty() {
                return Ok(children);
            }
            for child in found {
                let follow = follow.get(&child).copied().unwrap_or_default();
                for page in std::iter::once(child)
                    .chain(follow.iter().copied())
                    .filter(|page| self.is_asked(*page))
                    .collect::<Vec<_>>()
                {
                    children += 1;
                    gone.push(self.given.answer[page]);
                    self.given.asker[self.given.answer[page]] = None;
                }
            }
        }
    }

    /// The requests for what an answer told of that is not given any more, and no other did before.
    fn children(&self, answer: usize, found: &mut BTreeSet<usize>) -> Result<(), Mixed> {
        let is_given = |answer: &&usize| self.given.asker[**answer].is_some();
        for leaf in &self.pages[answer].leaves {
            let Some(askers) = self.asked_with.get(&*leaf.text) else { continue };
            let mut elsewhere = self.holders_at.get(&(&*leaf.place, &*leaf.text)).into_iter().flatten();
            if elsewhere.any(|answer| is_given(&answer)) || !is_identifier(&leaf.text) {
                continue;
            }
            for asker in askers.iter().filter(|asker| self.is_asked(**asker)) {
                let known = self.holders.get(&*leaf.text).into_iter().flatten().filter(is_given);
                let told = known.clone().any(|holder| {
                    self.given.asker[*holder].is_some_and(|by| by < *asker && !askers.contains(&by))
                });
                if told {
                    continue;
                }
                let slots = self.places[*asker].iter().filter(|(_, text)| *text == leaf.text);
                for (slot, _) in slots {
                    if self.is_kept_at(*asker, slot, &leaf.place) {
                        return Err(Mixed(*asker));
                    }
                    let siblings =
                        self.having.get(slot).into_iter().flatten().filter(|it| self.is_asked(**it));
                    if siblings.clone().any(|sibling| self.is_kept_at(*sibling, slot, &leaf.place)) {
                        found.insert(*asker);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a request asks, in this slot, for what a kept answer told of in that place.
    fn is_kept_at(&self, page: usize, slot: &str, place: &str) -> bool {
        self.places[page].iter().filter(|(it, _)| it == slot).any(|(_, text)| {
            let holders = self.holders_at.get(&(place, *text)).into_iter().flatten();
            holders.into_iter().any(|holder| self.given.asker[*holder].is_some_and(|by| by != page))
        })
    }
}

/// Whether a value may name something, and is no flag and no time.
fn is_identifier(text: &str) -> bool {
    !text.is_empty() && !["true", "false"].contains(&text) && Moment::all_in(text).is_empty()
}
