//! One sequence of answers for each request, that serves every run of the client.

use std::collections::{BTreeMap, BTreeSet};

use connector_replay::{Equals, Interaction, Terms};

use super::change::Changed;
use super::meaning::Meaning;
use super::sequence::{Entry, Sequence};
use crate::{Error, Recorded};

/// Equal requests of all runs, by run; positions in what was recorded.
type Asked = BTreeMap<u32, Vec<usize>>;

/// Puts the runs together, by the first time that each request was asked in any of them. What only runs ask that are
/// not `required` may go unasked.
pub(super) fn merge(
    mut recorded: Vec<Recorded>,
    required: &BTreeSet<u32>,
    terms: &Terms,
    changed: &mut Vec<Changed>,
) -> Result<Vec<Sequence>, Error> {
    recorded.sort_by_key(|recorded| recorded.sequence);
    let equals = Equals::new(recorded.iter().map(|recorded| &recorded.interaction.request), terms);
    if let Some((position, reason)) = equals.unreadable().first() {
        let request = recorded[*position].interaction.to_string();
        return Err(Error::Assemble { request, reason: reason.clone() });
    }
    let meaning = Meaning::of(recorded.iter().map(|recorded| &recorded.interaction));
    let mut sequences = Vec::new();
    for asked in together(&recorded, &equals, terms) {
        sequences.push(sequence(&recorded, &asked, required, &meaning, changed));
    }
    Ok(sequences)
}

/// Puts requests together that are equal, or that different runs sent and only the time tells apart.
fn together(recorded: &[Recorded], equals: &Equals, terms: &Terms) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    let mut place_of_set: Vec<usize> = Vec::new();
    for set in equals.sets() {
        let mut asked = Asked::new();
        for position in &set {
            asked.entry(recorded[*position].track).or_default().push(*position);
        }
        let request = set.first().and_then(|first| recorded[*first].interaction.request.asked(terms).ok());
        let near = request.map_or_else(Vec::new, |request| equals.find(&request));
        let of_other_runs = |place: &usize| !all[*place].keys().any(|track| asked.contains_key(track));
        let place = near.iter().filter_map(|set| place_of_set.get(*set)).copied().find(of_other_runs);
        if let Some(place) = place {
            all[place].append(&mut asked);
        } else {
            all.push(asked);
        }
        place_of_set.push(place.unwrap_or(all.len() - 1));
    }
    all
}

fn sequence(
    recorded: &[Recorded],
    asked: &Asked,
    required: &BTreeSet<u32>,
    meaning: &Meaning,
    changed: &mut Vec<Changed>,
) -> Sequence {
    let best =
        |(track, positions): &(&u32, &Vec<usize>)| (positions.len(), required.contains(track), **track);
    let (kept_track, kept) =
        asked.iter().max_by_key(best).map_or((0, &[][..]), |(track, all)| (*track, &**all));
    let answer = |position: usize| &recorded[position].interaction.response;
    let drift = |positions: &Vec<usize>| {
        let pairs = kept.iter().zip(positions).filter(|(kept, other)| kept != other);
        pairs
            .map(|(kept, other)| meaning.compare(answer(*kept), answer(*other)).drift)
            .find(|it| !it.is_empty())
    };
    let first = asked.iter().find_map(|(track, positions)| Some((*track, drift(positions)?)));
    if let (Some((other, drift)), Some(position)) = (first, kept.first()) {
        changed.push(Changed::new(&recorded[*position].interaction, &drift, other, kept_track));
    }
    let entries = kept.iter().enumerate().map(|(nth, position)| {
        let first = asked.values().filter_map(|positions| positions.get(nth)).min().unwrap_or(position);
        let needed = asked.iter().any(|(track, positions)| required.contains(track) && positions.len() > nth);
        let interaction = Interaction { optional: !needed, ..recorded[*position].interaction.clone() };
        Entry { first: recorded[*first].sequence, interaction }
    });
    Sequence { entries: entries.collect(), old: None }
}

/// The fewest equal answers at the end that are taken for one that is given again and again: a client that waits asks
/// often, and how often says nothing. Two may be a mistake, which is to be seen.
const POLLED: usize = 3;

