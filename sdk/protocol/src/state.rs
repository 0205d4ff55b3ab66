use serde::{Deserialize, Serialize};

use crate::{JsonObject, StreamDescriptor, word::words};

/// STATE: a checkpoint. All records before it are covered by it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateMessage {
    /// Which of the three forms this is; absent means [`StateType::Legacy`].
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub state_type: Option<StateType>,
    /// The state of one stream, for [`StateType::Stream`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamState>,
    /// The state of all streams at once, for [`StateType::Global`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<GlobalState>,
    /// The whole source's state as one blob, for [`StateType::Legacy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<JsonObject>,
    /// What the source counted.
    #[serde(rename = "sourceStats", default, skip_serializing_if = "Option::is_none")]
    pub source_stats: Option<StateStats>,
    /// What the destination counted.
    #[serde(rename = "destinationStats", default, skip_serializing_if = "Option::is_none")]
    pub destination_stats: Option<StateStats>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

impl StateMessage {
    /// A checkpoint of one stream.
    pub fn of_stream(stream_descriptor: StreamDescriptor, stream_state: JsonObject) -> Self {
        StateMessage {
            state_type: Some(StateType::Stream),
            stream: Some(StreamState {
                stream_descriptor,
                stream_state: Some(stream_state),
                extra: JsonObject::new(),
            }),
            ..StateMessage::default()
        }
    }
}

words! {
    /// The three forms of state.
    pub enum StateType {
        /// One blob for all streams, and one per stream.
        Global = "GLOBAL",
        /// One blob per stream.
        Stream = "STREAM",
        /// One blob whose inside only the source knows; deprecated.
        Legacy = "LEGACY",
    }
}

/// The state of one stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamState {
    /// Which stream.
    pub stream_descriptor: StreamDescriptor,
    /// Its state: whatever the source needs to go on from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_state: Option<JsonObject>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// The state of all streams at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GlobalState {
    /// What all streams share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_state: Option<JsonObject>,
    /// What is each stream's own.
    pub stream_states: Vec<StreamState>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// How many records a state covers.
///
/// Whole numbers that the protocol types as `number` and wants with a decimal point, to survive readers that take
/// integers for 32 bits. `f64` writes them so:
///
/// ```
/// # use connector_protocol::StateStats;
/// let stats = StateStats { record_count: Some(2.0), ..StateStats::default() };
/// assert_eq!(serde_json::to_string(&stats)?, r#"{"recordCount":2.0}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateStats {
    /// Records emitted since the stream's state before this one.
    #[serde(rename = "recordCount", default, skip_serializing_if = "Option::is_none")]
    pub record_count: Option<f64>,
    /// Of these, the ones that a destination refused.
    #[serde(rename = "rejectedRecordCount", default, skip_serializing_if = "Option::is_none")]
    pub rejected_record_count: Option<f64>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
