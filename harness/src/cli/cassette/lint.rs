use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::load;
use crate::error::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Cassettes, or folders of scenarios.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout();
        let mut found = 0;
        for path in &self.paths {
            let (path, tape) = load(path)?;
            for fault in connector_record::assembly::faults(&tape) {
                found += 1;
                writeln!(out, "{}: {fault}", path.display())?;
            }
            for suspect in connector_record::suspects(&tape) {
                found += 1;
                writeln!(out, "{}: looks like a secret: {suspect}", path.display())?;
            }
        }
        if found == 0 {
            writeln!(out, "Nothing to find fault with.")?;
        }
        Ok(if found == 0 { ExitCode::Conforms } else { ExitCode::CheckFailed })
    }
}
