//! Faults that plain commands do not show.

use serde_json::{Value, json};

use super::connector::status;
use super::deed;
use super::fault::{Fault, fault, harmless, of};
use super::output::Output;
use super::streams::{stream_of, two_streams};

pub(crate) static ALL: &[Fault] = &[
    fault("cannot_start_without_a_home", "spec_needs_no_home", |output, call| {
        if call.is("spec") && std::env::var_os("HOME").is_none() {
            output.messages.clear();
            output.status = 1;
        }
    }),
    fault("crashes_on_half_a_config", "check_answers_every_config", |output, call| {
        if call.is("check") && call.config.get("key").is_none() {
            output.messages.clear();
            output.status = 101;
        }
    }),
    fault("takes_half_a_config", "check_refuses_incomplete_configs", |output, call| {
        if call.is("check") && call.config.get("key").is_none() {
            succeed(output);
        }
    }),
    fault("takes_any_value", "check_refuses_wrong_values", |output, call| {
        if call.is("check") && call.config.get("key").is_some() {
            succeed(output);
        }
    }),
    fault(
        "says_only_that_the_config_is_invalid",
        "refusals_name_the_field",
        of!("check", |output| {
            let status = &mut output.message("CONNECTION_STATUS")["connectionStatus"];
            if status["status"] == "FAILED" {
                status["message"] = json!("invalid config");
            }
        }),
    ),
    fault("takes_the_users_mistake_for_its_own", "invalid_configs_are_config_errors", |output, call| {
        if call.is("check") && call.config.get("key").is_none() {
            let error = json!({"message": "no key", "failure_type": "system_error"});
            let trace = json!({"type": "ERROR", "emitted_at": 1.0, "error": error});
            output.messages = vec![json!({"type": "TRACE", "trace": trace})];
            output.status = 1;
        }
    }),
    harmless("reads_two_streams_one_after_the_other", two_streams),
    fault("needs_the_stream_before", "streams_are_independent", |output, call| {
        two_streams(output, call);
        if call.is("read") && call.streams().next() == Some("teams") {
            output.messages.retain(|message| message["record"]["stream"] != "teams");
            for message in output.messages.iter_mut().filter(|message| stream_of(message) == Some("teams")) {
                if let Some(count) = message.pointer_mut("/state/sourceStats/recordCount") {
                    *count = json!(0.0);
                }
            }
        }
    }),
    fault("passes_over_streams_that_it_does_not_know", "unknown_streams_are_refused", |output, call| {
        if call.is("read") && call.streams().all(|name| name != "users") {
            output.messages.clear();
            output.status = 0;
        }
    }),
    fault("goes_on_too_late", "reads_go_on_from_state", |output, call| {
        if call.is("read") && call.last_id("users") == 0 && output.messages.len() == 6 {
            // A state after the first record says that the second has come as well.
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(1.0);
            let mut early = output.message("STATE").clone();
            early["state"]["stream"]["stream_state"] = json!({"id": 2, "page": 1});
            output.messages.insert(3, early);
        }
    }),
    fault("does_not_read_its_state", "state_is_used", |output, call| {
        if call.is("read") && call.last_id("users") > 0 {
            output.insert_before("STATE", status("users", "RUNNING"));
            for id in [1, 2] {
                output.insert_before("STATE", user(id));
            }
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(2.0);
        }
    }),
    fault("forgets_its_state_where_nothing_is_new", "states_do_not_go_back", |output, call| {
        if call.is("read") && call.last_id("users") > 0 {
            output.message("STATE")["state"]["stream"]["stream_state"] = json!({});
        }
    }),
    fault("brings_more_where_it_goes_on", "whole_reads_are_whole", |output, call| {
        if call.is("read") && call.last_id("users") > 0 {
            output.insert_before("STATE", status("users", "RUNNING"));
            output.insert_before("STATE", user(3));
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(1.0);
        }
    }),
    fault("prints_a_text_when_it_goes_on", "records_match_schema", |output, call| {
        if call.is("read") && call.last_id("users") > 0 {
            output.insert_before("STATE", status("users", "RUNNING"));
            let mut user = user(2);
            user["record"]["data"]["name"] = json!(2);
            output.insert_before("STATE", user);
            output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(1.0);
        }
    }),
    fault(
        "does_not_hear_the_signal",
        "disturbed_reads_end",
        of!("read", |output| {
            if output.status == 0 {
                deed::print_and_sleep_when_asked_to_end(&output.text());
            }
        }),
    ),
    fault("writes_into_its_config", "files_are_left_alone", |_, call| {
        if let Some(path) = call.config_file.as_deref().filter(|_| call.is("check")) {
            let _written = std::fs::write(path, "{\"key\": \"rotated\"}");
        }
    }),
    Fault {
        files: &[(
            "future_state.json",
            "[{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"users\"},\"stream_state\":{\"id\":\"99999\"}}}]",
        )],
        // The numbers of its states are texts in the future state, which it reads all the same.
        ..fault("writes_its_cursor_in_another_way", "cursors_keep_their_format", |output, call| {
            if call.is("read") && call.state[0]["stream"]["stream_state"]["id"].is_string() {
                output.messages.retain(|message| message["type"] != "RECORD");
                let state = &mut output.message("STATE")["state"];
                state["sourceStats"]["recordCount"] = json!(0.0);
                state["stream"]["stream_state"] = json!({"id": "99999"});
            }
        })
    },
    Fault {
        files: &[(
            "future_state.json",
            "[{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"users\"},\"stream_state\":{\"id\":99999}}}]",
        )],
        ..fault("reads_on_from_the_future", "future_states_bring_nothing", |output, call| {
            if call.is("read") && call.last_id("users") > 1000 {
                output.insert_before("STATE", status("users", "RUNNING"));
                output.insert_before("STATE", user(1));
                output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(1.0);
            }
        })
    },
];

/// Says that the config works.
fn succeed(output: &mut Output) {
    output.message("CONNECTION_STATUS")["connectionStatus"] = json!({"status": "SUCCEEDED"});
}

fn user(id: u64) -> Value {
    let record = json!({"stream": "users", "data": {"id": id, "name": "Ada"}, "emitted_at": super::connector::EMITTED_AT});
    json!({"type": "RECORD", "record": record})
}
