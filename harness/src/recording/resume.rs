//! From which states a read is taken up again.

use connector_protocol::MessageType;
use serde_json::Value;

use crate::transcript::Transcript;

/// What a platform would hand to the next read after each STATE message of this one: of every stream the last state so
/// far. Each once, in their order; of more than `most` the first, the last, and others evenly between them.
pub(super) fn states_after(read: &Transcript, most: usize) -> Vec<Value> {
    let mut held: Vec<(String, Value)> = Vec::new();
    let mut states: Vec<Value> = Vec::new();
    for message in read.account.of_kind(MessageType::State) {
        let state = message.payload();
        let input = match state["type"].as_str() {
            Some("STREAM" | "GLOBAL") => {
                let of = format!("{} {}", state["type"], state["stream"]["stream_descriptor"]);
                held.retain(|(name, _)| *name != of);
                held.push((of, state));
                Value::Array(held.iter().map(|(_, state)| state.clone()).collect())
            }
            // From before states had types: one object for all streams.
            _ => state["data"].clone(),
        };
        if !input.is_null() && !states.contains(&input) {
            states.push(input);
        }
    }
    if states.len() <= most {
        return states;
    }
    let last = states.len() - 1;
    let mut places: Vec<usize> = (0..most).map(|place| place * last / (most - 1).max(1)).collect();
    places.dedup();
    places.into_iter().map(|place| states[place].clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn states(lines: &[&str], most: usize) -> Vec<Value> {
        let evidence = crate::example::parse(&format!("$ read\n{}", lines.join("\n")));
        states_after(&evidence.runs[0].transcript, most)
    }

    fn state(stream: &str, at: u32) -> String {
        format!(
            r#"{{"type": "STATE", "state": {{"type": "STREAM", "stream": {{"stream_descriptor": {{"name": "{stream}"}}, "stream_state": {{"at": {at}}}}}}}}}"#
        )
    }

    #[test]
    fn of_every_stream_the_last_state_so_far_is_handed_on() {
        let (a1, b1, a2) = (state("a", 1), state("b", 1), state("a", 2));
        let states = states(&[&a1, &b1, &b1, &a2], 10);
        let shown: Vec<Vec<String>> = states
            .iter()
            .map(|state| {
                let of = |state: &Value| {
                    let stream = &state["stream"];
                    format!("{}{}", stream["stream_descriptor"]["name"], stream["stream_state"]["at"])
                };
                state.as_array().unwrap().iter().map(of).collect()
            })
            .collect();
        assert_eq!(shown, [vec!["\"a\"1"], vec!["\"a\"1", "\"b\"1"], vec!["\"b\"1", "\"a\"2"]]);
    }

    #[test]
    fn of_many_states_some_are_taken_the_first_and_the_last_among_them() {
        let lines: Vec<String> = (0..100).map(|at| state("a", at)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let at: Vec<_> =
            states(&lines, 3).iter().map(|it| it[0]["stream"]["stream_state"]["at"].clone()).collect();
        assert_eq!(at, [json!(0), json!(49), json!(99)]);
    }

    #[test]
    fn a_state_without_a_type_is_handed_on_as_it_is() {
        let line = r#"{"type": "STATE", "state": {"data": {"a": 1}}}"#;
        assert_eq!(states(&[line], 3), [json!({"a": 1})]);
    }
}
