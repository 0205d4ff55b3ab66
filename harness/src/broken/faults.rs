//! Every way in which the connector can be broken, and the check that must see it.

use std::io::Write as _;

use serde_json::{Value, json};

use super::connector::{EMITTED_AT, status};
use super::fault::{Fault, fault, harmless, of};
use super::output::{push, remove, stream};
use super::streams::{in_namespace, interleave, stream_named, two_streams};
use super::{catalog, deed, records, requests, spec, states, trials};

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Fault> {
    let tables = [ALL, spec::ALL, catalog::ALL, requests::ALL, records::ALL, states::ALL, trials::ALL];
    tables.into_iter().flatten()
}

static ALL: &[Fault] = &[
    harmless("none", |_, _| {}),
    harmless("floods_stderr", of!("read", |_| deed::flood(&mut std::io::stderr(), 64))),
    harmless("prints_blank_lines", of!("read", |output| output.before = b"\n\n  \n".to_vec())),
    harmless("reads_two_streams_side_by_side", |output, call| {
        two_streams(output, call);
        stream_named(output, "teams")["namespace"] = json!("acme");
        if call.is("read") {
            in_namespace(output, "teams", "acme");
            interleave(output);
        }
    }),
    harmless(
        "keeps_a_global_state",
        of!("read", |output| {
            let state = &mut output.message("STATE")["state"];
            if let Some(of_stream) = state.get("stream").cloned() {
                state["type"] = json!("GLOBAL");
                state["global"] = json!({"shared_state": {"lsn": 9}, "stream_states": [of_stream]});
                remove(state, "stream");
            }
        }),
    ),
    harmless("says_all_that_may_be_said", |output, call| {
        let descriptor = json!({"name": "users"});
        let trace = |kind: &str, field: &str, payload: Value| json!({"type": "TRACE", "trace": {"type": kind, "emitted_at": 1.0, field: payload}});
        let control = json!({"type": "CONNECTOR_CONFIG", "emitted_at": 1.0, "connectorConfig": {"config": {"key": "canary-5b1c9e"}}});
        output.messages.insert(0, json!({"type": "CONTROL", "control": control}));
        output
            .messages
            .insert(0, json!({"type": "LOG", "log": {"level": "INFO", "message": "memory: 12 %"}}));
        // Otherwise there is nothing to put it before.
        if call.is("read") && output.messages.iter().any(|message| message["type"] == "RECORD") {
            let estimate = json!({"name": "users", "type": "STREAM", "row_estimate": 2});
            let limited = json!({"stream_descriptor": descriptor, "status": "RUNNING", "reasons": [{"type": "RATE_LIMITED"}]});
            output.insert_before("RECORD", trace("ESTIMATE", "estimate", estimate));
            output.insert_before(
                "RECORD",
                trace("ANALYTICS", "analytics", json!({"type": "pages", "value": "1"})),
            );
            output.insert_before("RECORD", trace("STREAM_STATUS", "stream_status", limited));
        }
    }),
    harmless(
        "reports_no_status",
        of!("read", |output| output.messages.retain(|message| message["trace"]["type"] != "STREAM_STATUS")),
    ),
    Fault {
        scenario: "[expect]\ncheck = \"fails\"",
        ..harmless(
            "explains_why_check_failed",
            of!("check", |output| {
                output.message("CONNECTION_STATUS")["connectionStatus"] =
                    json!({"status": "FAILED", "message": "no"});
                output.messages.push(error());
            }),
        )
    },
    fault("hangs", "process_ends_by_itself", of!("read", |output| output.then = deed::sleep)),
    fault("hangs_in_spec", "process_ends_by_itself", of!("spec", |output| output.then = deed::sleep)),
    fault(
        "closes_stdout_and_hangs",
        "process_ends_by_itself",
        of!("read", |output| output.then = deed::close_stdout_and_sleep),
    ),
    fault(
        "floods_stdout_for_ever",
        "process_ends_by_itself",
        of!("read", |output| output.then = deed::log_for_ever),
    ),
    fault(
        "dies_by_a_signal",
        "process_ends_by_itself",
        of!("discover", |output| output.then = || std::process::abort()),
    ),
    fault(
        "floods_stdout_with_states",
        "stdout_is_protocol_only",
        of!("read", |output| {
            let mut state = output.message("STATE").clone();
            state["state"]["sourceStats"]["recordCount"] = json!(0.0);
            let line = format!("{state}\n").into_bytes();
            output.before = line.repeat(20 * 1024 * 1024 / line.len());
        }),
    ),
    fault(
        "leaves_a_child",
        "process_leaves_none_behind",
        of!("read", |output| output.then = deed::leave_child),
    ),
    fault(
        "leaves_a_daemon",
        "process_leaves_none_behind",
        of!("check", |output| output.then = deed::leave_daemon),
    ),
    fault(
        "leaves_a_daemon_without_a_trace",
        "process_leaves_none_behind",
        of!("read", |output| output.then = deed::leave_unmarked_daemon),
    ),
    fault(
        "nests_too_deep",
        "stdout_is_protocol_only",
        of!("check", |output| {
            output.before = [b"[".repeat(100_000), b"]".repeat(100_000), b"\n".to_vec()].concat();
        }),
    ),
    fault(
        "prints_a_banner",
        "stdout_is_protocol_only",
        of!("check", |output| output.before = b"Welcome!\n".to_vec()),
    ),
    fault(
        "prints_no_utf8",
        "stdout_is_protocol_only",
        of!("check", |output| output.before = b"{\"a\":\"\xff\"}\n".to_vec()),
    ),
    fault("prints_no_line_feed", "stdout_is_protocol_only", of!("read", |output| output.line_feed = false)),
    fault(
        "prints_a_gigabyte_on_one_line",
        "stdout_is_protocol_only",
        of!("check", |_| deed::flood(&mut std::io::stdout(), 1024)),
    ),
    fault(
        "leaves_out_emitted_at",
        "messages_match_protocol",
        of!("read", |output| {
            remove(&mut output.message("RECORD")["record"], "emitted_at");
        }),
    ),
    fault(
        "says_null_for_what_there_is_not",
        "messages_match_protocol",
        of!("read", |output| {
            for message in output.messages.iter_mut().filter(|it| it["type"] == "RECORD") {
                message["record"]["namespace"] = Value::Null;
            }
        }),
    ),
    fault(
        "prints_an_unknown_type",
        "messages_match_protocol",
        of!("spec", |output| {
            output.messages.push(json!({"type": "DEBUG", "message": "x"}));
        }),
    ),
    Fault {
        scenario: "[expect]\nread = \"fails\"",
        ..fault(
            "fails_without_a_word",
            "trace_errors_agree_with_exit",
            of!("read", |output| output.status = 1),
        )
    },
    fault(
        "reports_an_error_and_succeeds",
        "trace_errors_agree_with_exit",
        of!("read", |output| {
            output.messages.push(error());
        }),
    ),
    fault(
        "fails",
        "outcome_is_expected",
        of!("read", |output| {
            output.status = 1;
            output.messages.push(error());
        }),
    ),
    Fault {
        scenario: "[expect]\ndiscover = \"fails\"",
        ..fault("succeeds_with_a_bad_config", "outcome_is_expected", |_, _| {})
    },
    fault(
        "prints_two_specs",
        "spec_is_one_message",
        of!("spec", |output| {
            let spec = output.messages[0].clone();
            output.messages.push(spec);
        }),
    ),
    fault(
        "wants_another_config",
        "config_matches_spec",
        of!("spec", |output| {
            output.message("SPEC")["spec"]["connectionSpecification"]["required"] = json!(["key", "region"]);
        }),
    ),
    fault(
        "says_that_check_failed",
        "check_status_is_expected",
        of!("check", |output| {
            output.message("CONNECTION_STATUS")["connectionStatus"] =
                json!({"status": "FAILED", "message": "no"});
        }),
    ),
    fault("crashes_in_check", "check_status_is_expected", of!("check", |output| output.status = 1)),
    fault(
        "prints_two_catalogs",
        "catalog_is_one_message",
        of!("discover", |output| {
            let catalog = output.messages[0].clone();
            output.messages.push(catalog);
        }),
    ),
    fault(
        "discovers_twins",
        "catalog_streams_are_unique",
        of!("discover", |output| {
            let twin = stream(output).clone();
            push(&mut output.message("CATALOG")["catalog"]["streams"], twin);
        }),
    ),
    fault(
        "discovers_no_schema",
        "catalog_schemas_are_valid",
        of!("discover", |output| {
            stream(output)["json_schema"]["properties"]["name"] = json!({"type": "varchar"});
        }),
    ),
    fault(
        "has_a_cursor_of_no_field",
        "cursor_fields_exist",
        of!("discover", |output| {
            stream(output)["default_cursor_field"] = json!(["updated_at"]);
        }),
    ),
    fault(
        "has_a_key_of_no_field",
        "primary_keys_exist",
        of!("discover", |output| {
            stream(output)["source_defined_primary_key"] = json!([["id"], ["region"]]);
        }),
    ),
    fault(
        "prints_records_of_a_stranger",
        "records_are_of_configured_streams",
        of!("read", |output| {
            let record = json!({"stream": "Users", "data": {"id": 3}, "emitted_at": EMITTED_AT});
            output.insert_before("STATE", json!({"type": "RECORD", "record": record}));
        }),
    ),
    fault(
        "prints_records_of_a_forger",
        "records_are_of_configured_streams",
        of!("read", |output| {
            let record = json!({"stream": "users\u{1b}[2J\nPASS  all", "data": {}, "emitted_at": EMITTED_AT});
            output.insert_before("STATE", json!({"type": "RECORD", "record": record}));
        }),
    ),
    fault(
        "prints_a_text_for_a_number",
        "records_match_schema",
        of!("read", |output| {
            output.message("RECORD")["record"]["data"]["id"] = json!("1");
        }),
    ),
    fault(
        "reads_nothing",
        "streams_have_records",
        of!("read", |output| {
            output.remove("RECORD");
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(0.0);
        }),
    ),
    fault(
        "makes_up_ids",
        "reads_are_repeatable",
        of!("read", |output| {
            output.message("RECORD")["record"]["data"]["name"] = json!(std::process::id().to_string());
        }),
    ),
    fault(
        "completes_before_the_last_record",
        "stream_statuses_are_in_order",
        of!("read", |output| {
            if output.messages.len() > 3 {
                let last = output.messages.len() - 1;
                output.messages[2..=last].rotate_right(1);
            }
        }),
    ),
    fault(
        "never_completes",
        "stream_statuses_are_in_order",
        of!("read", |output| {
            if let Some(last) =
                output.messages.last_mut().filter(|last| last["trace"]["type"] == "STREAM_STATUS")
            {
                *last = status("users", "RUNNING");
            }
        }),
    ),
    fault("prints_no_state", "state_is_present", of!("read", |output| output.remove("STATE"))),
    fault(
        "prints_a_legacy_state",
        "state_is_well_formed",
        of!("read", |output| {
            let state = &mut output.message("STATE")["state"];
            *state = json!({"type": "LEGACY", "data": {"users": 2}, "sourceStats": state["sourceStats"]});
        }),
    ),
    fault(
        "does_not_count",
        "state_carries_record_count",
        of!("read", |output| {
            remove(&mut output.message("STATE")["state"], "sourceStats");
        }),
    ),
    fault(
        "counts_wrong",
        "state_record_counts_are_true",
        of!("read", |output| {
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(7.0);
        }),
    ),
    fault(
        "logs_the_key",
        "secrets_stay_secret",
        of!("read", |output| {
            output
                .messages
                .push(json!({"type": "LOG", "log": {"level": "INFO", "message": "key=canary-5b1c9e"}}));
        }),
    ),
    fault(
        "shows_the_key_on_stderr",
        "secrets_stay_secret",
        of!("check", |_| {
            // Base64 of `user:canary-5b1c9e`, as in a header of basic authentication.
            let _printed = writeln!(std::io::stderr(), "> authorization: Basic dXNlcjpjYW5hcnktNWIxYzll");
        }),
    ),
];

pub(crate) fn error() -> Value {
    json!({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1.0, "error": {
        "message": "the API is down", "failure_type": "transient_error",
    }}})
}
