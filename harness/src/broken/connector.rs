//! The small good connector.

use serde_json::{Value, json};

use super::call::Call;
use super::http;
use super::output::Output;

/// When it read its records.
pub(crate) const EMITTED_AT: u64 = 1_767_225_600_000;

/// What it prints; `None` for a command that there is not.
pub(crate) fn answer(call: &Call) -> Option<Output> {
    Some(match call.command.as_str() {
        "spec" => spec(),
        "check" => check(&call.config),
        "discover" => discover(),
        "read" => read(call),
        _ => return None,
    })
}

fn spec() -> Output {
    Output::of(vec![json!({"type": "SPEC", "spec": {
        "documentationUrl": "https://docs.broken.test/",
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "required": ["key"],
            "properties": {
                "key": {"type": "string", "title": "Key", "airbyte_secret": true, "minLength": 1},
                "page_size": {"type": "integer", "title": "Page size", "minimum": 1, "maximum": 100},
            },
            "additionalProperties": true,
        },
    }})])
}

fn check(config: &Value) -> Output {
    let status = match fault_of(config) {
        None => json!({"status": "SUCCEEDED"}),
        Some(why) => json!({"status": "FAILED", "message": why}),
    };
    Output::of(vec![json!({"type": "CONNECTION_STATUS", "connectionStatus": status})])
}

/// What is wrong with a config, if anything is.
fn fault_of(config: &Value) -> Option<&'static str> {
    if config["key"].as_str().is_none_or(str::is_empty) {
        return Some("`key` must be set: a text that is not empty");
    }
    let size = &config["page_size"];
    let usable =
        config.get("page_size").is_none() || size.as_u64().is_some_and(|size| (1..=100).contains(&size));
    (!usable).then_some("`page_size` must be a number between 1 and 100")
}

fn discover() -> Output {
    Output::of(vec![json!({"type": "CATALOG", "catalog": {"streams": [{
        "name": "users",
        "json_schema": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {"id": {"type": "integer"}, "name": {"type": ["null", "string"]}},
            "additionalProperties": true,
        },
        "supported_sync_modes": ["full_refresh", "incremental"],
        "source_defined_cursor": true,
        "default_cursor_field": ["id"],
        "source_defined_primary_key": [["id"]],
    }]}})])
}

fn read(call: &Call) -> Output {
    if let Some(stranger) = call.streams().find(|name| *name != "users" && *name != "teams") {
        let why = format!("there is no stream {stranger}");
        let error = json!({"message": why, "failure_type": "config_error"});
        let trace = json!({"type": "ERROR", "emitted_at": 1.0, "error": error});
        let mut output = Output::of(vec![json!({"type": "TRACE", "trace": trace})]);
        output.status = 1;
        return output;
    }
    let users: Value = serde_json::from_str(&http::get("http://api.broken.test/users")).unwrap_or_default();
    let users = users.as_array().cloned().unwrap_or_default();
    Output::of(call.streams().flat_map(|stream| read_stream(call, stream, &users)).collect())
}

fn read_stream(call: &Call, stream: &str, items: &[Value]) -> Vec<Value> {
    let last = call.last_id(stream);
    let id = |item: &Value| item["id"].as_u64().unwrap_or_default();
    let reached = items.iter().map(id).max().unwrap_or_default().max(last);
    let mut messages = vec![status(stream, "STARTED")];
    let newer: Vec<&Value> = items.iter().filter(|item| last == 0 || id(item) > last).collect();
    if !newer.is_empty() {
        messages.push(status(stream, "RUNNING"));
    }
    let record = |item: &&Value| json!({"type": "RECORD", "record": {"stream": stream, "data": item, "emitted_at": EMITTED_AT}});
    messages.extend(newer.iter().map(record));
    let count = u32::try_from(newer.len()).map_or(0.0, f64::from);
    messages.push(json!({"type": "STATE", "state": {
        "type": "STREAM",
        "stream": {"stream_descriptor": {"name": stream}, "stream_state": {"id": reached}},
        "sourceStats": {"recordCount": count},
    }}));
    messages.push(status(stream, "COMPLETE"));
    messages
}

/// A TRACE message about the status of a stream.
pub(crate) fn status(stream: &str, status: &str) -> Value {
    json!({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": {
        "stream_descriptor": {"name": stream}, "status": status,
    }}})
}
