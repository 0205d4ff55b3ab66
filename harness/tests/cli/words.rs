//! Exit codes, the reports, and what is said when something is wrong.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::Bench;

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_good_connector_waits_for_review_once_and_conforms_from_then_on() {
    let bench = Bench::new("none");
    let first = bench.harness(&["test", "."], &[]);
    assert_eq!(first.status.code(), Some(6), "{}", stderr(&first));
    assert!(stderr(&first).contains("harness review"), "{}", stderr(&first));
    assert!(bench.path().join("snapshots/normal/read.snap.new").exists());

    let review = bench.harness(&["review"], &[]);
    assert_eq!(review.status.code(), Some(6));
    assert!(
        stdout(&review).contains("+{\"record\":{\"data\":{\"id\":1,\"name\":\"Ada\"}"),
        "{}",
        stdout(&review)
    );

    let accept = bench.harness(&["accept"], &[]);
    assert_eq!(accept.status.code(), Some(0));
    let second = bench.harness(&["test", "."], &[]);
    assert_eq!(second.status.code(), Some(0), "{}", stderr(&second));
    assert!(stderr(&second).contains("Conforms"), "{}", stderr(&second));
}

#[test]
fn in_ci_a_changed_snapshot_is_reported_and_nothing_is_written() {
    let bench = Bench::new("none");
    bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]);
    let snapshot = bench.read("snapshots/normal/read.snap").replace("Ada", "Eve");
    bench.write("snapshots/normal/read.snap", &snapshot);
    let output = bench.harness(&["test", "."], &[("CI", "true"), ("INSTA_UPDATE", "always")]);
    assert_eq!(output.status.code(), Some(6));
    assert!(
        stderr(&output).contains("-{\"record\":{\"data\":{\"id\":1,\"name\":\"Eve\"}"),
        "{}",
        stderr(&output)
    );
    assert!(!bench.path().join("snapshots/normal/read.snap.new").exists());
    assert_eq!(bench.read("snapshots/normal/read.snap"), snapshot);
}

#[test]
fn two_runs_write_the_same_bytes() {
    let snapshots = || {
        let bench = Bench::new("none");
        bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]);
        ["spec", "normal/check", "normal/discover", "normal/read", "normal/requests"].map(|name| {
            bench.read(&format!("snapshots/{name}.snap")).lines().skip(3).collect::<Vec<_>>().join("\n")
        })
    };
    assert_eq!(snapshots(), snapshots());
}

#[test]
fn a_failure_says_must_want_got_and_more() {
    let bench = Bench::new("prints_a_text_for_a_number");
    let output = bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]);
    let text = stderr(&output);
    for part in [
        "FAIL  records_match_schema",
        "must   Every RECORD conforms to the json_schema of its stream.",
        "want   /data/id integer",
        "got    \"1\"   users, read, stdout line 3",
        "more   harness explain records_match_schema",
        "again  harness test . --scenario normal -E 'check(=records_match_schema)'",
        "Does not conform",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn a_request_that_nobody_recorded_is_shown_with_the_nearest_one() {
    let bench = Bench::new("asks_for_what_nobody_recorded");
    let text = stderr(&bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]));
    assert!(text.contains("GET http://api.broken.test/users?page=2"), "{text}");
    assert!(text.contains("nearest recorded one differs in query"), "{text}");
}

#[test]
fn a_secret_is_masked_even_where_its_leak_is_reported() {
    let bench = Bench::new("logs_the_key");
    let output = bench.harness(&["test", ".", "--verbose"], &[("INSTA_UPDATE", "always")]);
    assert!(stderr(&output).contains("secrets_stay_secret"));
    assert!(!stderr(&output).contains("canary-5b1c9e"), "{}", stderr(&output));
    let (_, events) = bench.test(&[]);
    assert!(!Value::from(events).to_string().contains("canary-5b1c9e"));
}

