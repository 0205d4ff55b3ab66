use serde::{Deserialize, Serialize};

use crate::{DestinationSyncMode, JsonObject};

/// DESTINATION_CATALOG: the objects that a destination can write to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DestinationCatalog {
    /// What can be done, object by object.
    pub operations: Vec<DestinationOperation>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// One thing that can be done to one object of a destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DestinationOperation {
    /// The object.
    pub object_name: String,
    /// How it is written.
    pub sync_mode: DestinationSyncMode,
    /// The JSON Schema of what it takes.
    pub json_schema: JsonObject,
    /// The keys by which a record can be matched there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching_keys: Option<Vec<Vec<String>>>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
