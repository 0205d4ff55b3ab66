//! How fast output is judged: `cargo bench -p connector-harness --bench validation`.
//!
//! RECORD messages of about 1 KB go through the whole pass over stdout: split into lines, searched for a secret, parsed,
//! judged by the protocol's schema and by their stream's schema. On one thread, so that per second means per core. In
//! the same run, as floors: parsing alone into `serde_json::Value`, and parsing and judging by way of it.

#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark")]

mod orders;

use std::time::{Duration, Instant};

use connector_harness::bench::Judge;
use serde_json::Value;

/// Each part runs for about so long.
const PART: Duration = Duration::from_secs(2);

/// Records in the chunk that is judged again and again.
const CHUNK: usize = 1_000;

#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn main() {
    // `cargo test --all-targets` runs benchmarks too, without this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let chunk: String = (0..CHUNK).flat_map(|id| [orders::record(id).to_string(), "\n".to_owned()]).collect();
    let bytes = chunk.len() / CHUNK;
    println!("RECORD messages of {bytes} bytes, 17 fields and nested objects, one thread");

    let mut judge = Judge::new(&orders::schema());
    let ours = rate(|| judge.feed(chunk.as_bytes()));
    let (records, faults) = judge.finish();
    assert!(records > 0 && faults == 0, "{records} records, {faults} faults");
    println!(
        "judged                                  {ours:>9.0} a second  {:>6.0} MB/s",
        ours * bytes as f64 / 1e6
    );

    let parsed = rate(|| {
        for line in chunk.lines() {
            std::hint::black_box(serde_json::from_str::<Value>(line)).unwrap();
        }
    });
    println!(
        "floor: only parsed into Value           {parsed:>9.0} a second  judged / floor = {:.2}",
        ours / parsed
    );

    let by_value = jsonschema::options().with_draft(jsonschema::Draft::Draft7);
    let by_value = by_value.should_validate_formats(true).build(&orders::schema()).unwrap();
    let usual = rate(|| {
        for line in chunk.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(by_value.is_valid(&value["record"]["data"]));
        }
    });
    println!(
        "the usual way: Value, stream schema only {usual:>8.0} a second  judged / usual = {:.2}",
        ours / usual
    );
}

/// Records a second.
fn rate(mut chunk: impl FnMut()) -> f64 {
    chunk();
    let (began, mut chunks) = (Instant::now(), 0);
    while began.elapsed() < PART {
        chunk();
        chunks += 1;
    }
    f64::from(chunks) * CHUNK as f64 / began.elapsed().as_secs_f64()
}
