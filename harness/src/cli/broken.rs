use clap::Args;

use crate::broken::{self, Call};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The name of the fault, or `--list`: all of them, a JSON object a line.
    #[arg(allow_hyphen_values = true)]
    fault: String,
    /// The command of the protocol and its options.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<u8> {
        Ok(match self.fault.as_str() {
            "--list" => broken::list(),
            fault => broken::run(fault, &Call::parse(&self.words)),
        })
    }
}
