use serde::{Deserialize, Serialize};

use crate::{JsonObject, word::words};

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

words! {
    /// The verdict of `check`.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum Status {
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
    }
}
