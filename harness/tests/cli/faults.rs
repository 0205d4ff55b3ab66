//! Every fault is condemned by the check that is meant for it and by no other; every check has its fault.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use connector_harness::checks::{self, Level};
use serde_json::Value;

use crate::bench::{Bench, HARNESS, condemned_by};

/// The table of `src/broken`.
fn table() -> Vec<Value> {
    let output = Command::new(HARNESS).args(["broken", "--list"]).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn judge(fault: &Value) {
    let name = fault["name"].as_str().unwrap();
    // Elsewhere a process that leaves its group is not found: see `leftovers.rs`. `setsid` is not there either.
    if name.contains("daemon") && !cfg!(target_os = "linux") {
        return;
    }
    let bench = Bench::new(name);
    bench.write("fixtures/normal/scenario.toml", fault["scenario"].as_str().unwrap());
    let settings = format!("{}{}", bench.read("harness.toml"), fault["settings"].as_str().unwrap());
    bench.write("harness.toml", &settings);
    bench.record(fault["recorded"].as_array().unwrap());
    for file in fault["files"].as_array().unwrap() {
        bench.write(&format!("fixtures/normal/{}", file[0].as_str().unwrap()), file[1].as_str().unwrap());
    }
    // What hangs, hangs for as long as we let it; what does not may take its time on a busy machine.
    let timeout = if fault["condemned_by"] == "process_ends_by_itself" { "2" } else { "60" };
    let (code, events) = bench.test(&["--timeout", timeout]);
    if fault["sandboxed"] == true && events[0]["rung"] != "sandbox" {
        return;
    }

    let expected: Vec<&str> = fault["condemned_by"].as_str().into_iter().collect();
    assert_eq!(condemned_by(&events), expected, "{name}:\n{events:#?}");
    let condemns = expected.iter().any(|id| checks::find(id).unwrap().level == Level::Must);
    assert_eq!(code, i32::from(condemns), "{name}");
    if let Ok(pid) = std::fs::read_to_string(bench.path().join("pids")) {
        assert!(is_gone(&pid), "{name} left process {pid} behind");
    }
}

fn is_gone(pid: &str) -> bool {
    // `kill -0` asks without harming.
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if !Command::new("kill").args(["-0", pid.trim()]).output().unwrap().status.success() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// In parts, so that they run side by side.
macro_rules! parts {
    ($($test:ident: $part:literal;)*) => {
        $(#[test]
        fn $test() {
            table().iter().skip($part).step_by(4).for_each(judge);
        })*
    };
}

parts! {
    every_fault_is_condemned_by_its_check_alone_1: 0;
    every_fault_is_condemned_by_its_check_alone_2: 1;
    every_fault_is_condemned_by_its_check_alone_3: 2;
    every_fault_is_condemned_by_its_check_alone_4: 3;
}

#[test]
fn every_check_has_a_fault_that_it_condemns() {
    let table = table();
    let seen: BTreeSet<&str> = table.iter().filter_map(|fault| fault["condemned_by"].as_str()).collect();
    let all: BTreeSet<&str> = checks::ALL.iter().map(|check| check.id).collect();
    assert_eq!(seen, all);
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
