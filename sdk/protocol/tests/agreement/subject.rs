use connector_protocol::{ConfiguredCatalog, Message, MessageType, schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A thing that the protocol describes as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A line of a connector's stdout.
    Message(MessageType),
    /// The file of `read --catalog`.
    ConfiguredCatalog,
}

impl Subject {
    /// All ten.
    pub(crate) fn all() -> impl Iterator<Item = Subject> {
        MessageType::ALL.iter().copied().map(Subject::Message).chain([Subject::ConfiguredCatalog])
    }

    /// What a value given as this one turns out to be: a message is what its `type` says.
    pub(crate) fn turns_out(self, value: &Value) -> Option<Subject> {
        match self {
            Subject::Message(_) => value["type"].as_str()?.parse().ok().map(Subject::Message),
            Subject::ConfiguredCatalog => Some(self),
        }
    }

    /// The field of the envelope that holds the payload.
    pub(crate) fn field(self) -> Option<&'static str> {
        match self {
            Subject::Message(kind) => Some(kind.field()),
            Subject::ConfiguredCatalog => None,
        }
    }

    /// The types of message that this one is not.
    pub(crate) fn other_types(self) -> impl Iterator<Item = MessageType> {
        let own = match self {
            Subject::Message(kind) => Some(kind),
            Subject::ConfiguredCatalog => None,
        };
        MessageType::ALL.iter().copied().filter(move |other| own.is_some_and(|own| own != *other))
    }

    /// Our schema of it.
    pub(crate) fn schema(self) -> Value {
        let text = match self {
            Subject::Message(kind) => schema::of_message(kind),
            Subject::ConfiguredCatalog => schema::CONFIGURED_CATALOG,
        };
        serde_json::from_str(text).expect("our schemas are JSON")
    }

    /// The official definitions of it, put together as our schema is: one type, with its payload.
    ///
    /// It is walked to generate and to break values; it judges none.
    pub(crate) fn official_schema(self, official: &Value) -> Value {
        let definitions = &official["definitions"];
        match self {
            Subject::Message(kind) => json!({
                "type": "object",
                "required": ["type", kind.field()],
                "properties": {
                    "type": { "const": kind.as_str() },
                    (kind.field()): definitions["AirbyteMessage"]["properties"][kind.field()],
                },
                "definitions": definitions,
            }),
            Subject::ConfiguredCatalog => {
                json!({ "$ref": "#/definitions/ConfiguredAirbyteCatalog", "definitions": definitions })
            }
        }
    }

    /// Reads a value as our Rust type and writes it again; an error if it cannot be read.
    ///
    /// # Panics
    ///
    /// If what was written is not read back as the same.
    pub(crate) fn rewrite(self, value: &Value) -> Result<Value, serde_json::Error> {
        match self {
            Subject::Message(_) => rewrite::<Message>(value),
            Subject::ConfiguredCatalog => rewrite::<ConfiguredCatalog>(value),
        }
    }
}

fn rewrite<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(
    value: &Value,
) -> Result<Value, serde_json::Error> {
    let read: T = serde_json::from_value(value.clone())?;
    let written = serde_json::to_string(&read).expect("our types can be written");
    let again: T = serde_json::from_str(&written).expect("what our types write, they read");
    assert_eq!(again, read, "{written}");
    Ok(serde_json::from_str(&written).expect("our types write JSON"))
}
