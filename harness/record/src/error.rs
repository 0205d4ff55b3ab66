use std::io;
use std::path::PathBuf;

/// Why a cassette could not be assembled or written. Each completes "failed to ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A recorded request cannot be asked again.
    #[error("assemble a cassette: {request}: {reason}")]
    Assemble {
        /// Method and URL.
        request: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of the cassette could not be written; what was there before is still there.
    #[error("write {}", path.display())]
    WriteCassette {
        /// The cassette, or the file of one of its bodies.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The cassette is written, but a body that it does not name any more could not be removed.
    #[error("remove {}, which the cassette does not name any more", path.display())]
    RemoveBody {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}
