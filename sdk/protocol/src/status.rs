use serde::{Deserialize, Serialize};

use crate::JsonObject;

/// CONNECTION_STATUS: whether `check` could use the config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionStatus {
    /// The verdict.
    pub status: Status,
    /// What the user can do about a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// The verdict of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the protocol's own words")]
pub enum Status {
    Succeeded,
    Failed,
}
