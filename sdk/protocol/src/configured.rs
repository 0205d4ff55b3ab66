use serde::{Deserialize, Serialize};

use crate::{JsonObject, Stream, SyncMode, number, word::words};

/// What `read` is asked for: the file of `--catalog`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfiguredCatalog {
    /// The streams to read, in the platform's order.
    pub streams: Vec<ConfiguredStream>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// One stream to read, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfiguredStream {
    /// The stream as `discover` offered it.
    pub stream: Stream,
    /// How the source is to read it.
    pub sync_mode: SyncMode,
    /// Path of the cursor, for [`SyncMode::Incremental`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor_field: Option<Vec<String>>,
    /// How the destination is to write it.
    pub destination_sync_mode: DestinationSyncMode,
    /// What the destination calls the object it writes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_object_name: Option<String>,
    /// Paths of the primary key, for [`DestinationSyncMode::AppendDedup`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<Vec<Vec<String>>>,
    /// Which generation of the stream this sync writes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub generation_id: Option<i64>,
    /// The oldest generation that stays at the destination.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub minimum_generation_id: Option<i64>,
    /// Which sync this is.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub sync_id: Option<i64>,
    /// For a stream of files: whether the files come along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_files: Option<bool>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// How a destination writes a stream.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum DestinationSyncMode {
        Append = "append",
        Overwrite = "overwrite",
        AppendDedup = "append_dedup",
        Update = "update",
        SoftDelete = "soft_delete",
    }
}
