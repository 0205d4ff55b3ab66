//! What of it all is done: filters, partitions, what is left of an earlier run.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bench::Bench;

/// What was judged: subject and check.
fn judged(events: &[Value]) -> BTreeSet<(String, String)> {
    let judged = events.iter().filter(|event| event["event"] == "check_judged");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    judged.map(|event| (text(&event["subject"]), text(&event["check"]))).collect()
}

fn subjects(events: &[Value]) -> BTreeSet<String> {
    judged(events).into_iter().map(|(subject, _)| subject).collect()
}

/// Connectors `a` and `b`, each with two scenarios.
fn two() -> Bench {
    let bench = Bench::empty();
    for folder in ["a/", "b/"] {
        bench.broken(folder, "none");
        bench.scenario(folder, "other");
    }
    bench
}

#[test]
fn a_filter_plays_the_scenarios_that_it_picks_and_counts_the_checks_that_it_leaves_out() {
    let bench = two();
    let filter = "connector(=a) & scenario(oth) & check(records_match)";
    let (code, events) = bench.judge(&["a", "b", "-E", filter]);
    assert_eq!(code, 0);
    assert_eq!(judged(&events), [("a/other".to_owned(), "records_match_schema".to_owned())].into());
    let started: Vec<&Value> = events.iter().filter(|event| event["event"] == "connector_started").collect();
    assert_eq!((started.len(), &started[0]["scenarios_filtered"]), (1, &1.into()));
    let left_out = connector_harness::checks::ALL.len() - 1;
    assert_eq!(events.last().unwrap()["filtered"], left_out);
    assert!(
        events.iter().all(|event| event["event"] != "invocation_started" || event["subject"] != "a/normal")
    );
}

#[test]
fn a_filter_that_leaves_nothing_says_so_and_one_that_is_wrong_is_pointed_at() {
    let bench = two();
    let output = bench.harness(&["test", "a", "b", "-E", "scenario(nobody)"], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("of 2 connectors -E leaves none"), "{said}");
    let output = bench.harness(&["test", "a", "-E", "scenario(a) & chekc(b)"], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("column 15") && said.contains("`chekc` is no word of it"), "{said}");
}

#[test]
fn what_everything_stands_on_is_judged_whatever_was_chosen() {
    let bench = Bench::of(&["sh", "-c", "exit 1"]);
    let (code, _) = bench.test(&["-E", "scenario(normal) & check(records_match_schema)"]);
    assert_eq!(code, 1);
}

#[test]
fn the_parts_of_a_partition_are_the_whole_and_none_is_judged_twice() {
    let bench = two();
    let (_, whole) = bench.judge(&["a", "b", "--quick"]);
    for kind in ["hash", "slice"] {
        let mut seen = BTreeSet::new();
        for part in 1..=3 {
            let partition = format!("{kind}:{part}/3");
            let output = bench.harness(
                &["test", "a", "b", "--quick", "--partition", &partition, "--format", "json"],
                &[("INSTA_UPDATE", "always")],
            );
            let text = String::from_utf8(output.stdout).unwrap();
            let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert!(events.is_empty() == (output.status.code() == Some(5)), "{partition}");
            for one in judged(&events) {
                assert!(seen.insert(one.clone()), "{one:?} is judged twice, in {partition}");
            }
        }
        assert_eq!(seen, judged(&whole), "{kind}");
    }
}

#[test]
fn what_failed_is_left_until_it_passes() {
    let bench = two();
    let good = bench.read("a/harness.toml");
    bench.broken("a/", "prints_a_text_for_a_number");
    let (code, _) = bench.judge(&["a", "b"]);
    assert_eq!(code, 1);
    let (_, events) = bench.judge(&["--rerun", "latest"]);
    assert_eq!(subjects(&events), ["a/normal", "a/other"].map(str::to_owned).into(), "b has passed");

    bench.write("a/harness.toml", &good);
    let (code, events) = bench.judge(&["--rerun", "latest", "--scenario", "normal"]);
    assert_eq!((code, subjects(&events)), (0, ["a/normal".to_owned()].into()));
    let (code, events) = bench.judge(&["-R", "latest"]);
    assert_eq!(
        (code, subjects(&events)),
        (0, ["a/other".to_owned()].into()),
        "what was not run again is left"
    );
    let output = bench.harness(&["test", "-R", "latest"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Nothing is outstanding"));
}

#[test]
fn a_rerun_of_what_never_ran_is_a_usage_error() {
    let bench = two();
    for from in ["latest", "nowhere.json"] {
        let output = bench.harness(&["test", "--rerun", from], &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("without --rerun first"), "{said}");
    }
}
