//! From where a read can be taken up again: the states that it has printed, as a platform would hand them back.

use std::collections::BTreeMap;
use std::fmt;

use connector_protocol::MessageType;
use serde_json::Value;

use crate::ledger::{Account, StreamName};
use crate::transcript::Transcript;

/// What a platform would hand to the next read after a STATE message of this one, and what that state stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resumption {
    /// The value for `--state`: of every stream the last state so far.
    pub(crate) input: Value,
    pub(crate) of: Moment,
    pub(crate) covered: Covered,
    /// Whether it is what is handed to the next read after one that was not broken off.
    pub(crate) is_last: bool,
}

/// Of when a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Of the message on this line, counted from 1.
    Line(u64),
    /// The first state of each stream: a state is of its stream alone, and any goes with any.
    FirstOfEach,
    /// One in the middle of each.
    MiddleOfEach,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Line(line) => write!(f, "the state on line {line}"),
            Moment::FirstOfEach => f.write_str("the first state of each stream"),
            Moment::MiddleOfEach => f.write_str("a state in the middle of each stream"),
        }
    }
}

/// The records that need not come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Covered {
    /// By stream, how many of its records.
    Streams(BTreeMap<StreamName, u64>),
    /// So many of all streams together.
    All(u64),
}

/// The resumptions of a read, each state once and where it comes first, in their order; of more than `most` the first, the
/// last, and others evenly between them.
pub(crate) fn resumptions(read: &Transcript, most: usize) -> Vec<Resumption> {
    let mut held: Vec<(String, Value)> = Vec::new();
    let mut covered = BTreeMap::new();
    // Of a GLOBAL state of too many records it is not known how many were of each stream.
    let mut is_known = true;
    let mut all: Vec<Resumption> = Vec::new();
    for message in read.account.of_kind(MessageType::State) {
        let state = message.payload();
        let (input, covered) = match state["type"].as_str() {
            Some(kind @ ("STREAM" | "GLOBAL")) => {
                let of = format!("{kind} {}", state["stream"]["stream_descriptor"]);
                let is_global = kind == "GLOBAL";
                if !is_global {
                    covered.extend(message.stream_name().map(|stream| (stream, message.records)));
                } else if let Some(counts) = counts_of(&read.account, message.records) {
                    covered.extend(counts.into_iter().filter(|(name, _)| speaks_of(&state, name)));
                } else {
                    is_known = false;
                }
                held.retain(|(name, _)| *name != of);
                held.push((of, state));
                let input = Value::Array(held.iter().map(|(_, state)| state.clone()).collect());
                let covered = if is_known {
                    Covered::Streams(covered.clone())
                } else if is_global {
                    Covered::All(message.records)
                } else {
                    // Nothing is due that may not be.
                    Covered::All(read.account.records)
                };
                (input, covered)
            }
            // From before states had types: one object for all streams.
            _ => (state["data"].clone(), Covered::All(message.records)),
        };
        if input.is_null() {
            continue;
        }
        // Said again later, it may stand for more: but the read may end where it is said first.
        if all.iter().all(|known| known.input != input) {
            all.push(Resumption { input, of: Moment::Line(message.line), covered, is_last: false });
        }
    }
    let last = Value::Array(held.into_iter().map(|(_, state)| state).collect());
    let untyped = all.last().filter(|it| !it.input.is_array()).map(|it| it.input.clone());
    let last = untyped.unwrap_or(last);
    for resumption in &mut all {
        resumption.is_last = resumption.input == last;
    }
    if all.len() <= most {
        return all;
    }
    let last = all.len() - 1;
    let mut places: Vec<usize> = (0..most).map(|place| place * last / (most - 1).max(1)).collect();
    places.dedup();
    places.into_iter().map(|place| all[place].clone()).collect()
}

/// Two more, where several streams have states of their own: by the moments of a read that goes through its streams one by
/// one, only few are of more than one stream's beginning.
pub(crate) fn of_each_stream(read: &Transcript) -> Vec<Resumption> {
    let mut streams: BTreeMap<StreamName, Vec<(Value, u64)>> = BTreeMap::new();
    for message in read.account.of_kind(MessageType::State) {
        // One for all streams goes with no other.
        let Some(name) = message.stream_name() else { return Vec::new() };
        let (states, state) = (streams.entry(name).or_default(), message.payload());
        if states.iter().all(|(known, _)| *known != state) {
            states.push((state, message.records));
        }
    }
    if streams.len() < 2 || streams.values().all(|states| states.len() < 2) {
        return Vec::new();
    }
    let pick = |of: Moment, place: fn(usize) -> usize| {
        let picked = streams.iter().map(|(name, states)| (name, &states[place(states.len())]));
        let (mut input, mut covered) = (Vec::new(), BTreeMap::new());
        for (name, (state, records)) in picked {
            input.push(state.clone());
            covered.insert(name.clone(), *records);
        }
        Resumption { input: Value::Array(input), of, covered: Covered::Streams(covered), is_last: false }
    };
    let first = pick(Moment::FirstOfEach, |_| 0);
    let middle = pick(Moment::MiddleOfEach, |number| number / 2);
    let is_other = middle.input != first.input && streams.values().any(|states| states.len() > 2);
    [Some(first), Some(middle).filter(|_| is_other)].into_iter().flatten().collect()
}