/// Makes equal answers at the end of a sequence one. `repeated` says that the old tape did so.
pub(super) fn collapse(sequence: &mut Sequence, meaning: &Meaning, repeated: bool) {
    let entries = &mut sequence.entries;
    let last = entries.len() - 1;
    let same =
        |entry: &&Entry| meaning.is_same(&entry.interaction.response, &entries[last].interaction.response);
    let equal = entries.iter().rev().take_while(same).count();
    if equal >= POLLED || repeated {
        entries.truncate(last + 2 - equal);
        if let Some(Entry { interaction, .. }) = entries.last_mut() {
            interaction.repeat = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answers, lines, recorded};
    use super::super::{Assembled, Options, assemble};

    fn assembled(asked: &[(u32, &str, &str)], required: &[u32]) -> Assembled {
        let options = Options { required: required.iter().copied().collect(), ..Options::default() };
        assemble(recorded(asked), &options).unwrap()
    }

    #[test]
    fn the_longest_sequence_serves_all_runs() {
        let asked =
            [(0, "/a", "1"), (0, "/b", "9"), (1, "/a", "1"), (1, "/a", "2"), (2, "/c", "3"), (2, "/a", "1")];
        let Assembled { tape, notes } = assembled(&asked, &[0, 1]);
        assert_eq!(lines(&tape), ["/a 1", "/b 9", "/a 2", "/c 3 optional"]);
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(lines(&assembled(&asked, &[0]).tape), ["/a 1", "/b 9", "/a 2 optional", "/c 3 optional"]);
    }

    #[test]
    fn of_equally_long_sequences_that_of_the_latest_required_run_is_kept_and_a_change_is_noted() {
        let Assembled { tape, notes } = assembled(&[(0, "/a", "1"), (1, "/a", "2"), (2, "/a", "3")], &[0, 1]);
        assert_eq!(lines(&tape), ["/a 2"]);
        let wanted = "the answer to GET a.test/a was another in run 1 than in run 0, at the body. Replays give what run 1 was \
                      given: right if the server makes it anew for each answer; if it is data, the account changed \
                      meanwhile: record again with `--mode all`.";
        assert_eq!(notes, [wanted]);
    }

    #[test]
    fn answers_that_changed_alike_are_told_once() {
        let before = r#"{"items": [{"at": 1, "url": "x"}], "total": 1}"#;
        let after = r#"{"items": [{"at": 2, "url": "y"}, {"at": 2}], "total": 1}"#;
        let paths = ["/a?page=1", "/a?page=2", "/b", "/c/7"];
        let of = |run: u32, answer: &'static str| paths.iter().map(move |path| (run, *path, answer));
        let asked: Vec<_> =
            of(0, before).chain(of(1, after)).chain([(0, "/d", "[1]"), (1, "/d", "[2]")]).collect();
        let runs = ["read", "read from state 1 of 2"].map(str::to_owned).to_vec();
        let options = Options { required: [0].into(), runs, ..Options::default() };
        let notes = assemble(recorded(&asked), &options).unwrap().notes;
        assert_eq!(notes.len(), 2, "{notes:?}");
        let wanted = "the answers to 4 requests (GET a.test/a, GET a.test/b and 1 more) were others in `read` than in \
                      `read from state 1 of 2`, at /items/*, /items/*/at, /items/*/url. Replays give what `read` was given";
        assert!(notes.iter().any(|note| note.starts_with(wanted)), "{notes:?}");
        assert!(notes.iter().any(|note| note.starts_with("the answer to GET a.test/d was")), "{notes:?}");
    }

    #[test]
    fn three_equal_answers_at_the_end_are_one_that_repeats() {
        let polled = |answers: &[&'static str]| -> Vec<String> {
            let asked: Vec<_> = answers.iter().map(|answer| (0, "/job", *answer)).collect();
            lines(&assembled(&asked, &[0]).tape)
        };
        assert_eq!(polled(&["1", "2", "2"]), ["/job 1", "/job 2", "/job 2"]);
        assert_eq!(polled(&["1", "2", "2", "2"]), ["/job 1", "/job 2 repeat"]);
        assert_eq!(polled(&["1", "1", "1", "2"]), ["/job 1", "/job 1", "/job 1", "/job 2"]);
    }

    #[test]
    fn requests_of_two_runs_that_only_the_clock_tells_apart_are_one() {
        let asked = [
            (0, "/a?until={{now+1s:epoch}}", "1"),
            (0, "/a?until={{now+1d:epoch}}", "2"),
            (1, "/a?until={{now+9s:epoch}}", "1"),
        ];
        let wanted = ["/a?until={{now+9s:epoch}} 1", "/a?until={{now+1d:epoch}} 2"];
        assert_eq!(lines(&assembled(&asked, &[0, 1]).tape), wanted);
        let twice = [(0, "/a?until={{now+1s:epoch}}", "1"), (0, "/a?until={{now+9s:epoch}}", "2")];
        assert_eq!(answers(&assembled(&twice, &[0]).tape), ["1", "2"], "of one run both are asked for");
    }

    #[test]
    fn a_request_that_cannot_be_asked_is_named() {
        let asked = [(0, "/a?at={{now+1x:date}}", "1")];
        let error = assemble(recorded(&asked), &Options::default()).unwrap_err().to_string();
        assert!(
            error.starts_with("assemble a cassette: GET https://a.test/a?at={{now+1x:date}}: "),
            "{error}"
        );
    }
}
