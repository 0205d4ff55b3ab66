//! What the harness itself costs: `cargo bench -p connector-harness --bench overhead`.
//!
//! Runs `harness test` on the exchange-rates connector, both built for release, and prints the wall time of the whole
//! program, of the connector's own processes, and the difference: replay servers, checks, snapshots, report. Then what
//! the sandbox adds to each process, and to each run.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

const RUNS: usize = 15;

#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn main() {
    // `cargo test --all-targets` runs benchmarks too, without this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let connector =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference-connectors/source-exchange-rates");
    // The first run builds it.
    let (_, first) = run(&connector, &["--cargo-profile", "release"]);
    let binary = PathBuf::from(first[1]["command"][0].as_str().unwrap());
    let own = |folder: &str| {
        connector.join("../..").join(folder).join("source-exchange-rates").display().to_string()
    };
    let (fixtures, snapshots) = (own("fixtures"), own("snapshots"));
    let by_path = ["--fixtures", &fixtures, "--snapshots", &snapshots];

    println!("harness test source-exchange-rates, release, median of {RUNS} runs, milliseconds");
    for (title, path, arguments) in [
        ("the binary", binary.as_path(), by_path.as_slice()),
        (
            "the cargo package (asks cargo whether it is fresh)",
            connector.as_path(),
            &["--cargo-profile", "release"],
        ),
    ] {
        let mut runs: Vec<(f64, f64)> = (0..RUNS).map(|_| timed(path, arguments)).collect();
        runs.sort_by(|one, other| (one.0 - one.1).total_cmp(&(other.0 - other.1)));
        let (whole, connectors) = runs[RUNS / 2];
        println!(
            "{title}: whole {whole:.0}, connector's processes {connectors:.0}, own cost {:.0}, own / whole = {:.2}",
            whole - connectors,
            (whole - connectors) / whole,
        );
    }
    if cfg!(target_os = "linux") {
        sandbox();
    }
}

/// How many processes are timed with a sandbox, and how many without.
const PROCESSES: usize = 30;

/// What the sandbox adds to the `spec` of a connector that does next to nothing, and to what comes before the first
/// process.
#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn sandbox() {
    let folder = std::env::temp_dir().join(format!("harness-overhead-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("fixtures/normal")).unwrap();
    std::fs::write(folder.join("fixtures/normal/config.json"), "{}").unwrap();
    let connector = folder.join("connector.sh");
    let spec = r#"{"type":"SPEC","spec":{"connectionSpecification":{}}}"#;
    std::fs::write(&connector, format!("[ $1 = spec ] && echo '{spec}'\n")).unwrap();
    std::fs::write(folder.join("harness.toml"), "command = [\"sh\", \"connector.sh\"]\n").unwrap();
    // Side by side, so that what else the machine does meets both.
    let mut times: Vec<Both> = (0..PROCESSES)
        .map(|_| {
            ["off", "auto"].map(|mode| {
                let (_, events) = run(&folder, &["--quick", "--sandbox", mode]);
                let event = |name: &str| events.iter().find(|event| event["event"] == name).unwrap();
                let rung = if mode == "off" { "environment" } else { "sandbox" };
                assert_eq!(event("connector_started")["rung"], rung, "{}", event("connector_started"));
                let spec = event("invocation_finished")["duration_ms"].as_f64().unwrap();
                (spec, event("connector_started")["at_ms"].as_f64().unwrap())
            })
        })
        .collect();
    std::fs::remove_dir_all(&folder).unwrap();
    let mut median = |of: &dyn Fn(&Both) -> f64| {
        times.sort_by(|one, other| of(one).total_cmp(&of(other)));
        of(&times[PROCESSES / 2])
    };
    let [off, inside] = [median(&|it| it[0].0), median(&|it| it[1].0)];
    println!("spec of a line of shell, median of {PROCESSES}, milliseconds");
    println!("without a sandbox {off:.1}, in one {inside:.1}, the sandbox adds {:.1}", inside - off);
    let [off, inside] = [median(&|it| it[0].1), median(&|it| it[1].1)];
    println!("before the first process {off:.0}, where a sandbox is tried and prepared {inside:.0}");
}

/// Of one try without a sandbox and one in it: milliseconds of `spec`, and until it could begin.
type Both = [(f64, f64); 2];

/// Milliseconds: of the whole program, and of those during which a process of the connector ran.
fn timed(path: &Path, arguments: &[&str]) -> (f64, f64) {
    let began = Instant::now();
    let (whole, events) = run(path, arguments);
    let finished = events.last().unwrap();
    assert_eq!(finished["exit_code"], 0, "{finished} after {:?}", began.elapsed());
    (whole, finished["connector_ms"].as_f64().unwrap())
}

fn run(path: &Path, arguments: &[&str]) -> (f64, Vec<Value>) {
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["test", "--format", "json"])
        .arg(path)
        .args(arguments)
        .env("CI", "true") // write nothing
        .output()
        .unwrap();
    let whole = began.elapsed().as_secs_f64() * 1e3;
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!events.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (whole, events)
}
