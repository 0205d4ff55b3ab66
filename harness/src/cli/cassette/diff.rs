use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use connector_record::assembly::{Change, diff};

use super::load;
use crate::error::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The cassette as it was, or the folder of its scenario.
    before: PathBuf,
    /// The cassette as it is.
    after: PathBuf,
    /// Show what no client acts on too: times, request ids and the like.
    #[arg(long)]
    noise: bool,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let (before, after) = (load(&self.before)?.1, load(&self.after)?.1);
        let mut out = anstream::stdout();
        let (noise, changes): (Vec<Change>, Vec<Change>) =
            diff(&before, &after).into_iter().partition(|change| matches!(change, Change::Noise { .. }));
        let shown = noise.iter().filter(|_| self.noise).chain(&changes);
        for change in shown {
            writeln!(out, "{change}")?;
        }
        if changes.is_empty() {
            writeln!(out, "They mean the same.")?;
        }
        if !noise.is_empty() && !self.noise {
            writeln!(out, "{} differ in what no client acts on: --noise shows it.", noise.len())?;
        }
        // As `diff` says it.
        Ok(if changes.is_empty() { ExitCode::Conforms } else { ExitCode::CheckFailed })
    }
}
