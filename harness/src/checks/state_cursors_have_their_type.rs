use connector_protocol::{Command, MessageType};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::field_path;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};
use serde_json::Value;

pub(super) const CHECK: Check = Check {
    id: "state_cursors_have_their_type",
    level: Level::Should,
    group: Group::State,
    requirement: "Where a stream's state has a member named as its cursor field, its value is of the type that \
                   the json_schema gives that field. A text that spells a number will do for a number.",
    why: "A state that holds another type than the records is compared with them by a rule that nobody wrote: \
           as texts, `10` comes before `9`, and the records between are lost.",
    source: "Connector acceptance tests, `incremental`: the format of cursors in states; airbyte#52132.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":[\"null\",\"string\"]}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":1792000000}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-02\"}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":\"string\"}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":{\"a\":1}}}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":[\"null\",\"string\"]}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-02\"}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"1792000000\"}}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":1792000000}}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":\"string\"}}},\"supported_sync_modes\":[\"full_refresh\",\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":null}}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"a\"}}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for run in evidence.runs.iter().filter(|run| run.transcript.command == Command::Read) {
        let Some(configured) = &run.configured else { continue };
        let streams = configured["streams"].as_array().map_or(&[][..], Vec::as_slice);
        for placed in run.transcript.account.of_kind(MessageType::State) {
            let state = placed.payload();
            let (own, global) = (&state["stream"], state["global"]["stream_states"].as_array());
            for state in std::iter::once(own).chain(global.into_iter().flatten()) {
                let name = StreamName::of(&state["stream_descriptor"]);
                let stream = streams.iter().find(|stream| StreamName::of(&stream["stream"]) == name);
                let Some((field, value, types)) = stream.and_then(|it| cursor(it, &state["stream_state"]))
                else {
                    continue;
                };
                judged = true;
                if !types.iter().any(|word| is_of(value, word)) {
                    findings.push(
                        Finding::new(types.join(" or "), excerpt::of_json(value))
                            .by(&run.transcript)
                            .line(placed.line)
                            .stream(&name)
                            .pointer(format!("/state/stream/stream_state/{field}")),
                    );
                }
            }
        }
    }
    Verdict::of(findings, judged, "no state has a member named as the cursor field")
}

/// The cursor of a stream in its state, where it is plain to see: its name, its value, and the types that it may have.
fn cursor<'a>(stream: &'a Value, state: &'a Value) -> Option<(&'a str, &'a Value, Vec<&'a str>)> {
    let path = field_path::of(&stream["cursor_field"])?;
    let [field] = path[..] else { return None };
    let value = state.get(field).filter(|value| !value.is_null())?;
    let declared = &stream["stream"]["json_schema"]["properties"][field]["type"];
    let types: Vec<&str> = match declared {
        Value::String(word) => vec![word],
        Value::Array(words) => {
            words.iter().filter_map(Value::as_str).filter(|word| *word != "null").collect()
        }
        _ => return None,
    };
    Some((field, value, types)).filter(|(_, _, types)| !types.is_empty())
}

fn is_of(value: &Value, word: &str) -> bool {
    let spells_a_number = || value.as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    match word {
        "string" => value.is_string(),
        "integer" | "number" => value.is_number() || spells_a_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => true,
    }
}
