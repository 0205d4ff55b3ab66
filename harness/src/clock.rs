//! What time it is for a connector, and how long its waits are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use connector_protocol::environment::{NOW, WAITS};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Error;

/// What time it is for the connector, and how long it waits.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockSettings {
    /// How programs that do not know `CONNECTOR_NOW` are told the time: `auto` takes libfaketime where a distribution
    /// has put it, `off` does not, and anything else is the path of the library.
    #[serde(default)]
    #[schemars(with = "String", extend("default" = "auto"))]
    preload: Preload,
    /// By which factor waits are multiplied, from 0 (no wait) to 1 (as long as they are): in connectors built with the
    /// SDK, and in Python's `time.sleep`.
    #[schemars(extend("default" = 1.0))]
    waits: Option<Factor>,
}

/// From 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(inline, extend("minimum" = 0, "maximum" = 1))]
struct Factor(f64);

impl TryFrom<f64> for Factor {
    type Error = String;

    fn try_from(factor: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&factor) {
            Ok(Factor(factor))
        } else {
            Err(format!("want a factor from 0 (no wait) to 1 (as long as they are), got {factor}"))
        }
    }
}

/// The library that gives programs another time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
enum Preload {
    /// libfaketime, if it is where distributions put it.
    #[default]
    Auto,
    Off,
    At(PathBuf),
}

impl From<String> for Preload {
    fn from(text: String) -> Self {
        match text.as_str() {
            "auto" => Preload::Auto,
            "off" => Preload::Off,
            _ => Preload::At(text.into()),
        }
    }
}

/// Where libfaketime is: by distribution.
const FOLDERS: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib64/faketime",
    "/usr/lib/faketime",
    "/usr/local/lib/faketime",
    "/opt/homebrew/lib/faketime",
];

#[cfg(target_os = "macos")]
const LIBRARY: &str = "libfaketime.1.dylib";
#[cfg(not(target_os = "macos"))]
const LIBRARY: &str = "libfaketime.so.1";

/// How a connector is told the time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    library: Option<PathBuf>,
    waits: Option<f64>,
}

impl Clock {
    /// As the settings say; a relative path starts at `root`.
    pub(crate) fn of(settings: &ClockSettings, root: &Path) -> Result<Self, Error> {
        let library = match &settings.preload {
            Preload::Auto => {
                FOLDERS.iter().map(|folder| Path::new(folder).join(LIBRARY)).find(|it| it.is_file())
            }
            Preload::Off => None,
            Preload::At(path) => {
                let path = root.join(path);
                if !path.is_file() {
                    let why =
                        "`preload` in [clock] names it: want the library libfaketime, \"auto\" or \"off\"";
                    return Err(Error::Missing { path, why: why.to_owned() });
                }
                Some(path)
            }
        };
        Ok(Clock { library, waits: settings.waits.map(|Factor(factor)| factor) })
    }

    /// The variables that make it `now`, and waits as long as the settings say. At `None` the time stays what it is.
    pub(crate) fn variables(&self, now: Option<&str>) -> Vec<(&'static str, OsString)> {
        let mut variables = Vec::new();
        if let Some(now) = now {
            variables.push((NOW, now.into()));
            if let (Some(library), Ok(at)) = (&self.library, now.parse::<Timestamp>()) {
                // From now on, not at a date: so it depends on no time zone, and child processes agree with their
                // parents.
                let ahead = at.as_second() - Timestamp::now().as_second() + our_own_shift();
                variables.extend([
                    ("LD_PRELOAD", library.into()),
                    ("DYLD_INSERT_LIBRARIES", library.into()),
                    ("DYLD_FORCE_FLAT_NAMESPACE", "1".into()),
                    ("FAKETIME", format!("{ahead:+}").into()),
                    // The clock that timeouts are measured by stays real: with a fake one, programs hang.
                    ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
                    ("DONT_FAKE_MONOTONIC", "1".into()),
                    // A workaround of the library for old systems, on by default: under it a wait for a condition by
                    // that clock ends at once, and Python's threads spin for their lock, for seconds in a read of one.
                    ("FAKETIME_FORCE_MONOTONIC_FIX", "0".into()),
                    ("NO_FAKE_STAT", "1".into()),
                ]);
            }
        }
        if let Some(waits) = self.waits {
            variables.push((WAITS, waits.to_string().into()));
        }
        variables
    }
}

/// How far our own clock is shifted, where we are run under the library ourselves: what a test of a far future does.
fn our_own_shift() -> i64 {
    let shift = std::env::var("FAKETIME").ok().and_then(|shift| shift.parse().ok());
    shift.filter(|_| std::env::var_os("LD_PRELOAD").is_some()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> ClockSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_time_is_told_by_a_variable_and_by_the_library_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lib.so"), "").unwrap();
        let clock = Clock::of(&settings("preload = \"lib.so\"\nwaits = 0.5"), folder.path()).unwrap();
        let names = |now| clock.variables(now).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(None), [WAITS]);
        assert_eq!(names(Some("2024-01-09T12:00:00Z"))[..2], [NOW, "LD_PRELOAD"]);
        let off = Clock::of(&settings("preload = \"off\""), folder.path()).unwrap();
        assert_eq!(off.variables(Some("2024-01-09T12:00:00Z")), [(NOW, "2024-01-09T12:00:00Z".into())]);
    }

    #[test]
    fn settings_that_make_no_sense_say_so() {
        let error = Clock::of(&settings("preload = \"no/lib.so\""), Path::new("/x")).unwrap_err();
        assert!(error.to_string().contains("/x/no/lib.so: `preload` in [clock]"), "{error}");
        let error = toml::from_str::<ClockSettings>("waits = 2").unwrap_err().to_string();
        assert!(error.contains("want a factor") && error.contains("got 2"), "{error}");
        assert_eq!(settings("waits = 0").waits, Some(Factor(0.0)));
    }
}
