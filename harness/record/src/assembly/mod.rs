//! Puts what was recorded together to one tape that serves every run, writes it, and compares tapes.
//!
//! - [`assemble`] merges runs, samples pages, puts large bodies aside, and keeps what an old tape said as it was.
//! - [`write()`] puts a tape in the place of an old one, wholly or not at all.
//! - [`diff()`], [`prune()`] and [`faults()`] are for people who look after cassettes.

mod aside;
mod chain;
mod change;
mod diff;
mod faults;
mod ground;
mod leaf;
mod meaning;
mod merge;
mod noise;
mod page;
mod prune;
mod reuse;
mod sample;
mod sequence;
mod stand_in;
mod write;

use std::collections::BTreeSet;

use connector_replay::{Rule, Tape};

pub use diff::{Change, diff};
pub use faults::faults;
pub use prune::prune;
pub use reuse::hands_out_token;
pub use write::{replace_file, write};

use crate::{Error, Recorded};
use meaning::Meaning;

/// How a tape is put together.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// The runs that will be made at replay, so that what they ask must be asked for. What only others ask is optional.
    pub required: BTreeSet<u32>,
    /// What people call the runs, by their numbers.
    pub runs: Vec<String>,
    /// What is passed over at replay in comparing requests.
    pub ignore: Vec<Rule>,
    /// The tape that is recorded anew.
    pub old: Option<&'a Tape>,
    /// What becomes of it.
    pub mode: Mode,
    /// How many pages are kept of a longer chain, the last one among them; at least 3.
    pub sample: Option<usize>,
}

/// What becomes of an old tape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It gives way to the new one. Of an answer whose meaning did not change the bytes are kept.
    #[default]
    All,
    /// It stays, and what is new is added at its end. An answer is replaced only where one of them hands out a token,
    /// for which the real server must be asked each time, and where its meaning changed.
    NewEpisodes,
}

/// A tape, and what whoever recorded it should know.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// Its `meta` is the old one's.
    pub tape: Tape,
    /// A sentence each.
    pub notes: Vec<String>,
}

/// Puts what was recorded together.
///
/// Every run of the client begins the tape anew at replay, and is served: of equal requests it asks the same answers in
/// the same order, or the first of more.
///
/// # Errors
/// [`Error::Assemble`] where a request cannot be asked again, since it holds an expression that cannot be read.
pub fn assemble(recorded: Vec<Recorded>, options: &Options<'_>) -> Result<Assembled, Error> {
    let old = options.old.map_or(&[][..], |old| &old.interactions);
    let all = || recorded.iter().map(|recorded| &recorded.interaction).chain(old);
    let terms = stand_in::terms(all(), &options.ignore);
    let meaning = Meaning::of(all());
    let mut changed = Vec::new();
    let mut sequences = merge::merge(recorded, &options.required, &terms, &mut changed)?;
    let mut notes = change::notes(changed, &options.runs);
    let sets = reuse::pair(&mut sequences, old, &terms);
    for sequence in &mut sequences {
        let last = sequence.old.and_then(|set| sets[set].last()).map(|last| &old[*last]);
        let repeated = last
            .is_some_and(|last| last.repeat && meaning.is_same(&last.response, &sequence.last().response));
        merge::collapse(sequence, &meaning, repeated);
    }
    if let Some(pages) = options.sample {
        sample::sample(&mut sequences, pages, &terms, &mut notes);
    }
    for entry in sequences.iter_mut().flat_map(|sequence| &mut sequence.entries) {
        aside::put_aside(&mut entry.interaction);
    }
    let mut tape = match options.mode {
        Mode::All => Tape::new(reuse::renew(sequences, old, &sets, &meaning)),
        Mode::NewEpisodes => Tape::new(reuse::extend(sequences, old, &sets, &meaning)),
    };
    tape.meta = options.old.and_then(|old| old.meta.clone());
    Ok(Assembled { tape, notes })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use connector_replay::{Interaction, Tape};
    use serde_json::json;

    use crate::Recorded;

    /// `GET https://a.test` + path, answered with JSON.
    pub(super) fn interaction(path: &str, answer: &str) -> Interaction {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        let request = json!({"method": "GET", "url": format!("https://a.test{path}")});
        serde_json::from_value(
            json!({"request": request, "response": {"status": 200, "body": {"json": answer}}}),
        )
        .unwrap()
    }

    /// In this order, each with its run, path and answer.
    pub(super) fn recorded(asked: &[(u32, &str, &str)]) -> Vec<Recorded> {
        let numbered = asked.iter().zip(0..);
        let recorded = numbered.map(|((track, path, answer), sequence)| Recorded {
            track: *track,
            sequence,
            interaction: interaction(path, answer),
        });
        recorded.collect()
    }

    pub(super) fn answers(tape: &Tape) -> Vec<String> {
        let bodies = tape.interactions.iter().map(|interaction| interaction.response.body.as_ref().unwrap());
        bodies
            .map(|body| {
                String::from_utf8(body.to_bytes(&super::stand_in::terms([], &[])).unwrap().to_vec()).unwrap()
            })
            .collect()
    }

    /// `PATH ANSWER FLAGS` each.
    pub(super) fn lines(tape: &Tape) -> Vec<String> {
        let all = tape.interactions.iter().zip(answers(tape));
        all.map(|(interaction, answer)| {
            let path = interaction.request.url.as_str().strip_prefix("https://a.test").unwrap();
            let repeat = if interaction.repeat { " repeat" } else { "" };
            let optional = if interaction.optional { " optional" } else { "" };
            format!("{path} {answer}{repeat}{optional}")
        })
        .collect()
    }
}
