//! The ways in which a connector's requests are intercepted.

use std::fmt;

use serde::Serialize;

/// How requests are brought to the replay server, the surest way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// There is no other network: the connector runs in a namespace of its own.
    Sandbox,
    /// Variables name a proxy and whom to trust; files that interpreters load do what no variable can.
    Environment,
    /// The config names the server's own address in the place of the API's.
    BaseUrl,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Rung::Sandbox => "sandbox",
            Rung::Environment => "environment",
            Rung::BaseUrl => "base_url",
        })
    }
}

/// Whether connectors run in a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SandboxMode {
    /// Where the system allows it.
    Auto,
    /// Always: where the system does not allow it, nothing is run.
    Require,
    /// Never. The default of the library: to make a sandbox a program starts itself, which is for `harness` to say.
    #[default]
    Off,
}
