//! How long a command may take.

use std::collections::BTreeMap;
use std::time::Duration;

use connector_protocol::Command;
use schemars::JsonSchema;
use serde::Deserialize;

/// Seconds that a command may take before it is killed.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timeouts {
    /// Seconds for `spec`: 30 unless said otherwise.
    #[schemars(extend("default" = 30))]
    spec: Option<Seconds>,
    /// Seconds for `check`: 60 unless said otherwise.
    #[schemars(extend("default" = 60))]
    check: Option<Seconds>,
    /// Seconds for `discover`: 60 unless said otherwise.
    #[schemars(extend("default" = 60))]
    discover: Option<Seconds>,
    /// Seconds for `read`: 120 unless said otherwise.
    #[schemars(extend("default" = 120))]
    read: Option<Seconds>,
}

/// A time that can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(inline, extend("exclusiveMinimum" = 0, "maximum" = 86400))]
pub(crate) struct Seconds(f64);

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        if seconds > 0.0 && seconds <= 86_400.0 {
            Ok(Seconds(seconds))
        } else {
            Err(format!("want seconds, more than 0 and at most 86400, got {seconds}"))
        }
    }
}

impl Timeouts {
    /// How long `command` may take. The defaults are generous for an interpreter that starts on a busy machine, and
    /// far below what any platform waits: nothing here waits for a real API.
    pub(crate) fn of(&self, command: Command) -> Duration {
        let (said, default) = match command {
            Command::Spec => (self.spec, 30.0),
            Command::Check => (self.check, 60.0),
            Command::Discover => (self.discover, 60.0),
            Command::Read => (self.read, 120.0),
        };
        Duration::from_secs_f64(said.map_or(default, |Seconds(seconds)| seconds))
    }

    /// Takes these times, in seconds by command, where none is said. A time that cannot be waited for is not taken.
    pub(crate) fn fill(&mut self, seconds: &BTreeMap<&str, f64>) {
        let Timeouts { spec, check, discover, read } = self;
        for (name, said) in [("spec", spec), ("check", check), ("discover", discover), ("read", read)] {
            *said = said.or_else(|| Seconds::try_from(*seconds.get(name)?).ok());
        }
    }

    /// Gives every command the same time.
    pub(crate) fn set_all(&mut self, seconds: f64) {
        let seconds = Some(Seconds(seconds));
        *self = Timeouts { spec: seconds, check: seconds, discover: seconds, read: seconds };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_and_have_defaults() {
        let mut timeouts: Timeouts = toml::from_str("read = 0.5\ncheck = 3").unwrap();
        assert_eq!(timeouts.of(Command::Read), Duration::from_millis(500));
        assert_eq!(timeouts.of(Command::Check), Duration::from_secs(3));
        assert_eq!(timeouts.of(Command::Spec), Duration::from_secs(30));
        timeouts.set_all(2.0);
        assert_eq!(timeouts.of(Command::Spec), Duration::from_secs(2));
    }

    #[test]
    fn a_time_that_cannot_be_waited_for_is_refused() {
        for seconds in [0.0, -1.0, 86_401.0, f64::NAN, f64::INFINITY] {
            assert!(Seconds::try_from(seconds).is_err(), "{seconds}");
        }
    }
}
