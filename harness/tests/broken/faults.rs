//! Every way in which the connector can be broken, and the check that must see it.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::output::Output;
use crate::{http, status};

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The one check that condemns it. None: it is no fault after all.
    pub(crate) condemned_by: Option<&'static str>,
    /// What `scenario.toml` says.
    pub(crate) scenario: &'static str,
    pub(crate) inflict: fn(&mut Output, command: &str),
}

const fn fault(name: &'static str, condemned_by: &'static str, inflict: fn(&mut Output, &str)) -> Fault {
    Fault { name, condemned_by: Some(condemned_by), scenario: "", inflict }
}

const fn harmless(name: &'static str, inflict: fn(&mut Output, &str)) -> Fault {
    Fault { name, condemned_by: None, scenario: "", inflict }
}

/// A fault of the output of one command.
macro_rules! of {
    ($command:literal, $inflict:expr) => {
        |output, command| {
            if command == $command {
                let inflict: fn(&mut Output) = $inflict;
                inflict(output);
            }
        }
    };
}

pub(crate) static ALL: &[Fault] = &[
    harmless("none", |_, _| {}),
    harmless("floods_stderr", of!("read", |_| flood(&mut std::io::stderr(), 64))),
    harmless("prints_blank_lines", of!("read", |output| output.before = b"\n\n  \n".to_vec())),
    fault("hangs", "process_ends_by_itself", of!("read", |output| output.then = sleep)),
    fault("hangs_in_spec", "process_ends_by_itself", of!("spec", |output| output.then = sleep)),
    fault(
        "closes_stdout_and_hangs",
        "process_ends_by_itself",
        of!("read", |output| output.then = close_stdout_and_sleep),
    ),
    fault(
        "floods_stdout_for_ever",
        "process_ends_by_itself",
        of!("read", |output| output.then = log_for_ever),
    ),
    fault(
        "dies_by_a_signal",
        "process_ends_by_itself",
        of!("discover", |output| output.then = || std::process::abort()),
    ),
    fault("leaves_a_child", "process_leaves_none_behind", of!("read", |output| output.then = leave_child)),
    fault("leaves_a_daemon", "process_leaves_none_behind", of!("check", |output| output.then = leave_daemon)),
    fault(
        "leaves_a_daemon_without_a_trace",
        "process_leaves_none_behind",
        of!("read", |output| output.then = leave_unmarked_daemon),
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
        of!("check", |_| flood(&mut std::io::stdout(), 1024)),
    ),
    fault(
        "leaves_out_emitted_at",
        "messages_match_protocol",
        of!("read", |output| {
            output.message("RECORD")["record"].as_object_mut().unwrap().remove("emitted_at");
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
        name: "fails_without_a_word",
        condemned_by: Some("trace_errors_agree_with_exit"),
        scenario: "[expect]\nread = \"fails\"",
        inflict: of!("read", |output| output.status = 1),
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
        name: "succeeds_with_a_bad_config",
        condemned_by: Some("outcome_is_expected"),
        scenario: "[expect]\ndiscover = \"fails\"",
        inflict: |_, _| {},
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
            output.message("CATALOG")["catalog"]["streams"].as_array_mut().unwrap().push(twin);
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
            let record = json!({"stream": "Users", "data": {"id": 3}, "emitted_at": 1});
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
        "completes_before_the_last_record",
        "stream_statuses_are_in_order",
        of!("read", |output| {
            let last = output.messages.pop().unwrap();
            output.messages.insert(2, last);
        }),
    ),
    fault(
        "never_completes",
        "stream_statuses_are_in_order",
        of!("read", |output| {
            output.messages.pop();
            output.messages.push(status("RUNNING"));
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
            output.message("STATE")["state"].as_object_mut().unwrap().remove("sourceStats");
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
        "asks_for_what_nobody_recorded",
        "requests_match_recording",
        of!("read", |_| {
            http::get("http://api.broken.test/users?page=2");
        }),
    ),
    Fault {
        name: "does_not_ask_for_everything",
        condemned_by: Some("recording_is_used"),
        scenario: "# The cassette of this one has a second page.",
        inflict: |_, _| {},
    },
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

fn stream(output: &mut Output) -> &mut Value {
    &mut output.message("CATALOG")["catalog"]["streams"][0]
}

fn error() -> Value {
    json!({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1.0, "error": {
        "message": "the API is down", "failure_type": "transient_error",
    }}})
}

/// Writes so many mebibytes without a line feed, then one.
fn flood(to: &mut dyn std::io::Write, mebibytes: usize) {
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..mebibytes {
        if to.write_all(&chunk).is_err() {
            return;
        }
    }
    let _printed = to.write_all(b"\n");
}

fn sleep() {
    note_pid(std::process::id());
    std::thread::sleep(Duration::from_secs(600));
}

fn log_for_ever() {
    let line = json!({"type": "LOG", "log": {"level": "INFO", "message": "still here"}});
    while writeln!(std::io::stdout(), "{line}").is_ok() {}
}

fn close_stdout_and_sleep() {
    // `close` is not to be had without `unsafe`: a shell takes our place and does it.
    use std::os::unix::process::CommandExt as _;
    note_pid(std::process::id());
    let _never_returns = Command::new("sh").args(["-c", "exec sleep 600 >&- 2>&-"]).exec();
}

fn leave_child() {
    let child = Command::new("sleep").arg("600").spawn();
    if let Ok(child) = child {
        note_pid(child.id());
    }
}

/// A process in a session of its own, whose parent has ended, that keeps our stdout open.
fn leave_daemon() {
    let script = "setsid sh -c 'echo $$ > pids; exec sleep 600' &";
    let _left = Command::new("sh").args(["-c", script]).status();
}

/// The same with nothing in its environment that says whose it is.
fn leave_unmarked_daemon() {
    let script = "env -i PATH=\"$PATH\" setsid sh -c 'echo $$ > pids; exec sleep 600' > /dev/null 2>&1 &";
    let _left = Command::new("sh").args(["-c", script]).status();
}

/// Leaves the id of a process for the test to look for.
fn note_pid(pid: u32) {
    let _noted = std::fs::write("pids", pid.to_string());
}
