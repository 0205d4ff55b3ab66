use clap::Args;

use crate::broken::{self, Call};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The name of the fault.
    fault: String,
    /// The command of the protocol and its options.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Arguments {
    /// Returns the connector's own exit status.
    pub(super) fn run(&self) -> u8 {
        broken::run(&self.fault, &Call::parse(&self.words))
    }
}
