use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{
    Catalog, ConnectionStatus, ConnectorSpecification, ControlMessage, DestinationCatalog, JsonObject,
    LogMessage, RecordMessage, StateMessage, TraceMessage,
};

/// One line of a connector's stdout: `{"type": "RECORD", "record": {...}}`.
///
/// ```
/// # use connector_protocol::{Message, LogLevel, LogMessage};
/// let log = LogMessage {
///     level: LogLevel::Info,
///     message: "hello".into(),
///     stack_trace: None,
///     extra: Default::default(),
/// };
/// let line = serde_json::to_string(&Message::from(log))?;
/// assert_eq!(line, r#"{"type":"LOG","log":{"level":"INFO","message":"hello"}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// What the line says.
    pub payload: Payload,
    /// Fields beside `type` and the payload's own.
    pub extra: JsonObject,
}

macro_rules! payloads {
    ($($variant:ident($content:ident), $name:literal, $field:literal, $doc:literal;)*) => {
        /// What a message says, by its `type`.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(clippy::large_enum_variant, reason = "messages are written and dropped one at a time")]
        pub enum Payload {
            $(#[doc = $doc] $variant($content),)*
        }

        /// The word in a message's `type`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MessageType {
            $(#[doc = $doc] $variant,)*
        }

        impl MessageType {
            /// All of them, in the order of the protocol's schema.
            pub const ALL: &[MessageType] = &[$(MessageType::$variant),*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(MessageType::$variant => $name),* }
            }

            /// The field of the message that holds the payload of this type.
            pub const fn field(self) -> &'static str {
                match self { $(MessageType::$variant => $field),* }
            }
        }

        impl Payload {
            /// The `type` that goes with this payload.
            pub const fn message_type(&self) -> MessageType {
                match self { $(Payload::$variant(_) => MessageType::$variant),* }
            }
        }

        $(impl From<$content> for Message {
            fn from(content: $content) -> Self {
                Message { payload: Payload::$variant(content), extra: JsonObject::new() }
            }
        })*

        impl Serialize for Message {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("type", self.payload.message_type().as_str())?;
                match &self.payload {
                    $(Payload::$variant(content) => map.serialize_entry($field, content)?,)*
                }
                for (key, value) in &self.extra {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }

        impl<'de> Deserialize<'de> for Message {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut fields = JsonObject::deserialize(deserializer)?;
                let message_type = fields.remove("type").ok_or_else(|| D::Error::missing_field("type"))?;
                let payload = match message_type.as_str() {
                    $(Some($name) => Payload::$variant(take(&mut fields, $name, $field)?),)*
                    _ => return Err(D::Error::custom(format_args!("unknown message type {message_type}"))),
                };
                Ok(Message { payload, extra: fields })
            }
        }
    };
}

payloads! {
    Record(RecordMessage), "RECORD", "record", "One record.";
    State(StateMessage), "STATE", "state", "A checkpoint.";
    Log(LogMessage), "LOG", "log", "A line for people.";
    Spec(ConnectorSpecification), "SPEC", "spec", "What the connector needs to be told.";
    ConnectionStatus(ConnectionStatus), "CONNECTION_STATUS", "connectionStatus", "The verdict of `check`.";
    Catalog(Catalog), "CATALOG", "catalog", "The streams that there are.";
    Trace(TraceMessage), "TRACE", "trace", "An error, an estimate, a stream's status, a figure.";
    Control(ControlMessage), "CONTROL", "control", "A wish to the platform.";
    DestinationCatalog(DestinationCatalog), "DESTINATION_CATALOG", "destination_catalog", "What a destination takes.";
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for MessageType {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        MessageType::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or(())
    }
}

fn take<T: DeserializeOwned, E: Error>(
    fields: &mut JsonObject,
    name: &str,
    field: &'static str,
) -> Result<T, E> {
    let value = fields
        .remove(field)
        .ok_or_else(|| E::custom(format_args!("a message of type {name} without its field `{field}`")))?;
    serde_json::from_value(value)
        .map_err(|error| E::custom(format_args!("`{field}` of a {name} message: {error}")))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_message_keeps_what_it_does_not_know() {
        let line =
            r#"{"type":"RECORD","record":{"stream":"s","data":{"a":1},"emitted_at":1,"hint":[2]},"seq":3}"#;
        let message: Message = serde_json::from_str(line).unwrap();
        assert_eq!(message.extra["seq"], 3);
        let again: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(line).unwrap());
    }

    #[test]
    fn a_broken_payload_is_told_with_its_place() {
        let error =
            serde_json::from_str::<Message>(r#"{"type":"STATE","state":[]}"#).unwrap_err().to_string();
        assert!(error.starts_with("`state` of a STATE message: invalid type: sequence"), "{error}");
    }

    #[test]
    fn a_type_without_its_payload_is_no_message() {
        let error = serde_json::from_str::<Message>(r#"{"type":"STATE"}"#).unwrap_err();
        assert_eq!(error.to_string(), "a message of type STATE without its field `state`");
    }
}
