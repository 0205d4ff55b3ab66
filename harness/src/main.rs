//! `harness`: judges any Airbyte-protocol connector, offline.

use std::process::ExitCode;

use clap::Parser as _;
use connector_harness::cli::Cli;
use connector_harness::{Error, ExitCode as Code};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are printed on stdout and are no error.
            let code = if error.use_stderr() { Code::Usage } else { Code::Conforms };
            let _printed = error.print();
            return ExitCode::from(code as u8);
        }
    };
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        // Whoever reads `harness list | head` has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            let code = error.downcast_ref::<Error>().map_or(Code::HarnessFailed, Error::exit_code);
            ExitCode::from(code as u8)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn report(error: &anyhow::Error) {
    use std::io::Write as _;
    // Whoever closed stderr does not want to know.
    let _said =
        writeln!(anstream::stderr(), "harness: failed to {}", connector_harness::chain(error.as_ref()));
}
