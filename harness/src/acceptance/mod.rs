//! `acceptance-test-config.yml`, which every published connector carries: what Airbyte's connector acceptance tests are
//! told of it. It is read as it is, and what it asks for is done, or it is said why not: see `docs/acceptance.md`.
//!
//! ```text
//! reader, test (the file, key by key: node, suite, note) -> config (in its newest form)
//!     -> group (the tests of one scenario) -> sketch (what is said of that scenario; cat: which checks are meant)
//! ```

mod cat;
mod catalog;
mod config;
mod group;
mod node;
mod note;
mod reader;
mod sketch;
mod suite;
mod test;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use connector_protocol::Command;

use self::config::{Config, Tests};
use self::note::Notes;
pub(crate) use self::sketch::Sketch;
use self::suite::Suite;
use crate::demands::{Demands, Unjudged};
use crate::error::Error;
use crate::metadata::Metadata;

/// The name of the file.
pub(crate) const FILE: &str = "acceptance-test-config.yml";

/// What the file says, in our words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acceptance {
    /// The image that Airbyte's own tests run: of no account where another way to run the connector was found.
    #[cfg_attr(not(test), expect(dead_code, reason = "for finding out what to run"))]
    pub(crate) connector_image: Option<String>,
    /// Environment variables for every process.
    pub(crate) environment: BTreeMap<String, String>,
    /// Seconds that commands may take.
    pub(crate) timeouts: BTreeMap<&'static str, f64>,
    /// What is demanded of the connector itself, by its `spec`.
    pub(crate) demands: Demands,
    /// The scenarios that it makes.
    pub(crate) sketches: Vec<Sketch>,
    /// What it says that counts for nothing, or cannot be done.
    pub(crate) notes: Vec<String>,
}

impl Acceptance {
    /// Reads the file in the folder of a connector; `None` where there is none.
    ///
    /// # Errors
    /// Where it, or a file that it names, cannot be understood.
    pub(crate) fn load(folder: &Path, metadata: &Metadata) -> Result<Option<Acceptance>, Error> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let (config, mut notes) = reader::read(&text, &path)?;
        let base = config
            .base_path
            .as_deref()
            .map_or(folder.to_owned(), |base| crate::settings::join(folder, Path::new(base)));
        let mut lacking = BTreeSet::new();
        let bypassed = bypassed(&config);
        let maker = sketch::Maker { config: &config, base: &base, metadata, bypassed: &bypassed };
        let sketches = maker.sketches(&mut lacking)?;
        let demands = maker.of_connector(&mut lacking)?;
        if config.suites.values().all(|tests| tests.tests.is_empty()) {
            notes.say(1, "it names no test at all");
        }
        let mut notes: Vec<String> = Notes::lines(notes, FILE);
        notes.extend(lacking.into_iter().map(|lacking| format!("{FILE}: {lacking}")));
        Ok(Some(Acceptance {
            connector_image: config.connector_image.clone(),
            environment: config.environment.clone(),
            timeouts: timeouts(&config),
            demands,
            sketches,
            notes,
        }))
    }

    /// The name of the scenario that the config at `path` makes.
    pub(crate) fn scenario_of(&self, path: &Path) -> Option<&str> {
        let path = path.canonicalize().ok()?;
        let sketch = self.sketches.iter().find(|it| it.config.canonicalize().is_ok_and(|it| it == path))?;
        Some(&sketch.first_of_config)
    }
}

/// The checks of suites that are bypassed with a reason, but for those that another suite wants judged.
fn bypassed(config: &Config) -> Vec<Unjudged> {
    let of = |suite: Suite| {
        let ids = cat::CHECKS.iter().filter(move |(id, _)| id.starts_with(suite.letter()));
        ids.flat_map(|(_, checks)| checks.iter().copied())
    };
    let active = config.suites.iter().filter(|(_, tests)| tests.bypass_reason.is_none());
    let wanted: BTreeSet<&str> = active.flat_map(|(suite, _)| of(*suite)).collect();
    let mut unjudged = Vec::new();
    for (suite, Tests { bypass_reason, .. }) in &config.suites {
        let Some(reason) = bypass_reason else { continue };
        for check in of(*suite).collect::<BTreeSet<_>>().difference(&wanted) {
            let reason = format!("{FILE}: {suite} is bypassed: {reason}");
            unjudged.push(Unjudged { check: (*check).to_owned(), reason });
        }
    }
    unjudged
}

/// The largest time that a test gives a command.
fn timeouts(config: &Config) -> BTreeMap<&'static str, f64> {
    let mut timeouts: BTreeMap<&'static str, f64> = BTreeMap::new();
    for (suite, tests) in &config.suites {
        let Some(command) = suite.timed() else { continue };
        for seconds in tests.tests.iter().filter_map(|test| test.timeout) {
            // A day is the most that settings may say.
            let seconds = f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)).min(86_400.0);
            let known = timeouts.entry(Command::as_str(command)).or_default();
            *known = known.max(seconds);
        }
    }
    timeouts
}
