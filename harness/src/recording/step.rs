use std::path::PathBuf;

/// What happens while a scenario is recorded.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Nothing was started yet.
    Began {
        /// Its name.
        scenario: String,
        /// Whose it is.
        connector: String,
    },
    /// It is known what is secret.
    Secret {
        /// The fields of the config whose values will stand nowhere.
        fields: Vec<String>,
    },
    /// A command has ended.
    Performed {
        /// `check`, `discover`, `read`, `read from state 1 of 3`.
        command: String,
        /// How it came out.
        outcome: String,
        /// The requests that it made.
        requests: usize,
        /// How long it took, in seconds.
        seconds: f64,
        /// Whether it came out as one hopes.
        well: bool,
        /// The last of what it wrote to stderr where it did not, secrets masked.
        stderr: String,
    },
    /// A request had no answer from its real server, and is not recorded.
    Unanswered {
        /// Which, and why.
        request: String,
    },
    /// Something that looks like a secret is left in the cassette.
    Suspected {
        /// Where, and what it looks like.
        suspect: String,
    },
    /// Something to know.
    Noted {
        /// The sentence.
        note: String,
    },
    /// The scenario stands.
    Wrote {
        /// Its folder.
        folder: PathBuf,
        /// Interactions of its cassette.
        interactions: usize,
        /// Of these, the ones that only resumed reads asked for.
        optional: usize,
    },
}
