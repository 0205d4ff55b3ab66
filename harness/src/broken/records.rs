//! Faults of what records hold, and of what is said when there are none.

use std::io::Write as _;

use serde_json::{Value, json};

use super::fault::{Fault, fault, harmless, of};
use super::faults::error;
use super::http;
use super::output::{Output, remove, stream};

pub(crate) static ALL: &[Fault] = &[
    Fault {
        scenario: "[expect]\ncheck = \"fails\"",
        ..fault(
            "fails_check_without_a_word",
            "failed_checks_say_why",
            of!("check", |output| {
                output.message("CONNECTION_STATUS")["connectionStatus"] = json!({"status": "FAILED"});
            }),
        )
    },
    fault(
        "wraps_its_records",
        "records_have_declared_fields",
        of!("read", |output| {
            each_record(output, |data| *data = json!({"user": data}));
        }),
    ),
    fault(
        "has_more_fields_than_it_declares",
        "fields_are_declared",
        of!("read", |output| {
            output.message("RECORD")["record"]["data"]["nickname"] = json!("A");
        }),
    ),
    fault(
        "leaves_out_a_key",
        "primary_keys_are_present",
        of!("read", |output| {
            remove(&mut output.message("RECORD")["record"]["data"], "id");
        }),
    ),
    fault("reads_a_user_twice", "primary_keys_are_unique", |output, call| {
        if call.is("discover") {
            only_in_full(output);
        }
        if call.is("read") {
            read_twice(output);
        }
    }),
    harmless("reads_a_user_twice_incrementally", of!("read", read_twice)),
    harmless("reads_in_full", |output, call| {
        if call.is("discover") {
            only_in_full(output);
        }
        if call.is("read") {
            output.message("STATE")["state"]["stream"]["stream_state"] =
                json!({"__ab_no_cursor_state_message": true});
        }
    }),
    fault(
        "tells_the_time_in_seconds",
        "emitted_at_is_plausible",
        of!("read", |output| {
            output.message("RECORD")["record"]["emitted_at"] = json!(1_767_225_600);
        }),
    ),
    Fault {
        scenario: "[demands]\ndata_points = true",
        ..fault(
            "never_fills_a_name",
            "fields_are_filled",
            of!("read", |output| {
                each_record(output, |data| data["name"] = Value::Null);
            }),
        )
    },
    Fault {
        scenario: "[demands]\ndata_points = true",
        ..harmless(
            "fills_a_name_once",
            of!("read", |output| {
                output.message("RECORD")["record"]["data"]["name"] = Value::Null;
            }),
        )
    },
    Fault {
        scenario: "[demands.expected_records.streams]\nusers = [{ id = 1, name = \"Eve\" }]",
        ..fault("reads_other_records", "expected_records_are_read", |_, _| {})
    },
    Fault {
        scenario: "[demands.expected_records]\nexact_order = true\nstreams.users = [{ id = 1, name = \"Ada\" }]",
        ..harmless("reads_what_is_expected", |_, _| {})
    },
    Fault {
        scenario: "[demands]\ncertified = true\nreads_files = true\nhosts_named = 1\nsuggested_streams = [\"users\"]",
        ..fault("reads_no_files", "file_types_are_read", |_, _| {})
    },
    fault(
        "succeeds_with_a_stack_trace",
        "stderr_has_no_stack_trace",
        of!("discover", |_| {
            let trace = "Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'id'";
            let _printed = writeln!(std::io::stderr(), "{trace}");
        }),
    ),
    Fault {
        scenario: "[expect]\nread = \"fails\"",
        ..fault(
            "tells_a_user_of_its_stack",
            "error_messages_are_for_people",
            of!("read", |output| {
                let mut error = error();
                error["trace"]["error"]["message"] =
                    json!("Traceback (most recent call last):\n  File \"x.py\", line 1");
                output.messages.push(error);
                output.status = 1;
            }),
        )
    },
    Fault {
        scenario: "[expect]\nread = \"fails\"",
        recorded: &[("http://api.broken.test/me", 401, "{}")],
        ..fault("takes_a_refused_key_for_a_storm", "refused_configs_are_config_errors", of!("read", refused))
    },
    Fault {
        scenario: "[expect]\nread = \"fails\"",
        recorded: &[("http://api.broken.test/me", 401, "{}")],
        ..harmless(
            "says_that_the_key_was_refused",
            of!("read", |output| {
                refused(output);
                if let Some(error) = output.messages.last_mut() {
                    error["trace"]["error"]["failure_type"] = json!("config_error");
                }
            }),
        )
    },
];

fn each_record(output: &mut Output, change: fn(&mut Value)) {
    for message in output.messages.iter_mut().filter(|message| message["type"] == "RECORD") {
        change(&mut message["record"]["data"]);
    }
}

fn refused(output: &mut Output) {
    http::get("http://api.broken.test/me");
    output.messages.push(error());
    output.status = 1;
}

/// The stream can no longer be read incrementally.
pub(super) fn only_in_full(output: &mut Output) {
    let stream = stream(output);
    stream["supported_sync_modes"] = json!(["full_refresh"]);
    remove(stream, "source_defined_cursor");
    remove(stream, "default_cursor_field");
}

fn read_twice(output: &mut Output) {
    let record = output.message("RECORD").clone();
    // From a state there may be nothing to read.
    if record["type"] == "RECORD" {
        output.insert_before("STATE", record);
        let count = &mut output.message("STATE")["state"]["sourceStats"]["recordCount"];
        *count = json!(count.as_f64().unwrap_or_default() + 1.0);
    }
}
