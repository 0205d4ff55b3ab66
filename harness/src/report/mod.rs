//! How a run is told: one file per format, each a reducer over the events.
//!
//! To add a format: write `report/<format>.rs` with a [`Reporter`], and name it in [`Format`] and in `of`.

mod destination;
mod difference;
mod github;
mod human;
mod json;
mod junit;
mod markdown;
mod paragraph;
#[cfg(test)]
mod played;
mod progress;
mod reason;
mod recording;
mod repro;
mod several;
mod spelling;
mod story;
mod way;

pub use destination::Destination;
use destination::create;
pub use several::Several;
pub(crate) use spelling::{from_here, named, plural, quoted};
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use crate::event::Event;
use crate::snapshot::Update;

/// Hears every event of a run as it happens.
pub trait Reporter {
    /// Takes the next event.
    fn tell(&mut self, event: &Event);

    /// The harness could not go on, and why: nothing more comes but the end.
    fn break_off(&mut self, why: &str) {
        // Who only passes on what happens has no place for it: the user is told elsewhere.
        let _ = why;
    }

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
    /// One event a line: see docs/events.md.
    Json,
    /// JUnit's XML, which most CI services show.
    Junit,
    /// Annotations of GitHub Actions, and the summary of the job.
    Github,
    /// A table of connectors and what is wrong by cause, for a summary or a comment.
    Markdown,
}

/// What a format may be told.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Show passes and the reasons of skips too.
    pub verbose: bool,
    /// Checks of level should condemn too.
    pub strict: bool,
    /// The folder of the snapshots, where the command line names one.
    pub snapshots: Option<PathBuf>,
    /// The options that the processes ran with, as they are typed to see a failure again: each begins with a space.
    pub again: String,
}

/// The reporter that a run is followed by: for people on stderr, for machines on stdout.
pub fn main(format: Format, style: Style) -> Box<dyn Reporter> {
    if format != Format::Human {
        return of(format, style, Box::new(std::io::stdout()));
    }
    let in_ci = std::env::var("CI").is_ok_and(|value| Update::is_ci(&value));
    let progress = std::io::stderr().is_terminal() && !in_ci;
    Box::new(human::Human::new(Box::new(anstream::stderr()), style, progress::Progress::new(progress)))
}

/// The reporter of a format that writes there, without colours.
fn of(format: Format, style: Style, out: Box<dyn Write>) -> Box<dyn Reporter> {
    match format {
        Format::Human => Box::new(human::Human::new(
            Box::new(anstream::StripStream::new(out)),
            style,
            progress::Progress::new(false),
        )),
        Format::Json => Box::new(json::Json::new(out)),
        Format::Junit => Box::new(junit::Junit::new(out, style)),
        Format::Github => {
            let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty());
            Box::new(github::GitHub::new(out, summary.map(PathBuf::from), style))
        }
        Format::Markdown => Box::new(markdown::Markdown::new(out, style)),
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
