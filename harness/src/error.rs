//! Why we could not judge. What is wrong with a connector is no error but a verdict.

use std::path::PathBuf;

use connector_replay::Error as ReplayError;

/// Why the harness could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path on the command line leads nowhere.
    #[error("find a connector at {}: {why}", .path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
        /// What was looked for.
        why: String,
    },
    /// A file could not be read.
    #[error("read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that has to be there is not.
    #[error("find {}: {why}", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What it is for.
        why: String,
    },
    /// A file could not be written.
    #[error("write {}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not the TOML that it should be.
    #[error("understand {}{}: {why}", .path.display(), place(*.line, .key.as_deref()))]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where in it.
        line: Option<usize>,
        /// The key, dotted, where it is known.
        key: Option<String>,
        /// What is wrong there, and what was wanted.
        why: String,
    },
    /// A file is not the JSON that it should be.
    #[error("understand {}", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A settings file says something that makes no sense.
    #[error("understand {}: {why}", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A cassette cannot be replayed.
    #[error(transparent)]
    Cassette {
        /// Which file, interaction and field, and why.
        source: ReplayError,
    },
    /// `cargo build` of a connector failed.
    #[error("build the cargo package {}: {why}", .manifest.display())]
    Build {
        /// Its manifest.
        manifest: PathBuf,
        /// What cargo said, or what was missing.
        why: String,
    },
    /// No scenario is there, or none is left by the filter.
    #[error("find a scenario to judge: {why}")]
    NoScenario {
        /// Where it was looked for.
        why: String,
    },
    /// A recording could not be made of what the connector did.
    #[error("record: {why}")]
    Recording {
        /// What happened, and what to do.
        why: String,
    },
    /// What was recorded could not be kept or written.
    #[error(transparent)]
    Record {
        /// What went wrong.
        source: connector_record::Error,
    },
    /// Nothing could be taken out of a cassette.
    #[error("prune {}: {why}", .path.display())]
    Prune {
        /// The cassette, which stays as it was.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// Another tool's recording could not be read.
    #[error(transparent)]
    Convert {
        /// Which, and why.
        source: Box<connector_convert::Error>,
    },
    /// The replay server could not be started.
    #[error("start the replay server")]
    Replay {
        /// What it says.
        source: ReplayError,
    },
    /// The harness itself lacks something of its environment.
    #[error("{doing}")]
    Environment {
        /// What it was doing.
        doing: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The report could not be written.
    #[error("write the report")]
    Report {
        /// What the system says.
        source: std::io::Error,
    },
    /// The reports that were asked for cannot be made side by side.
    #[error("make the reports: {why}")]
    Reports {
        /// Why, and what to do.
        why: String,
    },
    /// A check of that name does not exist.
    #[error("find the check `{id}`: {hint}")]
    NoCheck {
        /// The name that was given.
        id: String,
        /// What to do.
        hint: String,
    },
}

impl Error {
    /// The exit code that this error ends the program with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Error::Replay { .. }
            | Error::Record { .. }
            | Error::Environment { .. }
            | Error::Write { .. }
            | Error::Report { .. } => ExitCode::HarnessFailed,
            Error::NoScenario { .. } => ExitCode::NothingJudged,
            _ => ExitCode::Usage,
        }
    }
}

/// Where in a file, as editors and terminals understand it.
fn place(line: Option<usize>, key: Option<&str>) -> String {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let key = key.map(|key| format!(": {key}")).unwrap_or_default();
    line + &key
}

/// The exit codes of `harness`. They are part of its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// The connector conforms.
    Conforms = 0,
    /// A check failed.
    CheckFailed = 1,
    /// The user interrupted the run.
    Interrupted = 2,
    /// The harness or its environment failed: nothing is said about the connector.
    HarnessFailed = 3,
    /// The command line or a configuration file is wrong.
    Usage = 4,
    /// Nothing was judged.
    NothingJudged = 5,
    /// Snapshots wait for review.
    SnapshotsPending = 6,
}

impl ExitCode {
    /// The gravest of several: what was not judged to the end outweighs what was condemned, which outweighs what is to be
    /// looked at.
    pub(crate) fn gravest(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
        const FROM_THE_GRAVEST: [ExitCode; 6] = [
            ExitCode::Interrupted,
            ExitCode::HarnessFailed,
            ExitCode::Usage,
            ExitCode::CheckFailed,
            ExitCode::NothingJudged,
            ExitCode::SnapshotsPending,
        ];
        let codes: Vec<ExitCode> = codes.into_iter().collect();
        FROM_THE_GRAVEST.into_iter().find(|code| codes.contains(code)).unwrap_or(ExitCode::Conforms)
    }
}

/// The whole story of an error, from the outside in, on one line where it fits.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        // Some libraries repeat their source in their own message.
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_of_several_codes_is_that_of_the_run() {
        use ExitCode::{CheckFailed, Conforms, HarnessFailed, NothingJudged, SnapshotsPending, Usage};
        for (codes, gravest) in [
            (&[][..], Conforms),
            (&[Conforms, SnapshotsPending], SnapshotsPending),
            (&[NothingJudged, SnapshotsPending], NothingJudged),
            (&[CheckFailed, NothingJudged], CheckFailed),
            (&[CheckFailed, Usage], Usage),
            (&[Usage, HarnessFailed], HarnessFailed),
        ] {
            assert_eq!(ExitCode::gravest(codes.iter().copied()), gravest, "{codes:?}");
        }
    }
}
