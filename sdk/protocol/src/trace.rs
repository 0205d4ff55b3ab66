use serde::{Deserialize, Serialize};

use crate::{JsonObject, StreamDescriptor, number, word::words};

/// TRACE: what the platform, rather than a person, wants to know of the sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceMessage {
    /// Which of the four payloads is set.
    #[serde(rename = "type")]
    pub trace_type: TraceType,
    /// Milliseconds since the epoch; a number that the protocol wants with a decimal point.
    pub emitted_at: f64,
    /// For [`TraceType::Error`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorTrace>,
    /// For [`TraceType::Estimate`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateTrace>,
    /// For [`TraceType::StreamStatus`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_status: Option<StreamStatusTrace>,
    /// For [`TraceType::Analytics`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics: Option<AnalyticsTrace>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// The kinds of TRACE.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum TraceType {
        Error = "ERROR",
        Estimate = "ESTIMATE",
        StreamStatus = "STREAM_STATUS",
        Analytics = "ANALYTICS",
    }
}

/// Why a stream, or the whole sync, failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorTrace {
    /// For the user: what went wrong and what to do.
    pub message: String,
    /// For the connector's author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_message: Option<String>,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
    /// Who can mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_type: Option<FailureType>,
    /// The stream that failed; absent if it is the whole sync.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_descriptor: Option<StreamDescriptor>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// Who can mend a failure.
    pub enum FailureType {
        /// The connector's author.
        SystemError = "system_error",
        /// The user, by another config.
        ConfigError = "config_error",
        /// Time.
        TransientError = "transient_error",
    }
}

/// How much a sync will bring, roughly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimateTrace {
    /// The stream's name.
    pub name: String,
    /// Whether one stream is estimated or the whole sync.
    #[serde(rename = "type")]
    pub estimate_type: EstimateType,
    /// The stream's namespace, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Records.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub row_estimate: Option<i64>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub byte_estimate: Option<i64>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// What an estimate is of.
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum EstimateType {
        Stream = "STREAM",
        Sync = "SYNC",
    }
}

/// How far a stream has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StreamStatusTrace {
    /// Which stream.
    pub stream_descriptor: StreamDescriptor,
    /// How far.
    pub status: StreamStatus,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<StatusReason>>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// How far a stream has come.
    pub enum StreamStatus {
        /// Begun, with nothing read yet.
        Started = "STARTED",
        /// The first record has been read.
        Running = "RUNNING",
        /// Ended with all that there is.
        Complete = "COMPLETE",
        /// Ended early.
        Incomplete = "INCOMPLETE",
    }
}

/// Why a stream has the status it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusReason {
    /// The reason.
    #[serde(rename = "type")]
    pub reason_type: StatusReasonType,
    /// For [`StatusReasonType::RateLimited`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limited: Option<RateLimitedReason>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// The reasons that a status can have.
    pub enum StatusReasonType {
        /// The API asked to wait.
        RateLimited = "RATE_LIMITED",
    }
}

/// How long the API asked to wait.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RateLimitedReason {
    /// When the quota is full again: milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub quota_reset: Option<i64>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// Something worth counting that is peculiar to this connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalyticsTrace {
    /// What is counted.
    #[serde(rename = "type")]
    pub analytics_type: String,
    /// Its value; a number is written as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
