//! The connector with a second stream.

use serde_json::{Value, json};

use super::call::Call;
use super::output::{Output, push, stream};

/// Lets `discover` find `teams` too: all else the connector does by itself.
pub(crate) fn two_streams(output: &mut Output, call: &Call) {
    if call.is("discover") {
        let mut teams = stream(output).clone();
        teams["name"] = json!("teams");
        push(&mut output.message("CATALOG")["catalog"]["streams"], teams);
    }
}

/// The stream of that name that `discover` prints. Where there is none, a change to it changes nothing.
pub(crate) fn stream_named<'a>(output: &'a mut Output, name: &str) -> &'a mut Value {
    let place = output.message("CATALOG")["catalog"]["streams"]
        .as_array()
        .and_then(|streams| streams.iter().position(|stream| stream["name"] == name));
    match place {
        Some(place) => &mut output.message("CATALOG")["catalog"]["streams"][place],
        None => &mut output.nothing,
    }
}

/// Where a message names its stream.
const NAMES: [&str; 3] =
    ["/record/stream", "/state/stream/stream_descriptor/name", "/trace/stream_status/stream_descriptor/name"];

/// The stream that a message is of.
pub(crate) fn stream_of(message: &Value) -> Option<&str> {
    NAMES.iter().find_map(|pointer| message.pointer(pointer)?.as_str())
}

/// Says of every message of that stream that it is of a namespace.
pub(crate) fn in_namespace(output: &mut Output, stream: &str, namespace: &str) {
    for message in output.messages.iter_mut().filter(|message| stream_of(message) == Some(stream)) {
        for pointer in
            ["/record", "/state/stream/stream_descriptor", "/trace/stream_status/stream_descriptor"]
        {
            if let Some(place) = message.pointer_mut(pointer) {
                place["namespace"] = json!(namespace);
            }
        }
    }
}

/// The messages of the two streams, in turn.
pub(crate) fn interleave(output: &mut Output) {
    let (users, teams): (Vec<Value>, Vec<Value>) = std::mem::take(&mut output.messages)
        .into_iter()
        .partition(|message| stream_of(message) == Some("users"));
    let longest = users.len().max(teams.len());
    let turns = (0..longest).flat_map(|turn| [users.get(turn), teams.get(turn)]);
    output.messages = turns.flatten().cloned().collect();
}
