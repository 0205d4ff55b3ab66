/// Why a body is not what its reader was told to expect. Offsets are in bytes of the decoded body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    /// It ended before it was complete: it may be whole when it is asked for again.
    #[error("the body ends too early, after {offset} bytes")]
    Truncated { offset: usize },
    #[error("the body is no JSON at byte {offset}: {what}")]
    Syntax { offset: usize, what: String },
    #[error("the body has no array at `{path}`")]
    Absent { path: String },
    #[error("the body has {found} at `{path}`, where an array of records was expected")]
    OtherKind { path: String, found: &'static str },
    #[error("one record takes more than {limit} bytes")]
    LargeRecord { limit: usize },
    #[error("the body has more than {limit} bytes outside of `{path}`")]
    LargeEnvelope { path: String, limit: usize },
}
