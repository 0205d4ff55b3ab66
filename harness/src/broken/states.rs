//! Faults of states and of stream statuses.

use serde_json::json;

use super::connector::status;
use super::fault::{Fault, fault, harmless, of};
use super::faults::error;
use super::output::stream;
use super::records::only_in_full;

pub(crate) static ALL: &[Fault] = &[
    harmless(
        "prints_its_state_twice",
        of!("read", |output| {
            let place = output.messages.iter().position(|message| message["type"] == "STATE");
            if let Some(place) = place {
                let mut again = output.messages[place].clone();
                again["state"]["sourceStats"]["recordCount"] = json!(0.0);
                output.messages.insert(place + 1, again);
            }
        }),
    ),
    Fault {
        scenario: "[expect]\nread = \"fails\"",
        ..harmless(
            "prints_a_state_of_what_failed",
            of!("read", |output| {
                output.remove("RECORD");
                output.message("STATE")["state"]["sourceStats"]["recordCount"] = json!(0.0);
                output.messages.pop();
                output.messages.push(status("users", "INCOMPLETE"));
                output.messages.push(error());
                output.status = 1;
            }),
        )
    },
    Fault {
        scenario: "[demands]\nstream_statuses = true",
        ..fault(
            "owes_its_statuses",
            "stream_statuses_are_reported",
            of!("read", |output| {
                output.messages.retain(|message| message["trace"]["type"] != "STREAM_STATUS");
            }),
        )
    },
    fault(
        "reports_the_status_of_a_stranger",
        "stream_statuses_are_of_configured_streams",
        of!("read", |output| {
            let mut stranger = status("users", "STARTED");
            stranger["trace"]["stream_status"]["stream_descriptor"] = json!({"name": "Users"});
            output.insert_before("STATE", stranger);
        }),
    ),
    fault(
        "never_says_that_it_runs",
        "streams_with_records_are_running",
        of!("read", |output| {
            output.messages.retain(|message| message["trace"]["stream_status"]["status"] != "RUNNING");
        }),
    ),
    fault("prints_no_state_of_what_it_reads_in_full", "full_refresh_streams_have_state", |output, call| {
        if call.is("discover") {
            only_in_full(output);
        }
        if call.is("read") {
            output.remove("STATE");
        }
    }),
    fault(
        "prints_a_state_after_it_is_complete",
        "states_come_before_complete",
        of!("read", |output| {
            if let Some(before) = output.messages.len().checked_sub(2) {
                output.messages[before..].reverse();
            }
        }),
    ),
    fault(
        "keeps_a_number_that_no_double_holds",
        "state_survives_json",
        of!("read", |output| {
            output.message("STATE")["state"]["stream"]["stream_state"]["event"] =
                json!(9_007_199_254_740_993_u64);
        }),
    ),
    fault("keeps_a_number_for_a_text", "state_cursors_have_their_type", |output, call| {
        if call.is("discover") {
            stream(output)["default_cursor_field"] = json!(["name"]);
        }
        if call.is("read") {
            output.message("STATE")["state"]["stream"]["stream_state"]["name"] = json!(7);
        }
    }),
];
