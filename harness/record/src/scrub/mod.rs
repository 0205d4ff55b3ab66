//! What was recorded, without what must not be published: secrets, tokens and times become expressions that a replay fills
//! in. What is a secret is told by where it came from and where it goes, not by what it is called.

mod body;
mod clock;
mod draft;
mod encoded;
mod gained;
mod guard;
mod header;
mod json;
mod jwt;
mod leaf;
mod name;
mod needle;
mod pieces;
mod random;
mod secret;
mod spelling;
mod survey;
mod suspect;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod url;
mod values;

use std::cell::RefCell;

use connector_replay::Rule;
use jiff::Timestamp;

pub use secret::Secret;
pub use suspect::{Suspect, suspects};

use crate::{Error, Recorded, Take};
use clock::Clock;
use draft::Draft;
use needle::Needles;
use survey::Survey;
use text::Scrubber;

/// One run of the client.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// "Now", for what the client works out from its clock.
    pub began: Timestamp,
}

/// What is known of a recording beside its takes.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// When the recording began, before any of its runs: a replay that sets its clock to this second gives the data as it
    /// was recorded.
    pub began: Timestamp,
    /// The secrets that the client was given. One name may have several values, of which later runs were given the later
    /// ones: at replay, where every run is given the first, one value stands for all.
    pub secrets: &'a [Secret],
    /// Secrets of names that the client was given in later runs alone, since it asked to keep them: where an answer handed
    /// one out, it is a token.
    pub gained: &'a [Secret],
    /// The runs, by the numbers that takes carry.
    pub tracks: &'a [Track],
    /// Texts that the client was started with, and will be again: times in them do not move.
    pub known: &'a [String],
}

/// A recording that can be published.
#[derive(Clone, Debug)]
pub struct Scrubbed {
    /// In the order of the takes.
    pub interactions: Vec<Recorded>,
    /// What a replay must pass over, since a client works it out anew each time from what is not recorded.
    pub ignore: Vec<Rule>,
    /// The names of those gained that no answer handed out: whoever plays the recording must know a value for them.
    pub gained: Vec<String>,
    /// What a person should know, in whole sentences.
    pub notes: Vec<String>,
}

/// Puts expressions in the place of secrets, tokens and times. `takes` is called up to four times, and gives the same
/// each time.
///
/// # Errors
/// Those of the takes; [`Error::UnknownTrack`]; [`Error::ShowsSecret`] where a secret shows in a form that cannot be cut out.
pub fn scrub<I>(takes: impl Fn() -> I, circumstances: &Circumstances<'_>) -> Result<Scrubbed, Error>
where
    I: Iterator<Item = Result<Take, Error>>,
{
    let handed_out = gained::handed_out(&takes, circumstances.gained)?;
    let own = circumstances.gained.iter().filter(|secret| !handed_out.contains(&*secret.value));
    let all: Vec<Secret> = circumstances.secrets.iter().chain(own.clone()).cloned().collect();
    let mut gained: Vec<String> = own.map(|secret| secret.name.clone()).collect();
    gained.dedup();
    let circumstances = &Circumstances { secrets: &all, ..*circumstances };

    let of_all = || circumstances.secrets.iter();
    let secrets = Needles::new(of_all().flat_map(Secret::needles).collect());
    let short = Needles::new(of_all().filter_map(Secret::short).collect());
    let hosts = Needles::new(of_all().filter_map(Secret::in_hosts).collect());
    let mut clock = Clock::new(circumstances.known, circumstances.began);

    let mut survey = Survey::new(&secrets, &short, circumstances.known, &handed_out);
    for take in takes() {
        let take = take?;
        survey.see(&take, &mut clock, circumstances.run_began(&take)?);
    }
    if survey.wants_more() {
        for take in takes() {
            survey.see_again(&take?);
        }
    }
    let (tokens, cookies) = (survey.tokens, survey.cookies);

    let mut all: Vec<_> = circumstances.secrets.iter().flat_map(Secret::needles).collect();
    all.extend(tokens.needles());
    let scrubber = Scrubber { needles: Needles::new(all), short, hosts, clock, kinds: RefCell::default() };
    let mut draft = Draft::new(circumstances, scrubber, &tokens, cookies);
    for take in takes() {
        draft.add(&take?)?;
    }
    Ok(Scrubbed { gained, ..draft.finish() })
}

impl Circumstances<'_> {
    /// When the run began that a take belongs to.
    fn run_began(&self, take: &Take) -> Result<Timestamp, Error> {
        let track = usize::try_from(take.track).ok().and_then(|track| self.tracks.get(track));
        track
            .map(|track| track.began)
            .ok_or(Error::UnknownTrack { track: take.track, known: self.tracks.len() })
    }
}
