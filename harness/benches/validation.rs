//! How fast output is judged: `cargo bench -p connector-harness --bench validation`.
//!
//! RECORD messages of about 1 KB go through the whole pass over stdout: split into lines, searched for a secret, parsed,
//! judged by the protocol's schema and by their stream's schema. On one thread, so that per second means per core. In
//! the same run, as floors: parsing alone into `serde_json::Value`, and parsing and judging by way of it.

#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark")]

use std::time::{Duration, Instant};

use connector_harness::bench::Judge;
use serde_json::{Value, json};

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
    let chunk: String = (0..CHUNK).flat_map(|id| [record(id).to_string(), "\n".to_owned()]).collect();
    let bytes = chunk.len() / CHUNK;
    println!("RECORD messages of {bytes} bytes, 17 fields and nested objects, one thread");

    let mut judge = Judge::new(&schema());
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
    let by_value = by_value.should_validate_formats(true).build(&schema()).unwrap();
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

fn schema() -> Value {
    let text = json!({"type": ["null", "string"]});
    json!({
        "type": "object",
        "required": ["id", "created_at"],
        "properties": {
            "id": {"type": "integer"},
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": ["null", "string"], "format": "date-time"},
            "email": text, "first_name": text, "last_name": text, "phone": text, "note": text,
            "currency": {"type": "string", "enum": ["usd", "eur", "gbp"]},
            "amount": {"type": "number"},
            "quantity": {"type": ["null", "integer"]},
            "active": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "address": {"type": "object", "properties": {"street": text, "city": text, "zip": text, "country": text}},
            "metadata": {"type": "object"},
            "lines": {"type": "array", "items": {"type": "object", "properties": {
                "sku": text, "price": {"type": "number"}, "count": {"type": "integer"},
            }}},
            "parent": {"type": ["null", "string"]},
        },
    })
}

fn record(id: usize) -> Value {
    json!({"type": "RECORD", "record": {"stream": "orders", "emitted_at": 1_700_000_000_000_u64, "data": {
        "id": id,
        "created_at": "2024-03-01T12:34:56.789Z",
        "updated_at": "2024-03-02T01:02:03+01:00",
        "email": format!("customer-{id}@example.test"),
        "first_name": "Ada", "last_name": "Lovelace", "phone": "+49 30 1234567",
        "note": "please leave the parcel with the neighbours on the second floor, they are at home until six in the \
                 evening; ring twice, the bell is quiet, and mind the step at the door; if nobody answers, the shop on the corner takes parcels until \
                 eight and knows the name, and otherwise any day of next week is as good as this one, thank you",
        "currency": "eur", "amount": 1234.56, "quantity": 3, "active": true,
        "tags": ["new", "priority", "gift"],
        "address": {"street": "Unter den Linden 77", "city": "Berlin", "zip": "10117", "country": "DE"},
        "metadata": {"source": "web", "campaign": "spring", "ab": 7},
        "lines": [
            {"sku": "A-1000", "price": 12.5, "count": 2}, {"sku": "B-2000", "price": 99.0, "count": 1},
            {"sku": "C-3000", "price": 0.99, "count": 40},
        ],
        "parent": null,
    }}})
}
