//! `harness cassette`: looks at recordings, and changes them.

mod convert;
mod diff;
mod lint;
mod prune;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use connector_replay::Tape;

use crate::error::{Error, ExitCode};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what is in a cassette, one line an interaction.
    Show(show::Arguments),
    /// Say what is wrong with a cassette, and what in it looks like a secret.
    Lint(lint::Arguments),
    /// Take out what no command of a scenario asks for.
    Prune(prune::Arguments),
    /// Say what has changed from one cassette to another.
    Diff(diff::Arguments),
    /// Make a cassette of another tool's recording, or HAR of a cassette.
    Convert(convert::Arguments),
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Show(arguments) => arguments.run(),
            Command::Lint(arguments) => arguments.run(),
            Command::Prune(arguments) => arguments.run(),
            Command::Diff(arguments) => arguments.run(),
            Command::Convert(arguments) => arguments.run(),
        }
    }
}

/// The cassette at a path: a file, or the folder of its scenario.
fn load(path: &Path) -> Result<(PathBuf, Tape), Error> {
    let path = if path.is_dir() { path.join("cassette.json") } else { path.to_owned() };
    let tape = Tape::load(&path).map_err(|source| Error::Cassette { source })?;
    Ok((path, tape))
}
