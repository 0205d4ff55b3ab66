//! The checks, judged end to end by the connectors that are broken in one way each.

use std::process::Command;

use crate::bench::{Bench, HARNESS, condemned_by};

#[test]
fn every_fault_is_condemned_by_its_check_alone() {
    let output = Command::new(HARNESS).args(["selftest", "--jobs", "4"]).output().unwrap();
    let matrix = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{matrix}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_program_that_is_not_there_is_condemned_and_its_scenarios_are_not_played() {
    for command in [&["./nobody"][..], &["./harness.toml"][..]] {
        let (code, events) = Bench::of(command).test(&[]);
        assert_eq!(condemned_by(&events), ["process_ends_by_itself"]);
        assert_eq!(code, 1);
        let started = events.iter().filter(|event| event["event"] == "invocation_started").count();
        assert_eq!(started, 1, "only spec is tried");
    }
}
