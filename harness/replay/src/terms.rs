use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::Rule;

/// On which terms a cassette is played: what its expressions stand for, and what is passed over in comparing.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What `{{secret:NAME}}` stands for, by name.
    pub values: BTreeMap<String, String>,
    /// What time it is, for `{{now:...}}`. Where it is not said, a cassette that asks for it does not load.
    pub now: Option<Timestamp>,
    /// What time it is in truth, where `now` is another: a client that nobody could tell asks with it, and is answered.
    pub wall: Option<Timestamp>,
    /// How far a time in a request may be from the recorded one, where that is recorded as so far from now: a client
    /// reads the clock when it gets there, not when it starts.
    pub tolerance: SignedDuration,
    /// What is passed over in comparing requests.
    pub ignore: Vec<Rule>,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms {
            values: BTreeMap::new(),
            now: None,
            wall: None,
            tolerance: SignedDuration::from_mins(15),
            ignore: Vec::new(),
        }
    }
}

impl Terms {
    /// The same, so much earlier and so much later as is tolerated.
    pub(crate) fn early_and_late(&self) -> [Terms; 2] {
        [-self.tolerance, self.tolerance].map(|offset| {
            let now = self.now.and_then(|now| now.checked_add(offset).ok());
            Terms { now, ..self.clone() }
        })
    }

    /// The same, at the time that it is in truth.
    pub(crate) fn in_truth(&self) -> Option<Terms> {
        let now = self.wall.filter(|wall| Some(*wall) != self.now)?;
        Some(Terms { now: Some(now), ..self.clone() })
    }
}
