use std::sync::Arc;

use connector_protocol::{ErrorTrace, FailureType, StreamDescriptor};
use jiff::Timestamp;

/// What a connector's fallible functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command or a stream failed, said to the user, with the one who can mend it.
///
/// It becomes a TRACE ERROR, or the message of a failed `check`. Secrets of the config are taken out on the way.
///
/// ```
/// # use connector_sdk::{Error, FailureType};
/// let error = Error::config("base `XYZ` is no currency: use an ISO 4217 code such as EUR");
/// assert_eq!(error.failure_type(), FailureType::ConfigError);
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    failure_type: FailureType,
    message: String,
    #[source]
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
    quota_reset: Option<Timestamp>,
}

impl Error {
    /// The user can mend it, by another config.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(FailureType::ConfigError, message.into())
    }

    /// Time mends it: the same command may succeed later.
    pub fn transient(message: impl Into<String>) -> Self {
        Self::new(FailureType::TransientError, message.into())
    }

    /// The connector's author must mend it: the API or the connector does what nobody expected.
    pub fn system(message: impl Into<String>) -> Self {
        Self::new(FailureType::SystemError, message.into())
    }

    /// Adds what lies beneath. The user reads the message alone; the author reads the causes too.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error { cause: Some(Arc::from(cause.into())), ..self }
    }

    /// Who can mend it.
    pub fn failure_type(&self) -> FailureType {
        self.failure_type
    }

    /// Time mends it, and the API has said when: at `reset` there is quota again.
    pub(crate) fn out_of_quota(message: impl Into<String>, reset: Timestamp) -> Self {
        Error { quota_reset: Some(reset), ..Self::transient(message) }
    }

    /// When there is quota again, if the lack of it is what failed.
    pub(crate) fn rate_limited(&self) -> Option<Timestamp> {
        self.quota_reset
    }

    /// The message and all causes beneath, from the top down.
    pub(crate) fn chain(&self) -> String {
        chain(self)
    }

    /// The error as the protocol tells it.
    pub(crate) fn trace(&self, stream: Option<&StreamDescriptor>) -> ErrorTrace {
        ErrorTrace {
            message: self.message.clone(),
            internal_message: self.cause.is_some().then(|| self.chain()),
            failure_type: Some(self.failure_type),
            stream_descriptor: stream.cloned(),
            ..ErrorTrace::default()
        }
    }

    fn new(failure_type: FailureType, message: String) -> Self {
        Error { failure_type, message, cause: None, quota_reset: None }
    }
}

/// An error and its causes on one line, each said once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_reads_the_message_and_the_author_the_causes() {
        let cause = Error::system("the disk is full").caused_by(std::io::Error::other("code 28"));
        let trace = Error::transient("failed to save").caused_by(cause).trace(None);
        assert_eq!(trace.message, "failed to save");
        assert_eq!(trace.internal_message.unwrap(), "failed to save: the disk is full: code 28");
        assert_eq!(trace.failure_type, Some(FailureType::TransientError));
    }

    #[test]
    fn an_error_without_causes_is_told_once() {
        assert_eq!(Error::config("no").trace(None).internal_message, None);
    }
}
