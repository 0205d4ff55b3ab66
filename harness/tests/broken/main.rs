//! A small good connector, and one fault of your choice: `broken FAULT COMMAND [--config ...]`.
//!
//! It reads one page of users over plain HTTP through the proxy of its environment.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a fixture")]

mod deed;
mod faults;
mod http;
mod output;
mod requests;

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::output::Output;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let fault = arguments.next().unwrap_or_default();
    if fault == "--list" {
        return list();
    }
    let command = arguments.next().unwrap_or_default();
    let mut output = match command.as_str() {
        "spec" => spec(),
        "check" => check(),
        "discover" => discover(),
        "read" => read(),
        _ => return ExitCode::from(2),
    };
    if let Some(fault) = faults::all().find(|known| known.name == fault) {
        (fault.inflict)(&mut output, &command);
    }
    output.print()
}

/// The table of faults, one JSON object a line, for the tests.
fn list() -> ExitCode {
    let lines = faults::all().map(|fault| {
        let recorded: Vec<Value> = fault.recorded.iter().map(recorded).collect();
        json!({
            "name": fault.name, "condemned_by": fault.condemned_by, "scenario": fault.scenario,
            "settings": fault.settings, "recorded": recorded,
        })
    });
    Output::of(lines.collect()).print()
}

/// An interaction of a cassette.
fn recorded((url, status, body): &(&str, u16, &str)) -> Value {
    let body: Value = serde_json::from_str(body).unwrap();
    json!({
        "request": {"method": "GET", "url": url},
        "response": {"status": status, "body": {"json": body}},
    })
}

fn spec() -> Output {
    Output::of(vec![json!({"type": "SPEC", "spec": {"connectionSpecification": {
        "type": "object",
        "required": ["key"],
        "properties": {"key": {"type": "string", "airbyte_secret": true}},
    }}})])
}

fn check() -> Output {
    Output::of(vec![json!({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})])
}

fn discover() -> Output {
    Output::of(vec![json!({"type": "CATALOG", "catalog": {"streams": [{
        "name": "users",
        "json_schema": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        "supported_sync_modes": ["full_refresh", "incremental"],
        "default_cursor_field": ["id"],
        "source_defined_primary_key": [["id"]],
    }]}})])
}

fn read() -> Output {
    let users: Value = serde_json::from_str(&http::get("http://api.broken.test/users")).unwrap_or_default();
    let mut messages = vec![status("STARTED")];
    let users = users.as_array().cloned().unwrap_or_default();
    for user in &users {
        messages
            .push(json!({"type": "RECORD", "record": {"stream": "users", "data": user, "emitted_at": 1}}));
    }
    let count = u32::try_from(users.len()).map_or(0.0, f64::from);
    messages.push(json!({"type": "STATE", "state": {
        "type": "STREAM",
        "stream": {"stream_descriptor": {"name": "users"}, "stream_state": {"id": users.len()}},
        "sourceStats": {"recordCount": count},
    }}));
    messages.push(status("COMPLETE"));
    Output::of(messages)
}

pub(crate) fn status(status: &str) -> Value {
    json!({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": {
        "stream_descriptor": {"name": "users"}, "status": status,
    }}})
}
