//! How a run is told: one file per format, each a reducer over the events.
//!
//! To add a format: write `report/<format>.rs` with a [`Reporter`], and name it in [`Format`] and in [`of`].

mod difference;
mod human;
mod json;
mod paragraph;
mod place;
mod progress;
mod recording;
mod spelling;
mod way;

pub(crate) use spelling::{from_here, plural, quoted};
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use crate::event::Event;
use crate::snapshot::Update;

/// Hears every event of a run as it happens.
pub trait Reporter {
    /// Takes the next event.
    fn tell(&mut self, event: &Event);

    /// The run is over. An error says that the report is not whole.
    fn close(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The formats that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, on stderr.
    Human,
    /// One event a line, on stdout: see docs/events.md.
    Json,
}

/// What the human format may be told.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Show passes and the reasons of skips too.
    pub verbose: bool,
    /// Checks of level should condemn too.
    pub strict: bool,
    /// The path of the connector, for the commands that the report proposes.
    pub path: PathBuf,
    /// The folder of the snapshots, where the command line names one.
    pub snapshots: Option<PathBuf>,
}

/// The reporter of a format.
pub fn of(format: Format, style: Style) -> Box<dyn Reporter> {
    match format {
        Format::Human => {
            let in_ci = std::env::var("CI").is_ok_and(|value| Update::is_ci(&value));
            let progress = std::io::stderr().is_terminal() && !in_ci;
            Box::new(human::Human::new(
                Box::new(anstream::stderr()),
                style,
                progress::Progress::new(progress),
            ))
        }
        Format::Json => Box::new(json::Json::new(Box::new(std::io::stdout()))),
    }
}

/// The reporter of a recording.
pub(crate) fn recording() -> recording::Recording {
    recording::Recording::new(Box::new(anstream::stderr()))
}

/// A line to a reader who may have gone: then there is nobody to tell.
fn say(out: &mut dyn Write, line: std::fmt::Arguments<'_>) {
    let _heard = writeln!(out, "{line}");
}
