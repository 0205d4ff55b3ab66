use std::io::Write as _;

use anstyle::Style as Paint;
use clap::Args;

use crate::checks::{self, Check};
use crate::error::{Error, ExitCode};
use crate::nearest::nearest;

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The check's id, as `harness list` and every failure show it.
    id: String,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let check = checks::find(&self.id)
            .ok_or_else(|| Error::NoCheck { id: self.id.clone(), hint: hint(&self.id) })?;
        let mut out = anstream::stdout();
        writeln!(out, "{BOLD}{}{BOLD:#}  ({}, {})\n", check.id, check.group, check.level)?;
        writeln!(out, "{}\n", check.requirement)?;
        writeln!(out, "{BOLD}Why{BOLD:#}     {}", check.why)?;
        writeln!(out, "{BOLD}Source{BOLD:#}  {}", check.source)?;
        for (title, examples) in [("Condemns", check.condemns), ("Acquits", check.acquits)] {
            for example in examples {
                writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
                for line in example.lines() {
                    writeln!(out, "    {line}")?;
                }
            }
        }
        writeln!(out, "\n{DIM}{NOTATION}{DIM:#}")?;
        Ok(ExitCode::Conforms)
    }
}

const NOTATION: &str = "In the examples: `$ read` is a process and what follows its stdout, `2>` a line of stderr, \
`> ! ?` a request that was answered, that nobody recorded, that was recorded and never made, `= exit 1` how it ended, \
`#` what the scenario says.";

/// The ids that look like what was typed.
fn hint(id: &str) -> String {
    if let Some(near) = nearest(id, checks::ALL.iter().map(|check| check.id)) {
        return format!("did you mean {near}?");
    }
    let words: Vec<&str> = id.split(['_', '-']).filter(|word| word.len() > 2).collect();
    let alike = |check: &&Check| words.iter().any(|word| check.id.contains(word));
    let near: Vec<&str> = checks::ALL.iter().filter(alike).map(|check| check.id).collect();
    match near.as_slice() {
        [] => "`harness list` shows all of them".to_owned(),
        near => format!("did you mean {}?", near.join(", ")),
    }
}
