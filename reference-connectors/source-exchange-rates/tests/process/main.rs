//! The connector as a process: what it says where a command cannot even begin.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test of a whole process")]

use std::process::{Command, Output};

fn run(arguments: &[&str], now: &str) -> Output {
    let mut connector = Command::new(env!("CARGO_BIN_EXE_source-exchange-rates"));
    connector.args(arguments).env("CONNECTOR_NOW", now).output().unwrap()
}

#[test]
fn a_time_that_is_none_ends_with_1_and_a_trace_error() {
    let output = run(&["spec"], "noon");
    assert_eq!(output.status.code(), Some(1));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stdout.contains(r#""failure_type":"system_error""#), "{stdout}");
    assert!(stdout.contains("CONNECTOR_NOW: want an RFC 3339 timestamp"), "{stdout}");
}

#[test]
fn no_command_ends_with_1_a_trace_error_and_the_usage() {
    let output = run(&[], "2024-01-09T12:00:00Z");
    assert_eq!(output.status.code(), Some(1));
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(stdout.contains(r#""message":"no command: want one of spec,"#), "{stdout}");
    assert!(stderr.contains("Usage:\n  source-exchange-rates spec\n"), "{stderr}");
}

#[test]
fn a_wrong_command_ends_with_2_and_prints_no_message() {
    let output = run(&["spek"], "2024-01-09T12:00:00Z");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
