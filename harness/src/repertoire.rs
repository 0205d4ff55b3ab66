//! The scenarios of a connector: those that have a folder, and those that its `acceptance-test-config.yml` makes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::acceptance::{self, Sketch};
use crate::error::Error;
use crate::locate::Connector;
use crate::report::{from_here, quoted};
use crate::scenario::{Circumstances, Scenario};

/// What is played, and what is to be said of the rest.
pub(crate) struct Repertoire {
    /// In the order of their names.
    pub(crate) scenarios: Vec<Scenario>,
    /// The names of all that could be played, in order.
    pub(crate) all: Vec<String>,
    /// What is not played or not honoured, and why, each on a line.
    pub(crate) notes: Vec<String>,
}

impl Repertoire {
    /// Reads the scenarios of a connector that are wanted; `began` is the time for those that say none.
    ///
    /// # Errors
    /// Where there is none that can be played, or a wanted one that cannot be read.
    pub(crate) fn load(
        connector: &Connector,
        began: Timestamp,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Repertoire, Error> {
        let settings = &connector.settings;
        let circumstances = Circumstances { began, ignore: &settings.ignore, metadata: &settings.metadata };
        let Outlines { outlines, notes } = Outlines::of(connector)?;
        let scenarios = outlines
            .iter()
            .filter(|outline| wanted(&outline.name))
            .map(|Outline { name, folder, sketch }| Scenario::load(name, folder, *sketch, &circumstances))
            .collect::<Result<_, _>>()?;
        let all = outlines.into_iter().map(|outline| outline.name).collect();
        Ok(Repertoire { scenarios, all, notes })
    }

    /// The names of all scenarios that can be played, in order; nothing is read of them.
    pub(crate) fn names(connector: &Connector) -> Result<Vec<String>, Error> {
        let outlines = Outlines::of(connector)?.outlines;
        Ok(outlines.into_iter().map(|outline| outline.name).collect())
    }
}

/// A scenario that can be played, not read yet.
struct Outline<'a> {
    name: String,
    folder: PathBuf,
    sketch: Option<&'a Sketch>,
}

struct Outlines<'a> {
    /// In the order of their names.
    outlines: Vec<Outline<'a>>,
    notes: Vec<String>,
}

impl<'a> Outlines<'a> {
    fn of(connector: &'a Connector) -> Result<Self, Error> {
        let Connector { fixtures, settings, .. } = connector;
        let acceptance = settings.acceptance.as_ref();
        let sketches = acceptance.map_or(&[][..], |it| &it.sketches);
        let folders = match folders(fixtures) {
            Err(_) if acceptance.is_some() => Vec::new(),
            folders => folders?,
        };
        let mut outlines = Vec::new();
        for folder in folders {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // One that a sketch lends its name to comes below.
            if !sketches.iter().any(|sketch| sketch.name == name) {
                outlines.push(Outline { name, folder, sketch: None });
            }
        }
        let mut unplayable = Vec::new();
        let stands = |sketch: &Sketch| Stand::of(sketch, fixtures);
        let any_recorded = sketches.iter().any(|sketch| stands(sketch).recorded);
        let asks_nobody = settings.metadata.allowed_hosts.as_ref().is_some_and(Vec::is_empty);
        let mut said = BTreeSet::new();
        for sketch in sketches {
            let stand = stands(sketch);
            let lacks_recording = any_recorded && !asks_nobody && !sketch.commands.is_empty();
            let lack = if !stand.has_config {
                Some(format!("`{}` is not here", sketch.config_path))
            } else if !stand.recorded && !stand.is_own && lacks_recording {
                Some(format!("of `{}` there is no recording", sketch.config_path))
            } else {
                None
            };
            match lack {
                None => {
                    let name = sketch.name.clone();
                    outlines.push(Outline { name, folder: stand.folder, sketch: Some(sketch) });
                }
                Some(lack) => {
                    if said.insert((&sketch.config_path, &sketch.first_of_config)) {
                        unplayable.push(format!("{lack}: {}", unplayed(connector, sketch)));
                    }
                }
            }
        }
        if outlines.is_empty() {
            let why = if unplayable.is_empty() {
                format!("{} names no config", acceptance::FILE)
            } else {
                unplayable.join("; ")
            };
            return Err(Error::NoScenario { why });
        }
        outlines.sort_by(|one, other| one.name.cmp(&other.name));
        let mut notes = acceptance.map(|it| it.notes.clone()).unwrap_or_default();
        notes.extend(unplayable);
        Ok(Outlines { outlines, notes })
    }
}

/// What there is of a scenario that `acceptance-test-config.yml` makes.
struct Stand {
    /// The one with its recording, be it that of another scenario; or the one where its own would be.
    folder: PathBuf,
    /// Whether there is a folder of its own, with a config.
    is_own: bool,
    has_config: bool,
    recorded: bool,
}

impl Stand {
    fn of(sketch: &Sketch, fixtures: &Path) -> Stand {
        let own = fixtures.join(&sketch.name);
        let first = fixtures.join(&sketch.first_of_config);
        let folder = if !own.is_dir() && first.is_dir() { first } else { own };
        let config = folder.join("config.json").exists();
        Stand {
            is_own: config && folder.file_name().is_some_and(|name| *name == *sketch.name),
            has_config: config || sketch.config.exists(),
            recorded: folder.join("cassette.json").symlink_metadata().is_ok(),
            folder,
        }
    }
}

/// What becomes of a scenario that cannot be played, and what to do.
fn unplayed(connector: &Connector, sketch: &Sketch) -> String {
    let config = if sketch.config.exists() { quoted(from_here(&sketch.config)) } else { "FILE".to_owned() };
    let path = from_here(&connector.root);
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    format!(
        "scenario `{name}` is not played; record it: harness record {} --config {config} --scenario {name}",
        quoted(path),
        name = sketch.first_of_config,
    )
}

/// The folders of the scenarios, in the order of their names.
fn folders(fixtures: &Path) -> Result<Vec<PathBuf>, Error> {
    let none = |why: String| Error::NoScenario { why };
    let shown = fixtures.display();
    let entries = std::fs::read_dir(fixtures).map_err(|error| {
        none(format!(
            "cannot read {shown}: {error}; want {shown}/<scenario>/config.json, which `harness record` makes"
        ))
    })?;
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::Read { path: fixtures.to_owned(), source })?;
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if path.is_dir() && !hidden && entry.file_name() != "__pycache__" {
            folders.push(path);
        }
    }
    folders.sort();
    if folders.is_empty() {
        return Err(none(format!("no folder in {shown}; want one per scenario, with a config.json")));
    }
    Ok(folders)
}
