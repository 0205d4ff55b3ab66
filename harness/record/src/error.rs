use std::io;
use std::path::PathBuf;

/// Why a recording could not be made or read back. Each completes "failed to ...".
///
/// What a server does wrong is never an error: it is a [`Failure`](crate::Failure) on the reel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A mapping of a host to an upstream does not read.
    #[error("read the upstream {text:?}: {reason}")]
    ParseUpstream {
        /// What was given, without user name and password.
        text: String,
        /// What was wanted and what came.
        reason: String,
    },
    /// The proxy that upstreams are to be reached through does not read.
    #[error("use the proxy for upstreams: {reason}")]
    ParseProxy {
        /// What is wrong with it; its URL is left out, since it may hold a password.
        reason: String,
    },
    /// The file of root certificates could not be read.
    #[error("read the certificates in {}", path.display())]
    ReadRoots {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file of root certificates holds none, or something else.
    #[error("use the certificates in {}: {reason}", path.display())]
    ParseRoots {
        /// The file.
        path: PathBuf,
        /// What was wanted and what came.
        reason: String,
    },
    /// The client that asks the real servers could not be set up.
    #[error("set up HTTP: {reason}; are there certificates, on Linux where SSL_CERT_FILE says?")]
    SetUpClient {
        /// What the client says.
        reason: String,
    },
    /// The spool could not be made.
    #[error("make the spool in {}", folder.display())]
    MakeSpool {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No random key could be had.
    #[error("make the key of the spool: the system gives no random numbers")]
    MakeKey,
    /// A take could not be written; the recording has a hole.
    #[error("write to the spool")]
    WriteSpool {
        /// What the system says.
        source: io::Error,
    },
    /// A take could not be read back.
    #[error("read from the spool")]
    ReadSpool {
        /// What the system says, or that what came back is not what was written.
        source: io::Error,
    },
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
    /// A take belongs to a run of the client that nobody knows.
    #[error("scrub the recording: wanted one of its {known} runs, got a take of run {track}")]
    UnknownTrack {
        /// The number that the take carries.
        track: u32,
        /// How many runs are known.
        known: usize,
    },
    /// A secret shows in a form that cannot be cut out. Nothing of the recording may be written.
    #[error(
        "scrub take {sequence}, a {method} request: {part} shows a secret in a form that cannot be \
         cut out, so that nothing is written; read fewer streams, or record from an account whose answers do not hold it"
    )]
    ShowsSecret {
        /// Which take.
        sequence: u64,
        /// What was asked.
        method: String,
        /// Which part of it.
        part: &'static str,
    },
}
