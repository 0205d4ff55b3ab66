//! What an old tape said stays as it was written, byte for byte, where a new recording says the same: so that a diff
//! shows what really changed.

use std::collections::{BTreeMap, HashSet};

use connector_replay::{Body, Equals, Header, Interaction, RecordedResponse, Terms};

use super::meaning::Meaning;
use super::sequence::Sequence;

/// Finds for each sequence the set of equal requests of the old tape that it is equal to, and hands out these sets.
pub(super) fn pair(sequences: &mut [Sequence], old: &[Interaction], terms: &Terms) -> Vec<Vec<usize>> {
    let equals = Equals::new(old.iter().map(|interaction| &interaction.request), terms);
    let mut taken = HashSet::new();
    for sequence in sequences {
        let found =
            sequence.request().asked(terms).map_or_else(|_| Vec::new(), |request| equals.find(&request));
        sequence.old = found.into_iter().find(|set| taken.insert(*set));
    }
    equals.sets()
}

/// An interaction of the new tape, and the position of the old one in whose place it comes.
struct Placed {
    old: Option<usize>,
    sequence: usize,
    first: u64,
    interaction: Interaction,
}

/// The new tape, in the old one's order where it has one.
pub(super) fn renew(
    sequences: Vec<Sequence>,
    old: &[Interaction],
    sets: &[Vec<usize>],
    meaning: &Meaning,
) -> Vec<Interaction> {
    let mut all = Vec::new();
    for (number, sequence) in sequences.into_iter().enumerate() {
        let places = align(&sequence, old, sets, meaning);
        for (entry, place) in sequence.entries.into_iter().zip(places) {
            let interaction = match place {
                Some(place) => rewritten(&old[place], entry.interaction, meaning),
                None => entry.interaction,
            };
            all.push(Placed { old: place, sequence: number, first: entry.first, interaction });
        }
    }
    all.sort_by_key(|placed| placed.first);
    in_order(in_old_order(all))
}

/// What comes in the place of old interactions in their order, and after each what came next when it was recorded anew.
fn in_old_order(all: Vec<Placed>) -> Vec<Placed> {
    let mut after: BTreeMap<Option<usize>, Vec<Placed>> = BTreeMap::new();
    let mut anchor = None;
    for placed in all {
        anchor = placed.old.or(anchor);
        after.entry(anchor).or_default().push(placed);
    }
    after.into_values().flatten().collect()
}

/// The answers of a sequence stay in their order, whatever was put between them.
fn in_order(all: Vec<Placed>) -> Vec<Interaction> {
    let turns: Vec<usize> = all.iter().map(|placed| placed.sequence).collect();
    let mut of_sequence: BTreeMap<usize, Vec<(u64, Interaction)>> = BTreeMap::new();
    for placed in all {
        of_sequence.entry(placed.sequence).or_default().push((placed.first, placed.interaction));
    }
    for answers in of_sequence.values_mut() {
        // From the back, so that the first one is handed out first.
        answers.sort_by_key(|(first, _)| std::cmp::Reverse(*first));
    }
    let next =
        |sequence| of_sequence.get_mut(&sequence).and_then(Vec::pop).map(|(_, interaction)| interaction);
    turns.into_iter().filter_map(next).collect()
}

/// For each answer the old one that it is, or else the one that it replaces.
fn align(
    sequence: &Sequence,
    old: &[Interaction],
    sets: &[Vec<usize>],
    meaning: &Meaning,
) -> Vec<Option<usize>> {
    let entries = &sequence.entries;
    let mut places = vec![None; entries.len()];
    let Some(set) = sequence.old.map(|set| &sets[set]) else { return places };
    let mut next = 0;
    for (entry, place) in entries.iter().zip(&mut places) {
        let answer = &entry.interaction.response;
        let same = set.iter().skip(next).position(|it| meaning.is_same(&old[*it].response, answer));
        if let Some(skipped) = same {
            *place = set.get(next + skipped).copied();
            next += skipped + 1;
        }
    }
    // The others replace what is left between those.
    for index in 0..places.len() {
        if places[index].is_none() {
            let before = places[..index].iter().flatten().next_back().copied();
            let after = places[index..].iter().flatten().next().copied();
            let is_free = |it: &&usize| Some(**it) > before && after.is_none_or(|after| **it < after);
            places[index] = set.iter().find(is_free).copied();
        }
    }
    places
}

