use std::io::Write as _;

use clap::{Args, ValueEnum};

use crate::error::ExitCode;
use crate::scenario;
use crate::schema;
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which file it is of.
    file: File,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum File {
    /// harness.toml.
    Settings,
    /// scenario.toml.
    Scenario,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let text = match self.file {
            File::Settings => schema::of::<Settings>(),
            File::Scenario => schema::of::<scenario::File>(),
        };
        anstream::stdout().write_all(text.as_bytes())?;
        Ok(ExitCode::Conforms)
    }
}
