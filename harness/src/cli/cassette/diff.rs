use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::load;
use crate::error::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The cassette as it was, or the folder of its scenario.
    before: PathBuf,
    /// The cassette as it is.
    after: PathBuf,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let (before, after) = (load(&self.before)?.1, load(&self.after)?.1);
        let mut out = anstream::stdout();
        let changes = connector_record::assembly::diff(&before, &after);
        for change in &changes {
            writeln!(out, "{change}")?;
        }
        if changes.is_empty() {
            writeln!(out, "They mean the same.")?;
        }
        // As `diff` says it.
        Ok(if changes.is_empty() { ExitCode::Conforms } else { ExitCode::CheckFailed })
    }
}
