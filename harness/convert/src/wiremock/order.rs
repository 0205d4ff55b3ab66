//! Stubs answer as long as they match; a cassette answers in order. Where a scenario tells states apart, they are its order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Stub;
use crate::entry::Entry;
use crate::note::Notes;

/// The state in which every scenario begins.
const STARTED: &str = "Started";

pub(super) fn in_order(mut stubs: Vec<Stub>, notes: &mut Notes) -> Vec<Entry> {
    // WireMock counts from the last that was recorded to the first.
    if stubs.iter().all(|stub| stub.insertion.is_some()) {
        stubs.sort_by_key(|stub| Reverse(stub.insertion));
    }
    let mut chains: BTreeMap<String, VecDeque<Stub>> = BTreeMap::new();
    let mut ordered: Vec<Result<Stub, String>> = Vec::new();
    for stub in stubs {
        match &stub.scenario {
            Some(scenario) if scenario.required.is_some() => {
                let name = scenario.name.clone();
                if !chains.contains_key(&name) {
                    ordered.push(Err(name.clone()));
                }
                chains.entry(name).or_default().push_back(stub);
            }
            Some(scenario) => {
                if scenario.new.is_some() {
                    notes.add(
                        &stub.entry.label,
                        "it answers in any state of its scenario and changes it, which is not kept",
                    );
                }
                ordered.push(Ok(stub));
            }
            None => ordered.push(Ok(stub)),
        }
    }
    let mut in_chains = Vec::new();
    let mut free = Vec::new();
    let mut entries = Vec::new();
    for place in ordered {
        match place {
            Err(name) => {
                for stub in chain(chains.remove(&name).unwrap_or_default(), notes) {
                    in_chains.push((key(&stub.entry), stub.entry.repeat));
                    entries.push(stub.entry);
                }
            }
            Ok(stub) => {
                free.push((entries.len(), stub));
            }
        }
    }
    merge(entries, free, &in_chains, notes)
}

/// The stubs of a scenario in the order of its states, from the first on.
fn chain(mut stubs: VecDeque<Stub>, notes: &mut Notes) -> Vec<Stub> {
    let mut chain = Vec::with_capacity(stubs.len());
    let mut states = VecDeque::from([STARTED.to_owned()]);
    let mut seen = BTreeSet::from([STARTED.to_owned()]);
    while let Some(state) = states.pop_front() {
        for _ in 0..stubs.len() {
            let Some(mut stub) = stubs.pop_front() else { break };
            let Some(scenario) = stub.scenario.as_ref().filter(|it| it.required.as_ref() == Some(&state))
            else {
                stubs.push_back(stub);
                continue;
            };
            match scenario.new.as_ref().filter(|new| **new != state) {
                None => stub.entry.repeat = true,
                Some(new) if seen.insert(new.clone()) => states.push_back(new.clone()),
                Some(_) => notes.add(
                    &stub.entry.label,
                    "it leads its scenario back to an earlier state, which is gone through once",
                ),
            }
            chain.push(stub);
        }
    }
    for stub in stubs {
        notes.add(&stub.entry.label, "left out: no stub leads its scenario to the state in which it answers");
    }
    chain
}

/// Puts stubs without a scenario in their places. Of those that answer the same request one goes first.
fn merge(
    chained: Vec<Entry>,
    free: Vec<(usize, Stub)>,
    in_chains: &[(Key, bool)],
    notes: &mut Notes,
) -> Vec<Entry> {
    let mut first: BTreeMap<Key, (i64, Reverse<i64>, Reverse<usize>)> = BTreeMap::new();
    let rank = |number: usize, stub: &Stub| {
        (stub.priority, Reverse(stub.insertion.unwrap_or_default()), Reverse(number))
    };
    for (number, (_, stub)) in free.iter().enumerate() {
        let rank = rank(number, stub);
        first.entry(key(&stub.entry)).and_modify(|it| *it = rank.min(*it)).or_insert(rank);
    }
    let mut chained = chained.into_iter().enumerate().peekable();
    let (mut entries, mut last) = (Vec::new(), Vec::new());
    for (number, (after, mut stub)) in free.into_iter().enumerate() {
        while let Some((_, entry)) = chained.next_if(|(place, _)| *place < after) {
            entries.push(entry);
        }
        let key = key(&stub.entry);
        let mut rivals = in_chains.iter().filter(|(it, _)| *it == key).peekable();
        let is_first = first.get(&key) == Some(&rank(number, &stub));
        let has_rival = rivals.peek().is_some();
        if !is_first || rivals.any(|(_, repeats)| *repeats) {
            notes.add(&stub.entry.label, "left out: another stub answers the same request before it");
            continue;
        }
        stub.entry.repeat = true;
        // After the states of a scenario it is what is left.
        if has_rival { last.push(stub.entry) } else { entries.push(stub.entry) }
    }
    entries.extend(chained.map(|(_, entry)| entry));
    entries.extend(last);
    entries
}

