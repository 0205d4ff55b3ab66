use serde::{Deserialize, Serialize};

/// Where a reading stands: which page is to be asked for. It can be kept in a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Of a page that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<u64>,
    /// What the page before has said about this one: a cursor, a link, or the key of its last record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// How many records came before.
    #[serde(default)]
    pub(super) received: u64,
    /// The size of pages, where it is no longer the one that was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
}
