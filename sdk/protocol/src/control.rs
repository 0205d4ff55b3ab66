use serde::{Deserialize, Serialize};

use crate::JsonObject;

/// CONTROL: the source asks the platform to do something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlMessage {
    /// What is asked.
    #[serde(rename = "type")]
    pub control_type: ControlType,
    /// Milliseconds since the epoch; a number that the protocol wants with a decimal point.
    pub emitted_at: f64,
    /// The new config, for [`ControlType::ConnectorConfig`].
    #[serde(rename = "connectorConfig", default, skip_serializing_if = "Option::is_none")]
    pub connector_config: Option<ConnectorConfig>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// What a CONTROL message asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ControlType {
    /// Keep this config in place of the one the source was started with.
    ConnectorConfig,
}

/// A config to keep from now on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectorConfig {
    /// The whole new config.
    pub config: JsonObject,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
