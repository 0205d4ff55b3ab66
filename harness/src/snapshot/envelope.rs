//! As much of a message as it takes to put it in its place.

use serde::Deserialize;

/// A message's type, and the stream that it speaks of. Whatever does not fit is taken as absent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope {
    #[serde(rename = "type")]
    pub(super) kind: String,
    record: Option<Record>,
    state: Option<State>,
    trace: Option<Trace>,
}

#[derive(Deserialize)]
struct Record {
    stream: String,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct State {
    stream: Option<Described>,
}

#[derive(Deserialize)]
struct Trace {
    stream_status: Option<Described>,
    error: Option<Described>,
    estimate: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Described {
    stream_descriptor: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    name: String,
    namespace: Option<String>,
}

impl Envelope {
    /// Namespace and name of the stream; `None` where the message speaks of none, or of all.
    pub(super) fn stream(self) -> Option<(Option<String>, String)> {
        if let Some(Record { stream, namespace }) = self.record {
            return Some((namespace, stream));
        }
        let of_trace = |trace: Trace| {
            let described = trace.stream_status.or(trace.error).and_then(|it| it.stream_descriptor);
            described.or(trace.estimate)
        };
        let of_state = self.state.and_then(|state| state.stream).and_then(|it| it.stream_descriptor);
        of_state.or(self.trace.and_then(of_trace)).map(|Descriptor { name, namespace }| (namespace, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_known_by_its_stream_wherever_it_names_it() {
        let stream =
            |line: &str| serde_json::from_str::<Envelope>(line).unwrap().stream().map(|(_, name)| name);
        let named = [
            r#"{"type":"RECORD","record":{"stream":"a","data":{}}}"#,
            r#"{"type":"STATE","state":{"stream":{"stream_descriptor":{"name":"a"}}}}"#,
            r#"{"type":"TRACE","trace":{"stream_status":{"stream_descriptor":{"name":"a"},"status":"STARTED"}}}"#,
            r#"{"type":"TRACE","trace":{"error":{"message":"m","stream_descriptor":{"name":"a"}}}}"#,
        ];
        for line in named {
            assert_eq!(stream(line).as_deref(), Some("a"), "{line}");
        }
        for line in [r#"{"type":"SPEC"}"#, r#"{"type":"TRACE","trace":{"error":{"message":"m"}}}"#] {
            assert_eq!(stream(line), None, "{line}");
        }
    }
}
