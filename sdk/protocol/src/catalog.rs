use serde::{Deserialize, Serialize};

use crate::{JsonObject, word::words};

/// CATALOG: the streams that `discover` found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// The streams, in the source's order.
    pub streams: Vec<Stream>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// A stream as the source offers it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// The stream's name.
    pub name: String,
    /// The JSON Schema (draft 7) of its records.
    pub json_schema: JsonObject,
    /// How it can be read; at least one way.
    pub supported_sync_modes: Vec<SyncMode>,
    /// Whether the source itself decides what the cursor is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_defined_cursor: Option<bool>,
    /// Path of the field that tells whether a record is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_cursor_field: Option<Vec<String>>,
    /// Paths of the fields that together name a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_defined_primary_key: Option<Vec<Vec<String>>>,
    /// The stream's namespace, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether a read that was cut short can go on from its last state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_resumable: Option<bool>,
    /// Whether the records describe files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_file_based: Option<bool>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// How a stream is read.
    pub enum SyncMode {
        /// Everything, every time.
        FullRefresh = "full_refresh",
        /// What is new since the last state.
        Incremental = "incremental",
    }
}