/// What makes two stubs answer the same request.
type Key = (String, String, Vec<(String, Vec<u8>)>, Vec<u8>);

fn key(entry: &Entry) -> Key {
    (entry.method.clone(), entry.url.clone(), entry.request.headers.clone(), entry.request.body.clone())
}

#[cfg(test)]
mod tests {
    use super::super::Scenario;
    use super::*;

    fn stub(label: &str, url: &str, states: Option<(&str, &str)>) -> Stub {
        let state = |state: &str| (!state.is_empty()).then(|| state.to_owned());
        Stub {
            entry: Entry { label: label.into(), url: url.into(), ..Entry::default() },
            priority: 5,
            scenario: states.map(|(required, new)| Scenario {
                name: "s".into(),
                required: state(required),
                new: state(new),
            }),
            ..Stub::default()
        }
    }

    fn ordered(stubs: Vec<Stub>) -> (String, Vec<String>) {
        let mut notes = Notes::default();
        let entries = in_order(stubs, &mut notes);
        let shown =
            entries.iter().map(|entry| format!("{}{}", entry.label, if entry.repeat { "+" } else { "" }));
        (shown.collect::<Vec<_>>().join(" "), notes.into_lines())
    }

    #[test]
    fn the_states_of_a_scenario_are_its_order() {
        let (order, notes) = ordered(vec![
            stub("other", "/b", None),
            stub("third", "/a", Some(("2", ""))),
            stub("first", "/a", Some((STARTED, "1"))),
            stub("second", "/a", Some(("1", "2"))),
            stub("lost", "/a", Some(("9", ""))),
        ]);
        assert_eq!(order, "other+ first second third+");
        assert_eq!(
            notes,
            ["entry lost: left out: no stub leads its scenario to the state in which it answers"]
        );
        let (order, notes) =
            ordered(vec![stub("1", "/a", Some((STARTED, "x"))), stub("2", "/a", Some(("x", STARTED)))]);
        assert_eq!((order.as_str(), notes.len()), ("1 2", 1));
    }

    #[test]
    fn of_stubs_that_answer_the_same_one_is_kept() {
        let mut stubs = vec![stub("1", "/a", None), stub("2", "/a", None), stub("3", "/b", None)];
        assert_eq!(ordered(stubs).0, "2+ 3+", "the last that was added");
        stubs = vec![stub("1", "/a", None), stub("2", "/a", None)];
        stubs[0].priority = 1;
        let (order, notes) = ordered(stubs);
        assert_eq!(order, "1+");
        assert_eq!(notes, ["entry 2: left out: another stub answers the same request before it"]);
    }

    #[test]
    fn recorded_stubs_stand_in_the_order_of_their_recording() {
        let mut stubs = vec![stub("2", "/b", None), stub("1", "/a", None)];
        (stubs[0].insertion, stubs[1].insertion) = (Some(3), Some(7));
        assert_eq!(ordered(stubs).0, "1+ 2+");
    }

    #[test]
    fn a_stub_without_a_scenario_is_what_is_left_after_one() {
        let fallback = || {
            vec![stub("rest", "/a", None), stub("once", "/a", Some((STARTED, "1"))), stub("b", "/b", None)]
        };
        assert_eq!(ordered(fallback()).0, "once b+ rest+");
        let mut stubs = fallback();
        stubs.push(stub("ever", "/a", Some(("1", ""))));
        assert_eq!(ordered(stubs).0, "once ever+ b+");
    }
}
