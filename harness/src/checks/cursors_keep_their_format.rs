use connector_protocol::{Command, MessageType};
use serde_json::{Value, json};

use super::{Check, Group, Level};
use crate::demands::FutureState;
use crate::evidence::{Evidence, Run};
use crate::excerpt;
use crate::ledger::{Schema, StreamName};
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "cursors_keep_their_format",
    level: Level::Must,
    group: Group::State,
    requirement: "The cursors in the states that a read prints are written as those in the future state that the scenario \
                  gives, or as it says that they are.",
    why: "A cursor that changes its form from one version to the next (a date that becomes a time, a text that becomes a \
          number) is compared wrongly with what users have in their states, or not at all.",
    source: "Connector acceptance tests, `incremental`: the format of cursors, test_state_with_abnormally_large_values.",
    judge,
    condemns: &[
        "# demands {\"future_state\": {\"state\": [{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2099-01-01\"}}}]}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2024-01-01T00:00:00Z\"}}}}",
        "# demands {\"future_state\": {\"state\": [{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":99}}}]}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"7\"}}}}",
    ],
    acquits: &[
        "# demands {\"future_state\": {\"state\": [{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2099-01-01\"}}}]}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2024-01-01\"}}}}",
        "# demands {\"future_state\": {\"cursor_format\": \"[0-9]+$\", \"state\": [{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"99999\"}}}]}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"at\"]}]}}\n$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"7\"}}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let Some(future) = &evidence.demands.future_state else {
        return Verdict::Skip { reason: "the scenario gives no future state".to_owned() };
    };
    let fields = cursor_fields(evidence);
    let mut findings = Vec::new();
    let mut judged = false;
    for Run { transcript, .. } in evidence.every_run().filter(|run| run.transcript.command == Command::Read) {
        for placed in transcript.account.of_kind(MessageType::State) {
            let state = placed.payload();
            let Some((stream, given)) =
                placed.stream_name().and_then(|name| Some((name.clone(), given(future, &name)?)))
            else {
                continue;
            };
            let Some((_, field)) = fields.iter().find(|(name, _)| *name == stream) else { continue };
            let example = cursors(&given["stream_state"], field).first().copied().cloned();
            for cursor in cursors(&state["stream"]["stream_state"], field) {
                judged = true;
                if let Some(want) = differs(cursor, example.as_ref(), format_of(future, &stream)) {
                    let finding = Finding::new(want, excerpt::of_text(&cursor.to_string()));
                    findings.push(finding.by(transcript).line(placed.line).stream(&stream));
                }
            }
        }
    }
    Verdict::of(findings, judged, "no state of a stream that stands in the future state has a cursor")
}

/// The streams that `discover` found with a cursor at the top of their records, each with its name.
fn cursor_fields(evidence: &Evidence) -> Vec<(StreamName, String)> {
    let streams = evidence.discovered_streams().map(|(_, _, stream)| stream);
    streams
        .filter_map(|stream| {
            let field = stream["default_cursor_field"].as_array()?.first()?.as_str()?;
            Some((StreamName::of(stream), field.to_owned()))
        })
        .collect()
}

/// What the future state says of a stream.
fn given<'a>(future: &'a FutureState, stream: &StreamName) -> Option<&'a Value> {
    let states = future.state.as_array()?.iter().map(|state| &state["stream"]);
    states.into_iter().find(|state| StreamName::of(&state["stream_descriptor"]) == *stream)
}

fn format_of<'a>(future: &'a FutureState, stream: &StreamName) -> Option<&'a str> {
    let own = future.cursor_formats.get(&stream.to_string());
    own.or(future.cursor_format.as_ref()).map(String::as_str)
}

/// The values of that field anywhere in a state, nulls left out.
fn cursors<'a>(state: &'a Value, field: &str) -> Vec<&'a Value> {
    match state {
        Value::Object(members) => {
            let below = members.values().flat_map(|value| cursors(value, field));
            let own = members
                .get(field)
                .filter(|value| !value.is_null() && !value.is_object() && !value.is_array());
            own.into_iter().chain(below).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| cursors(item, field)).collect(),
        _ => Vec::new(),
    }
}

/// What was wanted in place of `cursor`, if it is not what was wanted.
fn differs(cursor: &Value, example: Option<&Value>, format: Option<&str>) -> Option<String> {
    if let (Some(format), Value::String(_)) = (format, cursor) {
        let Ok(schema) = Schema::compile(&json!({"pattern": format!("^(?:{format})")})) else {
            return Some(format!(
                "a `cursor_format` that is a regular expression of JSON Schema, unlike {format}"
            ));
        };
        return (!schema.accepts_value(cursor)).then(|| format!("a cursor that matches {format}"));
    }
    let example = example?;
    let same = match (cursor, example) {
        (Value::String(one), Value::String(other)) => shape(one) == shape(other),
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    (!same).then(|| format!("a cursor written as {example}"))
}

/// The text with every digit and every letter made the same.
fn shape(text: &str) -> String {
    let class = |it: char| match it {
        _ if it.is_numeric() => '0',
        _ if it.is_alphabetic() => 'a',
        other => other,
    };
    text.chars().map(class).collect()
}
