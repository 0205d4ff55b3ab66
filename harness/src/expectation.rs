//! What a scenario expects of the connector.

use std::fmt;

use connector_protocol::Command;
use schemars::JsonSchema;
use serde::Deserialize;

/// How a command is to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It does what it is for: a check says SUCCEEDED.
    Succeeds,
    /// It cannot, and says so: a check says FAILED; another command ends with a TRACE ERROR.
    Fails,
    /// Of `check` alone: it ends with a TRACE ERROR in place of a status.
    Raises,
}

impl Outcome {
    /// The outcome that an exit status stands for.
    pub(crate) fn of_status(status: i32) -> Self {
        if status == 0 { Outcome::Succeeds } else { Outcome::Fails }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Succeeds => "succeeds",
            Outcome::Fails => "fails",
            Outcome::Raises => "raises",
        })
    }
}

/// Whether the config of a scenario is meant to satisfy the spec.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConfigIs {
    /// The spec's schema allows it.
    #[default]
    Valid,
    /// The spec's schema does not allow it.
    Invalid,
    /// Whether it does is not said: a wrong key may well be one that the spec accepts.
    Either,
}

/// What is expected of the connector. By default all commands succeed with a valid config and fail with an invalid one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// Whether `config.json` is meant to satisfy the connector's spec.
    #[schemars(extend("default" = "valid"))]
    pub(crate) config: Option<ConfigIs>,
    /// How `check` comes out.
    pub(crate) check: Option<Outcome>,
    /// How `discover` comes out.
    pub(crate) discover: Option<Outcome>,
    /// How `read` comes out.
    pub(crate) read: Option<Outcome>,
}

impl Expectation {
    /// Whether the config is meant to satisfy the spec: it is, where nothing is said.
    pub(crate) fn config(self) -> ConfigIs {
        self.config.unwrap_or_default()
    }

    /// What it says itself, and for the rest what `other` says.
    pub(crate) fn or(self, other: Expectation) -> Expectation {
        Expectation {
            config: self.config.or(other.config),
            check: self.check.or(other.check),
            discover: self.discover.or(other.discover),
            read: self.read.or(other.read),
        }
    }

    /// How `command` is to come out. Where nothing is said, it succeeds if the config is valid.
    pub(crate) fn of(self, command: Command) -> Outcome {
        let said = match command {
            Command::Spec => Some(Outcome::Succeeds),
            Command::Check => self.check,
            Command::Discover => self.discover,
            Command::Read => self.read,
        };
        said.unwrap_or(match self.config() {
            ConfigIs::Valid => Outcome::Succeeds,
            ConfigIs::Invalid | ConfigIs::Either => Outcome::Fails,
        })
    }

    /// Says how `command` is to come out.
    #[cfg(test)]
    pub(crate) fn expect(&mut self, command: Command, outcome: Outcome) {
        match command {
            Command::Spec => {}
            Command::Check => self.check = Some(outcome),
            Command::Discover => self.discover = Some(outcome),
            Command::Read => self.read = Some(outcome),
        }
    }
}
