use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::{JsonObject, StateMessage, StateType, StreamState};

/// What the file of `--state` holds, in each form that platforms have written: a list of STATE messages, be they per
/// stream or global; one message alone; a legacy blob; nothing. A message may stand in its envelope, as a connector
/// printed it.
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
    /// the stream's name in a legacy blob. A stream whose last state is null has none.
    pub fn of_stream(&self, name: &str, namespace: Option<&str>) -> Option<&JsonObject> {
        self.messages.iter().rev().find_map(|message| {
            stream_states(message)
                .rev()
                .filter(|state| state.stream_descriptor.name == name)
                .find(|state| state.stream_descriptor.namespace.as_deref() == namespace)
                .map(|state| state.stream_state.as_ref())
                .or_else(|| Some(message.data.as_ref()?.get(name)?.as_object()))
        })?
    }

    /// The streams that a state was given for, with their namespaces, in the order given. In a legacy blob each object
    /// is taken for a stream's.
    pub fn streams(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.messages.iter().flat_map(|message| {
            let own = stream_states(message).map(|state| {
                let descriptor = &state.stream_descriptor;
                (descriptor.name.as_str(), descriptor.namespace.as_deref())
            });
            let blob = message.data.iter().flatten().filter(|(_, state)| state.is_object());
            own.chain(blob.map(|(name, _)| (name.as_str(), None)))
        })
    }
}

/// What a message says of single streams.
fn stream_states(message: &StateMessage) -> impl DoubleEndedIterator<Item = &StreamState> {
    let shared = message.global.iter().flat_map(|global| &global.stream_states);
    message.stream.iter().chain(shared)
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
            Value::Object(blob) if is_message(&blob) => vec![message(blob.into()).map_err(Error::custom)?],
            Value::Object(blob) => vec![StateMessage {
                state_type: Some(StateType::Legacy),
                data: Some(blob),
                ..StateMessage::default()
            }],
            Value::Array(items) => {
                let numbered = |(index, item)| {
                    message(item).map_err(|error| Error::custom(format_args!("item {index}: {error}")))
                };
                items.into_iter().enumerate().map(numbered).collect::<Result<_, _>>()?
            }
            _ => return Err(Error::custom("want a list of STATE messages or an object")),
        };
        Ok(StateInput { messages })
    }
}

/// A message, out of its envelope if it is in one.
fn message(mut value: Value) -> Result<StateMessage, serde_json::Error> {
    let is_in_envelope = value.get("type").is_some_and(|kind| kind == "STATE");
    match value.get_mut("state") {
        Some(state) if is_in_envelope => serde_json::from_value(state.take()),
        _ => serde_json::from_value(value),
    }
}

/// Tells a single STATE message from a legacy blob, whose keys are stream names.
fn is_message(blob: &JsonObject) -> bool {
    let content = match blob.get("type").and_then(Value::as_str) {
        Some("STREAM") => "stream",
        Some("GLOBAL") => "global",
        Some("LEGACY") => "data",
        Some("STATE") => "state",
        _ => return false,
    };
    blob.contains_key(content)
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
    fn a_state_may_stand_as_it_was_printed() {
        let line = r#"{"type":"STATE","state":{"type":"STREAM","stream":{
            "stream_descriptor":{"name":"a"},"stream_state":{"n":1}}}}"#;
        for text in [line.to_owned(), format!("[{line}]")] {
            let state: StateInput = serde_json::from_str(&text).unwrap();
            assert_eq!(state.of_stream("a", None).unwrap()["n"], 1);
        }
    }

    #[test]
    fn nothing_is_the_state_of_a_first_sync() {
        for text in ["null", "{}", "[]", " [ ] "] {
            assert!(serde_json::from_str::<StateInput>(text).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_state_that_was_reset_is_not_looked_for_before() {
        let state: StateInput = serde_json::from_str(
            r#"[{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"n":1}}},
                {"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":null}}]"#,
        )
        .unwrap();
        assert_eq!(state.of_stream("a", None), None);
    }

    #[test]
    fn the_streams_of_a_state_are_named_in_every_form() {
        let state: StateInput = serde_json::from_str(
            r#"[{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"}}},
                {"type":"GLOBAL","global":{"stream_states":[{"stream_descriptor":{"name":"b","namespace":"n"}}]}},
                {"type":"LEGACY","data":{"c":{"id":1},"version":2}}]"#,
        )
        .unwrap();
        let streams: Vec<_> = state.streams().collect();
        assert_eq!(streams, [("a", None), ("b", Some("n")), ("c", None)]);
    }

    #[test]
    fn what_is_no_state_says_where() {
        for (text, complaint) in [
            ("7", "want a list of STATE messages or an object"),
            (r#"[{}, {"type":"SIDEWAYS"}]"#, "item 1: unknown variant `SIDEWAYS`"),
        ] {
            let error = serde_json::from_str::<StateInput>(text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
