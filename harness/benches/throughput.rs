//! How fast a large read is judged: `cargo bench -p connector-harness --bench throughput`.
//!
//! Runs `harness test`, built for release, on a connector that prints a million RECORD messages of about 1 KB, all different, as
//! fast as it can: this program, told to be one. Prints megabytes (10^6 bytes) a second of every read, and the most memory
//! that the harness held. `-- --records N` reads another number of them.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark"
)]

mod orders;

use std::io::{self, BufWriter, Write};
use std::process::{Command, ExitCode, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

const RECORDS: usize = 1_000_000;

/// The number of the first; no number of a record has more digits.
const FIRST: usize = 1_000_000_000;

/// By which argument this program is told to be the connector.
const CONNECTOR: &str = "connector";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == CONNECTOR) {
        let records = arguments[2].parse().unwrap();
        // The harness may have heard enough.
        return connector(&arguments[3..], records).unwrap_or(ExitCode::FAILURE);
    }
    if arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` runs benchmarks too, without this.
        let asked = arguments.iter().position(|argument| argument == "--records");
        measure(asked.map_or(RECORDS, |at| arguments[at + 1].parse().unwrap()));
    }
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn measure(records: usize) {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("fixtures/large");
    std::fs::create_dir_all(&scenario).unwrap();
    std::fs::write(scenario.join("config.json"), "{}").unwrap();
    let this = std::env::current_exe().unwrap();
    let command = json!([this, CONNECTOR, records.to_string()]);
    std::fs::write(folder.path().join("harness.toml"), format!("command = {command}\n")).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["test", "--format", "json", "--timeout", "600"])
        .arg(folder.path())
        .env("CI", "true") // write nothing
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let bytes = record(0).len() * records;
    println!("a read of {records} records of {} bytes", record(0).len());
    let text = String::from_utf8(output.stdout).unwrap();
    for event in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if event["event"] == "check_judged" && event["verdict"] == "fail" && event["level"] == "must" {
            println!("condemned by {}: {}", event["check"], event["findings"][0]);
        } else if event["event"] == "invocation_finished" && event["records"] == records {
            let seconds = event["duration_ms"].as_f64().unwrap() / 1e3;
            println!("{:<12} {seconds:>6.1} s  {:>5.0} MB/s", event["command"], bytes as f64 / seconds / 1e6);
        }
    }
    // Of all processes below this one; those of the connector hold next to nothing.
    let most = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    println!("memory of the harness at most {} MB", most * 1024 / 1_000_000);
}

/// With the same length for all: only the digits of their number differ.
fn record(id: usize) -> String {
    orders::record(FIRST + id).to_string() + "\n"
}

fn print_records(stdout: &mut impl Write, records: usize) -> io::Result<()> {
    let mut line = record(0).into_bytes();
    let first = FIRST.to_string();
    let places: Vec<usize> = memchr::memmem::find_iter(&line, &first).collect();
    for id in FIRST..FIRST + records {
        let digits = id.to_string();
        for place in &places {
            line[*place..*place + first.len()].copy_from_slice(digits.as_bytes());
        }
        stdout.write_all(&line)?;
    }
    Ok(())
}

fn connector(arguments: &[String], records: usize) -> io::Result<ExitCode> {
    let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let stream = json!({
        "name": "orders", "json_schema": orders::schema(), "supported_sync_modes": ["full_refresh"],
        "source_defined_primary_key": [["id"]],
    });
    let message = match arguments[0].as_str() {
        "spec" => json!({"type": "SPEC", "spec": {"connectionSpecification": {"type": "object"}}}),
        "check" => json!({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}}),
        "discover" => json!({"type": "CATALOG", "catalog": {"streams": [stream]}}),
        _ if !reads_orders(arguments) => json!({"type": "TRACE", "trace": {
            "type": "ERROR", "emitted_at": 0,
            "error": {"message": "there are orders and no other stream", "failure_type": "config_error"},
        }}),
        _ => {
            print_records(&mut stdout, records)?;
            json!({"type": "STATE", "state": {
                "type": "STREAM", "stream": {"stream_descriptor": {"name": "orders"}, "stream_state": {}},
                "sourceStats": {"recordCount": records},
            }})
        }
    };
    writeln!(stdout, "{message}")?;
    stdout.flush()?;
    Ok(if message["trace"].is_null() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn reads_orders(arguments: &[String]) -> bool {
    let place = arguments.iter().position(|argument| argument == "--catalog").unwrap();
    let catalog: Value =
        serde_json::from_str(&std::fs::read_to_string(&arguments[place + 1]).unwrap()).unwrap();
    catalog["streams"].as_array().unwrap().iter().any(|configured| configured["stream"]["name"] == "orders")
}
