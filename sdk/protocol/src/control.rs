use serde::{Deserialize, Serialize};

use crate::{JsonObject, word::words};

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

words! {
    /// What a CONTROL message asks.
    pub enum ControlType {
        /// Keep this config in place of the one the source was started with.
        ConnectorConfig = "CONNECTOR_CONFIG",
    }
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