#[test]
fn a_secret_is_masked_in_a_snapshot_even_where_it_may_be_printed() {
    let bench = Bench::new("says_all_that_may_be_said");
    bench.test(&[]);
    let snapshot = bench.read("snapshots/normal/read.snap");
    assert!(
        snapshot.contains(r#"{"config":{"key":"****"}}"#) && !snapshot.contains("canary-5b1c9e"),
        "{snapshot}"
    );
}

#[test]
fn a_should_that_is_strict_is_said_as_a_failure() {
    let bench = Bench::new("does_not_count");
    let output = bench.harness(&["test", ".", "--strict"], &[]);
    let text = stderr(&output);
    assert!(text.contains("FAIL  state ") && text.contains("FAIL  state_carries_record_count"), "{text}");
}

#[test]
fn what_a_connector_says_does_not_rule_the_terminal() {
    let bench = Bench::new("prints_records_of_a_forger");
    let text = stderr(&bench.harness(&["test", "."], &[]));
    assert!(text.contains(r"users\u{1b}[2J\nPASS  all"), "{text}");
}

#[test]
fn a_should_warns_and_condemns_only_where_it_is_strict() {
    let bench = Bench::new("does_not_count");
    let (code, _) = bench.test(&[]);
    assert_eq!(code, 0);
    let (code, _) = bench.test(&["--strict"]);
    assert_eq!(code, 1);
}

#[test]
fn the_json_report_begins_and_ends_and_counts() {
    let (code, events) = Bench::new("none").test(&[]);
    assert_eq!(code, 0);
    let (first, last) = (&events[0], events.last().unwrap());
    assert_eq!((&first["event"], &first["connectors"]), (&"run_started".into(), &1.into()));
    assert_eq!((&events[1]["event"], &events[1]["invocations"]), (&"connector_started".into(), &4.into()));
    let rest = &events[1..events.len() - 1];
    assert!(
        rest.iter()
            .all(|event| event["connector"] == events[1]["connector"] && event["connector"].is_string())
    );
    assert_eq!((&last["event"], &last["exit_code"]), (&"run_finished".into(), &0.into()));
    assert_eq!(last["snapshots_matched"], 5);
    let read =
        events.iter().find(|event| event["event"] == "invocation_finished" && event["command"] == "read");
    assert_eq!(read.unwrap()["records"], 2);
    assert_eq!(read.unwrap()["requests"], 1);
}

#[test]
fn what_is_wrong_with_the_files_is_a_usage_error_that_names_them() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("harness.toml", "comand = [\"x\"]", &["harness.toml:1: comand: ", "did you mean `command`?"]),
        ("fixtures/normal/config.json", "{\"key\": }", &["normal/config.json", "line 1"]),
        (
            "fixtures/normal/scenario.toml",
            "[expect]\nread = \"fail\"",
            &["scenario.toml:2: expect.read: ", "did you mean `fails`?"],
        ),
        (
            "fixtures/normal/scenario.toml",
            "now = \"yesterday\"",
            &["scenario.toml:1: now: ", "yesterday", "timestamp"],
        ),
        (
            "harness.toml",
            "command = [\"x\"]\nallowed_hosts = [\"https://a.test\"]",
            &["harness.toml:2: allowed_hosts[0]: ", "without scheme"],
        ),
        ("metadata.yaml", "data:\n  allowedHosts: no", &["metadata.yaml", "line 2"]),
        (
            "fixtures/normal/scenario.toml",
            "[budget]\nmax_request = 3",
            &["scenario.toml:2: budget.max_request: ", "did you mean `max_requests`?"],
        ),
        (
            "fixtures/normal/scenario.toml",
            "[[empty_stream]]\nname = \"a\"\nreason = \"\"",
            &[":3: empty_stream[0].reason: "],
        ),
        (
            "fixtures/normal/configured_catalog.json",
            "{\"strams\": []}",
            &["configured_catalog.json", "streams"],
        ),
        ("fixtures/normal/state.json", "5", &["state.json", "STATE messages"]),
        (
            "fixtures/normal/cassette.json",
            "{\"cassette\": 2, \"interactions\": []}",
            &["cassette.json", "version"],
        ),
    ];
    for (file, text, wanted) in cases {
        let bench = Bench::new("none");
        bench.write(file, text);
        let output = bench.harness(&["test", "."], &[]);
        assert_eq!(output.status.code(), Some(4), "{file}: {}", stderr(&output));
        for word in *wanted {
            assert!(stderr(&output).contains(word), "{word:?} is not in\n{}", stderr(&output));
        }
    }
}