/// How many of the first `records` records were of each stream, if so many are known one by one.
fn counts_of(account: &Account, records: u64) -> Option<BTreeMap<StreamName, u64>> {
    let first = account.identities.get(..usize::try_from(records).ok()?)?;
    let mut counts: Vec<u64> = vec![0; account.streams.len()];
    for (place, _) in first {
        counts[*place as usize] += 1;
    }
    Some(account.streams.iter().map(|stream| (*stream.name).clone()).zip(counts).collect())
}

/// Whether a GLOBAL state speaks of a stream: one that lists none speaks of all.
fn speaks_of(state: &Value, stream: &StreamName) -> bool {
    let listed = state["global"]["stream_states"].as_array().map_or(&[][..], Vec::as_slice);
    listed.is_empty() || listed.iter().any(|it| StreamName::of(&it["stream_descriptor"]) == *stream)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn states(lines: &[&str], most: usize) -> Vec<Value> {
        let evidence = crate::example::parse(&format!("$ read\n{}", lines.join("\n")));
        let found = resumptions(&evidence.runs[0].transcript, most);
        found.into_iter().map(|resumption| resumption.input).collect()
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

    #[test]
    fn a_state_covers_what_came_before_it_of_its_stream() {
        let record = r#"{"type":"RECORD","record":{"stream":"a","data":{},"emitted_at":1}}"#;
        let lines = [record, record, &state("a", 1), &state("b", 1), record, &state("a", 2)];
        let evidence = crate::example::parse(&format!("$ read\n{}", lines.join("\n")));
        let found = resumptions(&evidence.runs[0].transcript, 9);
        let of = |name: &str| StreamName { namespace: None, name: name.to_owned() };
        let covered = |a, b: Option<u64>| {
            let streams = [(of("a"), Some(a)), (of("b"), b)];
            Covered::Streams(streams.into_iter().filter_map(|(name, count)| Some((name, count?))).collect())
        };
        let shown: Vec<_> = found.iter().map(|it| (it.of, it.covered.clone())).collect();
        let wanted = [(3, covered(2, None)), (4, covered(2, Some(0))), (6, covered(3, Some(0)))];
        assert_eq!(shown, wanted.map(|(line, covered)| (Moment::Line(line), covered)));
    }

    #[test]
    fn a_global_state_covers_the_streams_that_it_lists_beside_what_is_covered() {
        let record = |stream: &str| {
            format!(r#"{{"type":"RECORD","record":{{"stream":"{stream}","data":{{}},"emitted_at":1}}}}"#)
        };
        let global = |streams: &Value| {
            json!({"type": "STATE", "state": {"type": "GLOBAL", "global": {"shared_state": {"at": 1}, "stream_states": streams}}})
                .to_string()
        };
        let listed = json!([{"stream_descriptor": {"name": "a"}, "stream_state": {}}]);
        let (a, b) = (record("a"), record("b"));
        let lines = [&a, &b, &a, &global(&listed), &b, &state("b", 1), &a, &global(&json!([]))];
        let lines: Vec<&str> = lines.into_iter().map(String::as_str).collect();
        let evidence = crate::example::parse(&format!("$ read\n{}", lines.join("\n")));
        let found = resumptions(&evidence.runs[0].transcript, 9);
        let shown: Vec<Vec<(String, u64)>> = found
            .iter()
            .map(|it| match &it.covered {
                Covered::Streams(streams) => {
                    streams.iter().map(|(name, records)| (name.to_string(), *records)).collect()
                }
                all @ Covered::All(_) => panic!("{all:?}"),
            })
            .collect();
        let [one, two] = ["a", "b"].map(str::to_owned);
        let wanted =
            [vec![(one.clone(), 2)], vec![(one.clone(), 2), (two.clone(), 2)], vec![(one, 3), (two, 2)]];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn states_of_each_stream_are_put_together() {
        let lines: Vec<String> = ["a", "b"]
            .iter()
            .flat_map(|stream| (1..=4).map(|at| state(stream, at)))
            .chain([state("c", 1)])
            .collect();
        let evidence = crate::example::parse(&format!("$ read\n{}", lines.join("\n")));
        let shown: Vec<(Moment, Vec<Value>)> = of_each_stream(&evidence.runs[0].transcript)
            .into_iter()
            .map(|it| {
                let states = it.input.as_array().unwrap().iter();
                (it.of, states.map(|state| state["stream"]["stream_state"]["at"].clone()).collect())
            })
            .collect();
        let wanted = [(Moment::FirstOfEach, [1, 1, 1]), (Moment::MiddleOfEach, [3, 3, 1])];
        assert_eq!(shown, wanted.map(|(of, at)| (of, at.map(Value::from).to_vec())));
        let alone = crate::example::parse(&format!("$ read\n{}\n{}", state("a", 1), state("b", 1)));
        assert_eq!(of_each_stream(&alone.runs[0].transcript), []);
    }
}
