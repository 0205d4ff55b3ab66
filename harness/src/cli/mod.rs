//! The command line: what can be typed, and what it sets in motion.

mod accept;
mod broken;
mod cassette;
mod chosen;
mod explain;
mod list;
mod paths;
mod record;
mod schema;
mod selftest;
mod test;

use clap::{Parser, Subcommand, ValueEnum};

use crate::error::ExitCode;
use crate::sandbox;

/// Judges any Airbyte-protocol connector, in any language, offline.
#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 conforms, 1 a check or a waiver failed, 2 interrupted, 3 the harness failed, 4 usage or \
                  configuration, 5 nothing was judged, 6 snapshots wait for review."
)]
pub struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a connector over its recorded scenarios and judge it.
    Test(test::Arguments),
    /// Record a scenario from the real servers, its secrets made up, and replay it.
    Record(record::Arguments),
    /// Look at cassettes, and change them.
    Cassette(cassette::Arguments),
    /// List every check.
    List(list::Arguments),
    /// Say what a check demands, why, and what it condemns.
    Explain(explain::Arguments),
    /// Print the JSON Schema of a file that people write, for editors.
    Schema(schema::Arguments),
    /// Show the snapshots that wait for review.
    Review(accept::Arguments),
    /// Take the snapshots that wait for review.
    Accept(accept::Arguments),
    /// Judge the checks: each must condemn the connectors that are broken in its way, and no other check may.
    Selftest(selftest::Arguments),
    /// Become a connector in a sandbox: the harness starts itself so.
    #[command(name = sandbox::COMMAND, hide = true)]
    SandboxInit,
    /// Be a connector that is broken in one way.
    #[command(hide = true)]
    Broken(broken::Arguments),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Cli {
    /// Does what was typed; returns the exit code.
    ///
    /// # Errors
    /// Whatever keeps the harness from its work; [`crate::Error`] knows the exit code that goes with it.
    pub fn run(self) -> anyhow::Result<u8> {
        match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
        let code = match self.command {
            Command::Test(arguments) => arguments.run(),
            Command::Record(arguments) => arguments.run(),
            Command::Cassette(arguments) => arguments.run(),
            Command::List(arguments) => arguments.run(),
            Command::Explain(arguments) => arguments.run(),
            Command::Schema(arguments) => arguments.run(),
            Command::Review(arguments) => arguments.review(),
            Command::Accept(arguments) => arguments.accept(),
            Command::Selftest(arguments) => arguments.run(),
            // It returns where there was nothing to become, or no way.
            Command::SandboxInit if sandbox::become_connector()? => Ok(ExitCode::Conforms),
            Command::SandboxInit => Ok(ExitCode::HarnessFailed),
            // A connector has codes of its own.
            Command::Broken(arguments) => return Ok(arguments.run()),
        };
        code.map(|code| code as u8)
    }
}