#[test]
fn no_scenario_means_that_nothing_was_judged() {
    let bench = Bench::new("none");
    let output = bench.harness(&["test", ".", "--scenario", "other"], &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(stderr(&output).contains("there are normal"), "{}", stderr(&output));
    std::fs::remove_dir_all(bench.path().join("fixtures")).unwrap();
    let output = bench.harness(&["test", "."], &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(stderr(&output).contains("<scenario>/config.json"), "{}", stderr(&output));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let bench = Bench::new("none");
    for arguments in
        [&["test", "--jobs", "0"][..], &["test", "nowhere"], &["explain", "records_match"], &["frob"]]
    {
        let output = bench.harness(arguments, &[]);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}", stderr(&output));
    }
    let output = bench.harness(&["explain", "records_match"], &[]);
    assert!(stderr(&output).contains("did you mean") && stderr(&output).contains("records_match_schema"));
}

#[test]
fn list_and_explain_say_what_every_check_is() {
    let bench = Bench::new("none");
    let list = stdout(&bench.harness(&["list"], &[]));
    for check in connector_harness::checks::ALL {
        assert!(list.contains(check.id), "{} is not listed", check.id);
        let explained = stdout(&bench.harness(&["explain", check.id], &[]));
        assert!(explained.contains(check.requirement) && explained.contains("Condemns"), "{explained}");
    }
}

#[test]
fn a_snapshot_of_nothing_is_pointed_out() {
    let bench = Bench::new("none");
    bench.write("snapshots/gone/read.snap", "---\nsource: x\n---\ny\n");
    let output = bench.harness(&["test", "."], &[("INSTA_UPDATE", "always")]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("gone/read.snap"), "{}", stderr(&output));
}

#[test]
fn what_is_asked_to_stop_ends_every_process_and_says_so() {
    let bench = Bench::new("hangs");
    let harness = bench.command(&["test", ".", "--timeout", "600"], &[]).spawn().unwrap();
    let pids = bench.path().join("pids");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !pids.exists() {
        assert!(Instant::now() < deadline, "the connector was never started");
        std::thread::yield_now();
    }
    let stopped = Command::new("kill").args(["-TERM", &harness.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let output = harness.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("Interrupted"), "{}", stderr(&output));
    let left = Command::new("kill").args(["-0", &bench.read("pids")]).output().unwrap();
    assert!(!left.status.success(), "the connector runs on");
}

#[test]
fn without_a_spec_no_config_is_handed_out() {
    let bench = Bench::of(&["sh", "-c", "cat \"$2\" 2>/dev/null; exit 1", "x"]);
    let (code, events) = bench.test(&[]);
    assert_eq!(code, 1);
    assert!(!events.iter().any(|event| event["event"] == "invocation_started" && event["command"] != "spec"));
    assert!(!Value::from(events).to_string().contains("canary"));
}

#[test]
fn of_what_a_check_condemns_no_snapshot_is_proposed() {
    let bench = Bench::new("prints_a_text_for_a_number");
    let output = bench.harness(&["test", "."], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(bench.path().join("snapshots/spec.snap.new").exists(), "the connector itself is not condemned");
    assert!(!bench.path().join("snapshots/normal").exists());
    assert!(
        stderr(&output).contains("4 new or changed, to be reviewed once the checks pass"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn verdicts_are_said_even_where_snapshots_cannot_be_written() {
    let bench = Bench::new("none");
    bench.write("snapshots", "in the way");
    let output = bench.harness(&["test", "."], &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("PASS  records") && stderr(&output).contains("failed to write"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_was_asked_for_is_a_snapshot_of_its_own() {
    let bench = Bench::new("waits_for_a_job");
    let answer = |status: u16| serde_json::json!({"request": {"method": "GET", "url": "http://api.broken.test/jobs/1"}, "response": {"status": status}});
    bench.record(&[answer(429), answer(200), answer(200), answer(200)]);
    bench.write("fixtures/normal/scenario.toml", "[budget]\nmax_duplicates = 2");
    let (code, _) = bench.test(&[]);
    assert_eq!(code, 0);
    let snapshot = bench.read("snapshots/normal/requests.snap");
    let wanted = "$ check\n$ discover\n$ read\n> GET http://api.broken.test/jobs/{id}  x4 (200 x3, 429)\n\
                  > GET http://api.broken.test/users  x1\n";
    assert!(snapshot.ends_with(wanted), "{snapshot}");
}
