//! What holds of every recording, tried on many.

use std::collections::BTreeSet;

use connector_replay::{Cassette, Outcome, Player, RecordedRequest, Responder as _, Tape};
use proptest::prelude::*;

use super::tests::{interaction, recorded};
use super::{Mode, Options, assemble, diff, faults, stand_in, write};

fn player(tape: &Tape) -> Player {
    let terms = stand_in::terms(&tape.interactions, &[]);
    Player::new(Cassette::new(tape.clone(), "assembled.json", &terms).unwrap())
}

/// The interaction that answers.
fn ask(player: &Player, request: &RecordedRequest) -> Option<usize> {
    let request = request.asked(&stand_in::terms([], &[])).unwrap();
    match player.answer(&request).outcome() {
        Outcome::Answered { interaction } => Some(*interaction),
        _ => None,
    }
}

/// What several runs ask and are answered: few different requests and answers, so that many are equal. Each run reads the
/// clock two minutes after the one before, and asks for what is hours apart.
fn asked() -> impl Strategy<Value = Vec<(u32, String, String)>> {
    let one = (0..4_u32, any::<bool>(), 0..4_u32, 0..3_u8).prop_map(|(track, by_time, what, answer)| {
        let minutes = 60 * what + 2 * track;
        let at = format!("/at?since={{{{now-{minutes}m:epoch}}}}");
        (track, if by_time { at } else { format!("/{what}") }, answer.to_string())
    });
    prop::collection::vec(one, 0..30)
}

