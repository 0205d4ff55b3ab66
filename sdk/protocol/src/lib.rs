//! The Airbyte protocol, release 0.18.0, as Rust types and as JSON Schemas.
//!
//! This is the ground floor: it depends on `serde` and `serde_json` alone and does no I/O. The SDK writes these types,
//! the harness judges raw bytes against [`schema`] before any of these types sees them.
//!
//! - [`Message`] is one line that a connector prints; [`Payload`] names the kinds.
//! - [`Catalog`] is what `discover` finds, [`ConfiguredCatalog`] what `read` is asked for.
//! - [`StateMessage`] is a checkpoint; [`StateInput`] reads what `--state` is given, in each of its historical forms.
//!
//! The types keep the schema's own names without the `Airbyte` prefix. Each keeps the fields it does not know in
//! `extra`, since the protocol lets every object grow, and reads an explicit `null` as an absent optional field, since
//! hand-written catalogs and other implementations write one.
//!
//! ```
//! use connector_protocol::{Message, Payload};
//!
//! let line = r#"{"type":"LOG","log":{"level":"INFO","message":"hello","tag":7}}"#;
//! let message: Message = serde_json::from_str(line)?;
//! let Payload::Log(log) = &message.payload else { panic!("a LOG") };
//! assert_eq!(log.message, "hello");
//! assert_eq!(log.extra["tag"], 7);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod catalog;
mod command;
mod configured;
mod control;
mod destination;
pub mod environment;
mod log;
mod message;
mod number;
mod record;
pub mod schema;
mod spec;
mod state;
mod state_input;
mod status;
mod stream;
mod trace;
mod word;

pub use catalog::{Catalog, Stream, SyncMode};
pub use command::Command;
pub use configured::{ConfiguredCatalog, ConfiguredStream, DestinationSyncMode};
pub use control::{ConnectorConfig, ControlMessage, ControlType};
pub use destination::{DestinationCatalog, DestinationOperation};
pub use log::{LogLevel, LogMessage};
pub use message::{Message, MessageType, Payload};
pub use record::{Change, ChangeReason, FileReference, RecordMessage, RecordMeta, RecordMetaChange};
pub use spec::{
    AdvancedAuth, AuthFlowType, AuthSpecification, AuthType, ConnectorSpecification, OAuth2Specification,
    OAuthConfigSpecification, OAuthConnectorInput, OAuthState, RootObjectStep,
};
pub use state::{GlobalState, StateMessage, StateStats, StateType, StreamState};
pub use state_input::StateInput;
pub use status::{ConnectionStatus, Status};
pub use stream::StreamDescriptor;
pub use trace::{
    AnalyticsTrace, ErrorTrace, EstimateTrace, EstimateType, FailureType, RateLimitedReason, StatusReason,
    StatusReasonType, StreamStatus, StreamStatusTrace, TraceMessage, TraceType,
};

/// A JSON object. Keys are kept in alphabetical order, so that what is written twice is written alike.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
