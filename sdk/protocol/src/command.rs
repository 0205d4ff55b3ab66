use std::fmt;

/// What a platform asks of a source: one process per command.
///
/// ```
/// # use connector_protocol::Command;
/// assert_eq!(Command::Discover.to_string(), "discover");
/// assert_eq!("read".parse::<Command>(), Ok(Command::Read));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    /// Print the one SPEC message.
    Spec,
    /// Try the config: print the one CONNECTION_STATUS.
    Check,
    /// Print the one CATALOG.
    Discover,
    /// Print RECORD and STATE messages for the configured catalog.
    Read,
}

impl Command {
    /// All four, in the order in which a platform first runs them.
    pub const ALL: [Command; 4] = [Command::Spec, Command::Check, Command::Discover, Command::Read];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Command::Spec => "spec",
            Command::Check => "check",
            Command::Discover => "discover",
            Command::Read => "read",
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Command {
    type Err = UnknownCommand;

    fn from_str(word: &str) -> Result<Self, UnknownCommand> {
        Command::ALL
            .into_iter()
            .find(|command| command.as_str() == word)
            .ok_or_else(|| UnknownCommand(word.to_owned()))
    }
}

/// A word that is none of the four commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCommand(String);

impl fmt::Display for UnknownCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown command `{}`: want one of spec, check, discover, read", self.0)
    }
}

impl std::error::Error for UnknownCommand {}
