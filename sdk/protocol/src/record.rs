use serde::{Deserialize, Serialize};

use crate::{JsonObject, number, word::words};

/// RECORD: one record of one stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordMessage {
    /// The stream's name.
    pub stream: String,
    /// The stream's namespace, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The record itself.
    pub data: JsonObject,
    /// When the source emitted it: milliseconds since the epoch.
    #[serde(deserialize_with = "number::integer")]
    pub emitted_at: i64,
    /// What happened to the record on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<RecordMeta>,
    /// The file that the record describes, for streams of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_reference: Option<FileReference>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// What happened to a record on its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordMeta {
    /// The values that were changed, field by field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<RecordMetaChange>>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// One value that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordMetaChange {
    /// The field that lost its value.
    pub field: String,
    /// What was done to it.
    pub change: Change,
    /// Why.
    pub reason: ChangeReason,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// What was done to a value.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum Change {
        Nulled = "NULLED",
        Truncated = "TRUNCATED",
    }
}

words! {
    /// Why a value was changed, and by whom.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum ChangeReason {
        SourceRecordSizeLimitation = "SOURCE_RECORD_SIZE_LIMITATION",
        DestinationRecordSizeLimitation = "DESTINATION_RECORD_SIZE_LIMITATION",
        PlatformRecordSizeLimitation = "PLATFORM_RECORD_SIZE_LIMITATION",
        SourceFieldSizeLimitation = "SOURCE_FIELD_SIZE_LIMITATION",
        DestinationFieldSizeLimitation = "DESTINATION_FIELD_SIZE_LIMITATION",
        PlatformFieldSizeLimitation = "PLATFORM_FIELD_SIZE_LIMITATION",
        SourceSerializationError = "SOURCE_SERIALIZATION_ERROR",
        DestinationSerializationError = "DESTINATION_SERIALIZATION_ERROR",
        PlatformSerializationError = "PLATFORM_SERIALIZATION_ERROR",
        SourceRetrievalError = "SOURCE_RETRIEVAL_ERROR",
        DestinationTypecastError = "DESTINATION_TYPECAST_ERROR",
    }
}

/// Where a file stands that a record describes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReference {
    /// Absolute path of the file in the staging area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging_file_url: Option<String>,
    /// Relative path of the file at the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_file_relative_path: Option<String>,
    /// Size of the file, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub file_size_bytes: Option<i64>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
