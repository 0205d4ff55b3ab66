use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::{JsonObject, StateMessage, StateType};

/// What the file of `--state` holds, in each form that platforms have written.
///
/// ```
/// # use connector_protocol::StateInput;
/// let per_stream: StateInput = serde_json::from_str(
///     r#"[{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"id":4}}}]"#,
/// )?;
/// assert_eq!(per_stream.of_stream("users", None).unwrap()["id"], 4);
/// assert!(per_stream.of_stream("teams", None).is_none());
///
/// let legacy: StateInput = serde_json::from_str(r#"{"users":{"id":4}}"#)?;
/// assert_eq!(legacy.of_stream("users", None).unwrap()["id"], 4);
///
/// let empty: StateInput = serde_json::from_str("{}")?;
/// assert!(empty.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateInput {
    messages: Vec<StateMessage>,
}

impl StateInput {
    /// Whether the sync starts from nothing.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The state messages, in the order given. A legacy blob appears as one message with `data`.
    pub fn messages(&self) -> &[StateMessage] {
        &self.messages
    }

    /// The state of one stream: the last that was given for it, be it per stream, within a global state, or under
    /// the stream's name in a legacy blob.
    pub fn of_stream(&self, name: &str, namespace: Option<&str>) -> Option<&JsonObject> {
        self.messages.iter().rev().find_map(|message| {
            let own = message.stream.iter();
            let shared = message.global.iter().flat_map(|global| &global.stream_states);
            own.chain(shared)
                .filter(|state| state.stream_descriptor.name == name)
                .filter(|state| state.stream_descriptor.namespace.as_deref() == namespace)
                .find_map(|state| state.stream_state.as_ref())
                .or_else(|| message.data.as_ref()?.get(name)?.as_object())
        })
    }
}

impl From<Vec<StateMessage>> for StateInput {
    fn from(messages: Vec<StateMessage>) -> Self {
        StateInput { messages }
    }
}

impl<'de> Deserialize<'de> for StateInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let messages = match Value::deserialize(deserializer)? {
            Value::Null => Vec::new(),
            Value::Object(blob) if blob.is_empty() => Vec::new(),
            Value::Object(blob) if is_message(&blob) => {
                vec![serde_json::from_value(Value::Object(blob)).map_err(Error::custom)?]
            }
            Value::Object(blob) => vec![StateMessage {
                state_type: Some(StateType::Legacy),
                data: Some(blob),
                ..StateMessage::default()
            }],
            Value::Array(items) => items
                .into_iter()
                .map(serde_json::from_value)
                .collect::<Result<_, _>>()
                .map_err(Error::custom)?,
            other => {
                return Err(Error::custom(format_args!(
                    "invalid state: want a list of STATE messages or an object, got {other}"
                )));
            }
        };
        Ok(StateInput { messages })
    }
}

/// Tells a single STATE message from a legacy blob, whose keys are stream names.
fn is_message(blob: &JsonObject) -> bool {
    let typed = matches!(blob.get("type").and_then(Value::as_str), Some("STREAM" | "GLOBAL" | "LEGACY"));
    typed && ["stream", "global", "data"].iter().any(|key| blob.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_state_of_a_stream_wins() {
        let state: StateInput = serde_json::from_str(
            r#"[{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"n":1}}},
                {"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"n":2}}}]"#,
        )
        .unwrap();
        assert_eq!(state.of_stream("a", None).unwrap()["n"], 2);
    }

    #[test]
    fn a_global_state_holds_the_states_of_its_streams() {
        let state: StateInput = serde_json::from_str(
            r#"[{"type":"GLOBAL","global":{"shared_state":{"lsn":9},"stream_states":[
                {"stream_descriptor":{"name":"a","namespace":"public"},"stream_state":{"n":1}}]}}]"#,
        )
        .unwrap();
        assert_eq!(state.of_stream("a", Some("public")).unwrap()["n"], 1);
        assert!(state.of_stream("a", None).is_none());
    }

    #[test]
    fn a_number_is_no_state() {
        let error = serde_json::from_str::<StateInput>("7").unwrap_err();
        assert!(error.to_string().contains("want a list of STATE messages"), "{error}");
    }
}