/// The new interaction, with all that means the same as it was written in the old one.
fn rewritten(old: &Interaction, new: Interaction, meaning: &Meaning) -> Interaction {
    let headers = if meaning.headers(&old.response, &new.response).drift.is_empty() {
        &old.response.headers
    } else {
        &new.response.headers
    };
    let headers: Vec<Header> = headers.clone();
    let same = meaning.body(old.response.body.as_ref(), new.response.body.as_ref()).drift.is_empty();
    let body = if same { old.response.body.clone() } else { new.response.body };
    Interaction {
        note: old.note.clone().or(new.note),
        request: old.request.clone(),
        response: RecordedResponse { status: new.response.status, headers, body },
        repeat: new.repeat,
        optional: new.optional,
    }
}

/// The old tape, and at its end what is new.
pub(super) fn extend(
    sequences: Vec<Sequence>,
    old: &[Interaction],
    sets: &[Vec<usize>],
    meaning: &Meaning,
) -> Vec<Interaction> {
    let mut tape = old.to_vec();
    let mut new = Vec::new();
    for sequence in sequences {
        let known = sequence.old.map_or(&[][..], |set| &sets[set]);
        // Only where a token is handed out the real server is asked though the answer is there.
        let asked_again = known.iter().any(|place| hands_out_token(&old[*place].response))
            || sequence.entries.iter().any(|entry| hands_out_token(&entry.interaction.response));
        let places = if asked_again {
            align(&sequence, old, sets, meaning)
        } else {
            vec![None; sequence.entries.len()]
        };
        for (entry, place) in sequence.entries.into_iter().zip(places) {
            if let Some(place) = place {
                let Interaction { repeat, optional, .. } = old[place];
                tape[place] =
                    Interaction { repeat, optional, ..rewritten(&old[place], entry.interaction, meaning) };
            } else {
                // There is more to come after these.
                for place in known {
                    tape[*place].repeat = false;
                }
                new.push(entry);
            }
        }
    }
    new.sort_by_key(|entry| entry.first);
    tape.extend(new.into_iter().map(|entry| entry.interaction));
    tape
}

/// Whether an answer hands out a token. From a tape it is a made-up one, which no real server takes.
pub fn hands_out_token(response: &RecordedResponse) -> bool {
    const TOKEN: &str = "{{token:";
    let body = match &response.body {
        Some(Body::File(file)) => memchr::memmem::find(file.bytes(), TOKEN.as_bytes()).is_some(),
        Some(body) => serde_json::to_string(body).is_ok_and(|body| body.contains(TOKEN)),
        None => false,
    };
    body || response.headers.iter().any(|header| header.value.as_str().contains(TOKEN))
}

#[cfg(test)]
mod tests {
    use connector_replay::{Tape, Template};

    use super::super::tests::{interaction, lines, recorded};
    use super::super::{Mode, Options, assemble};

    fn tape(all: &[(&str, &str)]) -> Tape {
        Tape::new(all.iter().map(|(path, answer)| interaction(path, answer)).collect())
    }

    fn renewed(old: &Tape, mode: Mode, asked: &[(&str, &str)]) -> Tape {
        let asked: Vec<_> = asked.iter().map(|(path, answer)| (0, *path, *answer)).collect();
        let options = Options { required: [0].into(), old: Some(old), mode, ..Options::default() };
        assemble(recorded(&asked), &options).unwrap().tape
    }

