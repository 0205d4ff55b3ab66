use serde::{Deserialize, Serialize};

use crate::JsonObject;

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

/// How grave a LOG line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the protocol's own words")]
pub enum LogLevel {
    Fatal,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}
