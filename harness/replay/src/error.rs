use std::io;
use std::path::PathBuf;

/// Why a cassette could not be loaded or a session not be started. Each completes "failed to ...".
///
/// What a client does wrong is never an error: it is in the [`Journal`](crate::Journal).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read.
    #[error("read the cassette {}", path.display())]
    ReadCassette {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not a cassette of version 1.
    #[error("load the cassette {}: {place}{reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Interaction (counted from 1, with its request where that can be read) and field, ending in `: `.
        place: String,
        /// What was wanted and what came.
        reason: String,
    },
    /// Keys or a certificate could not be made.
    #[error("make the certificate authority of this run")]
    MakeAuthority {
        /// What the certificate library says.
        source: rcgen::Error,
    },
    /// The authority's certificate could not be written for clients to read.
    #[error("write the authority's certificate below {}", folder.display())]
    WriteCertificate {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No port of the loopback interface could be had.
    #[error("listen on 127.0.0.1")]
    Listen {
        /// What the system says.
        source: io::Error,
    },
}
