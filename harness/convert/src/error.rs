use std::io;
use std::path::PathBuf;

use crate::Format;

/// Why a recording could not be converted. Each completes "failed to ...". No value of a recording stands in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder could not be read.
    #[error("read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No importer knows what this is.
    #[error("tell what {} is: {reason}", path.display())]
    Unknown {
        /// The file or folder.
        path: PathBuf,
        /// What was wanted, and what to do.
        reason: String,
    },
    /// The recording is not as its format has it.
    #[error("import {} as {format}: {place}{reason}", path.display())]
    Malformed {
        /// The file or folder.
        path: PathBuf,
        /// What it was read as.
        format: Format,
        /// Entry (counted from 1, or a file's name) and field, ending in `: `.
        place: String,
        /// What was wanted and what came.
        reason: String,
    },
    /// [`Options::base_url`](crate::Options::base_url) is no URL to put paths behind.
    #[error("put paths behind the base URL: {reason}")]
    BaseUrl {
        /// What was wanted.
        reason: String,
    },
}
