//! Several connectors in one call.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::{Bench, condemned_by};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

#[test]
fn connectors_are_told_of_in_the_order_of_the_call_and_counted_together() {
    let bench = Bench::empty();
    bench.broken("a/", "none");
    bench.broken("b/", "prints_a_text_for_a_number");
    bench.broken("c/", "none");
    let (code, events) = bench.judge(&["c", "b", "a", "-j", "2"]);
    assert_eq!(code, 1);
    let mut order: Vec<&str> = events.iter().filter_map(|event| event["connector"].as_str()).collect();
    order.dedup();
    assert_eq!(order, ["c", "b", "a"]);
    let ends = of_kind(&events, "connector_finished");
    let codes: Vec<i64> = ends.iter().map(|event| event["exit_code"].as_i64().unwrap()).collect();
    assert_eq!(codes, [0, 1, 0]);
    let last = events.last().unwrap();
    assert_eq!((&last["connectors"], &last["connectors_failed"]), (&3.into(), &1.into()));
    for field in ["passed", "failed", "skipped", "invocations", "snapshots_matched"] {
        let sum: i64 = ends.iter().map(|event| event[field].as_i64().unwrap()).sum();
        assert_eq!(last[field], sum, "{field}");
    }
}

#[test]
fn one_that_conforms_is_a_line_and_what_fails_is_shown_in_full() {
    let bench = Bench::empty();
    bench.broken("a/", "none");
    bench.broken("b/", "prints_a_text_for_a_number");
    let output = bench.harness(&["test", "a", "b"], &[("INSTA_UPDATE", "always")]);
    let said = text(&output.stderr);
    assert_eq!(said.lines().filter(|line| line.starts_with("PASS")).count(), 1, "{said}");
    for part in [
        "PASS  a  ",
        "FAIL  b  ",
        "FAIL  records_match_schema   b/normal",
        "again  harness test b --scenario normal",
        "Does not conform  1 of 2 connectors conform; b does not",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn one_that_cannot_be_judged_does_not_keep_the_others_from_it() {
    let bench = Bench::empty();
    bench.broken("a/", "none");
    bench.write("b/harness.toml", "comand = []");
    bench.write("list", "# all of them\na\nb\nnowhere\n");
    let (code, events) = bench.judge(&["@list"]);
    assert_eq!(code, 4);
    let unjudged = of_kind(&events, "connector_unjudged");
    let names: Vec<&str> = unjudged.iter().map(|event| event["connector"].as_str().unwrap()).collect();
    assert_eq!(names, ["b", "nowhere"]);
    assert!(unjudged[0]["why"].as_str().unwrap().contains("comand") && unjudged[0]["cause"] == "error");
    assert_eq!(of_kind(&events, "connector_finished")[0]["exit_code"], 0);
    assert_eq!(events.last().unwrap()["connectors_unjudged"], 2);
}

#[test]
fn where_none_can_be_judged_all_are_said() {
    let bench = Bench::empty();
    let (code, events) = bench.judge(&["nowhere", "neither"]);
    assert_eq!((code, of_kind(&events, "connector_unjudged").len()), (4, 2));
    assert_eq!(events.last().unwrap()["event"], "run_finished");
}

#[test]
fn connectors_of_one_name_are_told_apart() {
    let bench = Bench::empty();
    bench.broken("a/x/", "none");
    bench.broken("b/x/", "none");
    let (code, events) = bench.judge(&["a/x", "b/x"]);
    assert_eq!(code, 0);
    let names: Vec<&Value> =
        of_kind(&events, "connector_started").iter().map(|event| &event["connector"]).collect();
    assert_eq!(names, ["a/x", "b/x"]);
    assert!(bench.path().join("a/x/snapshots/normal/read.snap").exists());
}

#[test]
fn after_enough_have_failed_no_other_is_begun() {
    let bench = Bench::empty();
    bench.broken("a/", "prints_a_text_for_a_number");
    for folder in ["b/", "c/"] {
        bench.broken(folder, "none");
    }
    let (code, events) = bench.judge(&["a", "b", "c", "-j", "1", "--max-fail", "1"]);
    assert_eq!(code, 1);
    let unjudged = of_kind(&events, "connector_unjudged");
    let causes: Vec<&Value> = unjudged.iter().map(|event| &event["cause"]).collect();
    assert_eq!(causes, ["max_fail", "max_fail"]);
    let (code, events) = bench.judge(&["a", "b", "c", "-j", "1", "--no-fail-fast"]);
    assert_eq!((code, of_kind(&events, "connector_finished").len()), (1, 3));
}

#[test]
fn a_signal_ends_all_that_is_under_way_and_says_what_was_not_judged() {
    let bench = Bench::empty();
    bench.broken("a/", "hangs");
    bench.broken("b/", "hangs");
    bench.broken("c/", "none");
    let arguments = ["test", "a", "b", "c", "-j", "2", "--timeout", "600", "--format", "json"];
    let harness = bench.command(&arguments, &[]).spawn().unwrap();
    let pids = ["a/pids", "b/pids"].map(|file| bench.path().join(file));
    let deadline = Instant::now() + Duration::from_secs(120);
    while !pids.iter().all(|file| file.exists()) {
        assert!(Instant::now() < deadline, "the connectors were never started");
        std::thread::yield_now();
    }
    let stopped = Command::new("kill").args(["-INT", &harness.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let output = harness.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let events: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let unjudged = of_kind(&events, "connector_unjudged");
    let causes: Vec<&Value> = unjudged.iter().map(|event| &event["cause"]).collect();
    assert_eq!(causes, ["interrupted", "interrupted", "interrupted"]);
    assert_eq!(events.last().unwrap()["event"], "interrupted");
    for file in pids {
        let pid = std::fs::read_to_string(file).unwrap();
        let left = Command::new("kill").args(["-0", pid.trim()]).output().unwrap();
        assert!(!left.status.success(), "a connector runs on");
    }
}

#[test]
fn each_connector_answers_for_what_it_does_alone() {
    let bench = Bench::empty();
    bench.broken("a/", "leaves_a_daemon");
    bench.broken("b/", "none");
    let (_, events) = bench.judge(&["a", "b", "-j", "2"]);
    for name in ["a", "b"] {
        let own: Vec<Value> = events.iter().filter(|event| event["connector"] == name).cloned().collect();
        let wanted: &[&str] = if name == "a" { &["process_leaves_none_behind"] } else { &[] };
        assert_eq!(condemned_by(&own), wanted, "{name}");
    }
}
