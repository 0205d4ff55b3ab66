use std::io::Write as _;

use anstyle::Style as Paint;

use crate::checks;
use crate::error::ExitCode;

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();

/// Prints a line or two per check, by group.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let mut out = anstream::stdout();
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
