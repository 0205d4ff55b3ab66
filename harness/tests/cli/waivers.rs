//! Failures that are known.

use serde_json::Value;

use crate::bench::Bench;

const CHECK: &str = "records_match_schema";

/// A connector that breaks one rule, with these waivers.
fn waived(waivers: &str) -> Bench {
    let bench = Bench::new("prints_a_text_for_a_number");
    bench.write("harness.toml", &format!("{}{waivers}", bench.read("harness.toml")));
    bench
}

fn waiver(check: &str, more: &str) -> String {
    format!("[[waiver]]\ncheck = \"{check}\"\nreason = \"text until v2\"\n{more}\n")
}

fn faults(events: &[Value]) -> Vec<&str> {
    let failed = events.iter().filter(|event| event["event"] == "waiver_failed");
    failed.map(|event| event["fault"].as_str().unwrap()).collect()
}

#[test]
fn what_is_waived_is_known_and_its_snapshots_are_proposed() {
    let bench = waived(&waiver(CHECK, "scenario = \"normal\"\nstream = \"users\"\n"));
    let output = bench.harness(&["test", "."], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("KNOWN records_match_schema") && said.contains("text until v2"), "{said}");
    assert!(bench.path().join("snapshots/normal/read.snap.new").exists());
    let (code, events) = bench.test(&[]);
    assert_eq!((code, &events.last().unwrap()["known"]), (0, &1.into()));
    let known = events.iter().find(|event| event["verdict"] == "known").unwrap();
    assert_eq!((&known["check"], &known["findings"][0]["waived"]), (&CHECK.into(), &"text until v2".into()));
    let verbose = bench.harness(&["test", ".", "--verbose"], &[]);
    assert!(String::from_utf8(verbose.stderr).unwrap().contains("known  text until v2"));
}

#[test]
fn a_waiver_that_nothing_needs_fails_and_says_what_to_do() {
    let bench = Bench::new("none");
    bench.write("known-failures.toml", &waiver(CHECK, ""));
    let output = bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in [
        "FAIL  waiver 1 of known-failures.toml   records_match_schema",
        "take the entry out",
        "Does not conform",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn a_waiver_of_what_was_not_judged_does_not_fail() {
    let bench = Bench::new("none");
    bench.scenario("", "other");
    bench.write("known-failures.toml", &waiver(CHECK, ""));
    for arguments in [&["--scenario", "other"][..], &["-E", "check(state)"], &["--quick"]] {
        let (code, events) = bench.test(arguments);
        assert_eq!((code, faults(&events)), (0, vec![]), "{arguments:?}");
    }
    let (code, events) = bench.test(&[]);
    assert_eq!((code, faults(&events)), (1, vec!["unused"]));
}

#[test]
fn a_waiver_that_has_expired_covers_no_more_and_fails() {
    let bench = waived(&waiver(CHECK, "expires = 2020-02-02"));
    let (code, events) = bench.test(&[]);
    assert_eq!((code, faults(&events)), (1, vec!["expired"]));
    assert!(events.iter().any(|event| event["check"] == CHECK && event["verdict"] == "fail"));
}

#[test]
fn what_fails_is_written_down_once_and_is_known_from_then_on() {
    let bench = Bench::new("prints_a_text_for_a_number");
    let (code, events) = bench.test(&["--baseline-update"]);
    assert_eq!((code, &events.last().unwrap()["known"]), (0, &1.into()));
    let written = bench.read("known-failures.toml");
    for part in [
        "check = \"records_match_schema\"",
        "scenario = \"normal\"",
        "stream = \"users\"",
        "reason = \"known since",
    ] {
        assert!(written.contains(part), "{part:?} is not in\n{written}");
    }
    let explained = written.replace("known since", "they know; since");
    bench.write("known-failures.toml", &explained);
    let (code, _) = bench.test(&["--baseline-update"]);
    assert_eq!((code, bench.read("known-failures.toml")), (0, explained));

    bench.broken("", "none");
    let (code, events) = bench.test(&[]);
    assert_eq!((code, faults(&events)), (1, vec!["unused"]));
    let (code, _) = bench.test(&["--baseline-update"]);
    assert_eq!(code, 0);
    assert!(!bench.path().join("known-failures.toml").exists());
}

#[test]
fn in_ci_nothing_is_written_down_unless_it_is_told_to() {
    let bench = Bench::new("prints_a_text_for_a_number");
    let file = bench.path().join("known-failures.toml");
    let output = bench.harness(&["test", ".", "--baseline-update"], &[("CI", "true")]);
    assert_eq!((output.status.code(), file.exists()), (Some(1), false));
    bench.harness(&["test", ".", "--baseline-update=always"], &[("CI", "true")]);
    assert!(file.exists());
}

#[test]
fn what_is_wrong_with_the_file_is_told_by_line_and_key() {
    let bench = Bench::new("none");
    bench.write("known-failures.toml", "[[waiver]]\ncheck = \"record_match_schema\"\nreason = \"r\"\n");
    let output = bench.harness(&["test", "."], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("known-failures.toml:2") && said.contains("did you mean"), "{said}");
}

/// How many trials were made.
fn trials(events: &[Value]) -> u64 {
    let planned = events.iter().find(|event| event["event"] == "trials_planned").unwrap();
    planned["invocations"].as_u64().unwrap()
}

#[test]
fn trials_are_made_of_what_speaks_badly_once_that_is_waived_and_of_a_null_in_any_case() {
    let bench = Bench::new("leaves_out_emitted_at");
    assert_eq!(trials(&bench.test(&[]).1), 0);
    bench.write("known-failures.toml", &waiver("messages_match_protocol", "scenario = \"normal\""));
    let (code, events) = bench.test(&[]);
    assert_eq!(code, 0);
    assert!(trials(&events) > 5, "{}", trials(&events));
    assert!(trials(&Bench::new("says_null_for_what_there_is_not").test(&[]).1) > 5);
}