    #[test]
    fn what_means_the_same_is_kept_byte_for_byte() {
        let mut old = tape(&[("/a?x=1&y=2", r#"{"a": 1.0}"#), ("/b", "2")]);
        old.meta = Some(serde_json::from_str(r#"{"by": "me"}"#).unwrap());
        let [first, second] = old.interactions.as_mut_slice() else { unreachable!() };
        first.note = Some("said by hand".to_owned());
        first.response.headers = serde_json::from_str(r#"[["date", "long ago"]]"#).unwrap();
        second.note = Some("the second".to_owned());
        let new = [("/b", "3"), ("/a?y=2&x=1", r#"{"a": 1}"#)];
        let renewed = renewed(&old, Mode::All, &new);
        old.interactions[1].response.body = serde_json::from_str(r#"{"json": 3}"#).unwrap();
        assert_eq!(renewed.to_json().unwrap(), old.to_json().unwrap(), "the order is the old one too");
    }

    #[test]
    fn what_is_new_comes_after_what_it_came_after_and_what_is_gone_goes() {
        let old = tape(&[("/a", "1"), ("/b", "2"), ("/c", "3")]);
        let new = [("/0", "0"), ("/c", "3"), ("/d", "4"), ("/a", "1")];
        assert_eq!(lines(&renewed(&old, Mode::All, &new)), ["/0 0", "/a 1", "/c 3", "/d 4"]);
    }

    #[test]
    fn a_new_answer_to_a_known_request_takes_its_turn() {
        let old = tape(&[("/a", "2"), ("/b", "0"), ("/a", "3")]);
        for (new, wanted) in [
            (&["1", "2", "3"][..], &["/a 1", "/a 2", "/b 0", "/a 3"][..]),
            (&["2", "2", "3"], &["/a 2", "/b 0", "/a 2", "/a 3"]),
            (&["3"], &["/b 0", "/a 3"]),
            (&["4"], &["/a 4", "/b 0"]),
        ] {
            let mut asked: Vec<_> = new.iter().map(|answer| ("/a", *answer)).collect();
            asked.insert(1, ("/b", "0"));
            let renewed = renewed(&old, Mode::All, &asked);
            assert_eq!(lines(&renewed), wanted);
        }
    }

    #[test]
    fn answers_to_one_request_stay_in_their_order_whatever_the_old_one_was() {
        let old = tape(&[("/a", "2"), ("/b", "0")]);
        let new = [("/b", "0"), ("/a", "1"), ("/a", "2")];
        assert_eq!(lines(&renewed(&old, Mode::All, &new)), ["/a 1", "/b 0", "/a 2"]);
    }

    #[test]
    fn what_the_old_tape_repeats_still_is_one_interaction() {
        let mut old = tape(&[("/a", "1")]);
        old.interactions[0].repeat = true;
        assert_eq!(lines(&renewed(&old, Mode::All, &[("/a", "1"), ("/a", "1")])), ["/a 1 repeat"]);
    }

    #[test]
    fn new_episodes_come_at_the_end() {
        let mut old = tape(&[("/gone", "1"), ("/a", "2"), ("/token", r#"["{{token:a}}", 1]"#)]);
        old.interactions[1].repeat = true;
        old.interactions[2].request.headers =
            serde_json::from_str(r#"[["authorization", "{{secret:of.old}}"]]"#).unwrap();
        let mut new = recorded(&[(0, "/z", "9"), (0, "/token", r#"["{{token:a}}", 2]"#), (0, "/a", "3")]);
        new[1].interaction.request.headers.clone_from(&old.interactions[2].request.headers);
        let mode = Mode::NewEpisodes;
        let options = Options { required: [0].into(), old: Some(&old), mode, ..Options::default() };
        let extended = assemble(new, &options).unwrap().tape;
        let token = "/token [\"token-a-made-up\",2]";
        assert_eq!(lines(&extended), ["/gone 1", "/a 2", token, "/z 9", "/a 3"]);
    }

    #[test]
    fn an_old_request_that_cannot_be_read_is_no_hindrance() {
        let mut old = tape(&[("/a", "1")]);
        old.interactions[0].request.url = Template::new("https://a.test/{{now+1x:date}}");
        assert_eq!(lines(&renewed(&old, Mode::All, &[("/a", "1")])), ["/a 1"]);
    }
}
