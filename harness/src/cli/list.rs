use std::io::Write as _;

use anstyle::Style as Paint;
use clap::Args;

use crate::checks;
use crate::error::ExitCode;
use crate::reference;

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// As a page in Markdown, with reasons, sources and examples: docs/checks.md.
    #[arg(long)]
    markdown: bool,
}

impl Arguments {
    /// Prints a line or two per check, by group.
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout();
        if self.markdown {
            out.write_all(reference::of_checks().as_bytes())?;
            return Ok(ExitCode::Conforms);
        }
        let mut group = None;
        for check in checks::ALL {
            if group.replace(check.group) != Some(check.group) {
                writeln!(out, "{BOLD}{}{BOLD:#}", check.group)?;
            }
            writeln!(out, "  {:<6} {}", check.level, check.id)?;
            writeln!(out, "         {DIM}{}{DIM:#}", check.requirement)?;
        }
        Ok(ExitCode::Conforms)
    }
}
