use serde::{Deserialize, Serialize};

use crate::{JsonObject, word::words};

/// LOG: a line for the people who watch the sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogMessage {
    /// How grave it is.
    pub level: LogLevel,
    /// The line.
    pub message: String,
    /// Where it happened, if it is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// How grave a LOG line is.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum LogLevel {
        Fatal = "FATAL",
        Error = "ERROR",
        Warn = "WARN",
        Info = "INFO",
        Debug = "DEBUG",
        Trace = "TRACE",
    }
}