fn borrowed(asked: &[(u32, String, String)]) -> Vec<(u32, &str, &str)> {
    asked.iter().map(|(track, path, answer)| (*track, &**path, &**answer)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_tape_serves_every_run_and_required_runs_ask_for_all_of_it(asked in asked(), required in prop::collection::btree_set(0..4_u32, 0..4)) {
        let recorded = recorded(&borrowed(&asked));
        let options = Options { required: required.clone(), ..Options::default() };
        let tape = assemble(recorded.clone(), &options).unwrap().tape;
        let mut unasked: BTreeSet<usize> = player(&tape).unasked().into_iter().map(|it| it.interaction).collect();
        for track in 0..4 {
            let player = player(&tape);
            for recorded in recorded.iter().filter(|recorded| recorded.track == track) {
                let request = &recorded.interaction.request;
                prop_assert!(ask(&player, request).is_some(), "{} in {}", recorded.interaction, tape.to_json().unwrap());
            }
            if required.contains(&track) {
                let left: BTreeSet<usize> = player.unasked().into_iter().map(|it| it.interaction).collect();
                unasked.retain(|it| left.contains(it));
            }
        }
        prop_assert_eq!(unasked, BTreeSet::new());
    }

    #[test]
    fn what_is_recorded_again_alike_gives_the_same_bytes(asked in asked(), order in any::<u64>()) {
        let options = Options { required: [0].into(), ..Options::default() };
        let mut old = assemble(recorded(&borrowed(&asked)), &options).unwrap().tape;
        for (number, interaction) in old.interactions.iter_mut().enumerate() {
            interaction.note = Some(format!("said by hand of {number}"));
            interaction.response.headers = serde_json::from_str(r#"[["date", "then"], ["x-request-id", "a"]]"#).unwrap();
        }
        // Runs go on side by side: the order between them is another each time.
        let mut again = recorded(&borrowed(&asked));
        again.sort_by_key(|recorded| (order.rotate_left(recorded.track) & 3, recorded.track));
        again.iter_mut().zip(0..).for_each(|(recorded, sequence)| recorded.sequence = sequence);
        let renewed = assemble(again, &Options { old: Some(&old), ..options.clone() }).unwrap().tape;
        prop_assert_eq!(diff(&old, &renewed), []);
        prop_assert_eq!(renewed.to_json().unwrap(), old.to_json().unwrap());
        let none = Options { old: Some(&old), mode: Mode::NewEpisodes, ..options };
        prop_assert_eq!(assemble(Vec::new(), &none).unwrap().tape.to_json().unwrap(), old.to_json().unwrap());
    }

    #[test]
    fn sampling_never_breaks_a_chain(
        kind in 0..4_usize,
        pages in 1..9_usize,
        size in 1..4_usize,
        most in 3..6_usize,
        children: bool,
        second_run: bool,
    ) {
        let api = Api { kind, pages, size };
        let mut asked = Vec::new();
        for track in 0..=u32::from(second_run) {
            api.walk(children, |path| {
                let answer = api.answer(path);
                asked.push((track, path.to_owned(), answer.clone()));
                Some(answer)
            });
        }
        let options = Options { required: [0, 1].into(), sample: Some(most), ..Options::default() };
        let tape = assemble(recorded(&borrowed(&asked)), &options).unwrap().tape;
        prop_assert_eq!(faults(&tape), Vec::<String>::new());
        let player = player(&tape);
        let mut walked = Vec::new();
        let whole = api.walk(children, |path| {
            let interaction = ask(&player, &interaction(path, "1").request)?;
            let body = tape.interactions[interaction].response.body.as_ref().unwrap();
            walked.push(path.to_owned());
            Some(String::from_utf8(body.to_bytes(&stand_in::terms([], &[])).unwrap().to_vec()).unwrap())
        });
        prop_assert!(whole, "{walked:?} of {}", tape.to_json().unwrap());
        prop_assert_eq!(player.unasked(), []);
        let listed = walked.iter().filter(|path| path.starts_with("/list")).count();
        prop_assert_eq!(listed, pages.min(most));
    }

    #[test]
    fn equal_tapes_are_written_as_equal_bytes_and_read_back(asked in asked()) {
        let tape = assemble(recorded(&borrowed(&asked)), &Options::default()).unwrap().tape;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cassette.json");
        write(&tape, &path).unwrap();
        let first = std::fs::read(&path).unwrap();
        write(&Tape::load(&path).unwrap(), &path).unwrap();
        prop_assert_eq!(std::fs::read(&path).unwrap(), first);
    }
}

/// A server with a list of records in pages, and more of each record.
struct Api {
    /// Which way leads to the next page.
    kind: usize,
    pages: usize,
    /// Records on each page but the last, which has one less.
    size: usize,
}

impl Api {
    fn path(&self, page: usize) -> String {
        match self.kind {
            _ if page == 0 => "/list?limit=9".to_owned(),
            0 => format!("/list?limit=9&page={}", page + 1),
            1 => format!("/list?limit=9&cursor=token-{page}"),
            2 => format!("/list?limit=9&starting_after=r{}", page * self.size - 1),
            _ => format!("/list/{page}-of-list?limit=9&size={}", self.size),
        }
    }

    fn answer(&self, path: &str) -> String {
        let Some(page) = (0..self.pages).find(|page| self.path(*page) == path) else {
            return "{}".to_owned();
        };
        let last = page + 1 == self.pages;
        let records = page * self.size..(page + 1) * self.size - usize::from(last);
        let records: Vec<_> =
            records.map(|id| serde_json::json!({"id": format!("r{id}"), "rank": id})).collect();
        let more = match self.kind {
            1 if !last => serde_json::json!({"next_cursor": format!("token-{}", page + 1)}),
            3 if !last => serde_json::json!({"next": self.path(page + 1)}),
            0 | 2 => serde_json::json!({"has_more": !last}),
            _ => serde_json::json!({}),
        };
        serde_json::json!({"data": records, "paging": more}).to_string()
    }

    /// Walks as a client does that knows only what it is answered; `false` where it gets stuck.
    fn walk(&self, children: bool, mut ask: impl FnMut(&str) -> Option<String>) -> bool {
        let mut path = self.path(0);
        for page in 1.. {
            let Some(answer) = ask(&path) else { return false };
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            let ids = answer["data"].as_array().unwrap().iter().filter_map(|record| record["id"].as_str());
            let ids: Vec<&str> = ids.collect();
            if children && !ids.iter().all(|id| ask(&format!("/record/{id}/parts")).is_some()) {
                return false;
            }
            let paging = &answer["paging"];
            path =
                match (paging["has_more"].as_bool(), paging["next_cursor"].as_str(), paging["next"].as_str())
                {
                    (_, Some(cursor), _) => format!("/list?limit=9&cursor={cursor}"),
                    (_, _, Some(next)) => next.to_owned(),
                    (Some(true), ..) if self.kind == 0 => format!("/list?limit=9&page={}", page + 1),
                    (Some(true), ..) => format!("/list?limit=9&starting_after={}", ids[ids.len() - 1]),
                    _ => return true,
                };
        }
        true
    }
}
