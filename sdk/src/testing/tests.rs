use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::{Clock, Cursor, Outcome, Partitions, RawValue, Result, Source, Spec, Stream};

/// Streams that each show one thing.
struct Shop;

#[derive(Deserialize, schemars::JsonSchema)]
struct Config {
    key: crate::Secret,
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": { "id": { "type": "integer" }, "name": { "type": ["string", "null"], "maxLength": 5 } }
}"#;

impl Source for Shop {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.shop.test")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        if config.key.expose() == "right" { Ok(()) } else { Err(crate::Error::config("no such key")) }
    }

    async fn streams(&self, _: &Config) -> Result<Vec<Stream>> {
        let loose =
            [r#"{"id": "12345678901234567890", "name": 7}"#, r#"{"id": "x", "name": "somebody", "age": 4}"#];
        let migrated = Stream::new("migrated", SCHEMA)
            .migrate_state(|old| Ok(old.into_iter().map(|(_, value)| ("id".to_owned(), value)).collect()))
            .incremental(Cursor::integer("id"), async |slice, records| {
                records.push(&json!({ "id": 9, "name": slice.start() }))
            });
        let broken = Partitions::new(async |found| found.push(&json!({ "id": 1 })));
        Ok(vec![
            Stream::new("loose", SCHEMA).normalized().full_refresh(async move |records| {
                loose
                    .iter()
                    .try_for_each(|record| records.push(&RawValue::from_string((*record).into()).unwrap()))
            }),
            Stream::new("as_sent", SCHEMA)
                .namespace("shelf")
                .full_refresh(async |records| records.push(&json!({ "id": "7", "age": 4 }))),
            migrated,
            Stream::new("orphans", SCHEMA).for_each(broken).full_refresh(async |_, _| Ok(())),
            Stream::new("clocked", SCHEMA)
                .full_refresh(async |records| records.push(&json!({ "name": Clock::current().today() }))),
        ])
    }
}

fn trial() -> Trial<'static, Shop> {
    Trial::of(&Shop, json!({ "key": "right" })).now("2024-01-03T12:00:00Z")
}

#[tokio::test]
async fn a_normalized_stream_says_what_its_records_have_lost() {
    let read = trial().read(["loose"]).await;
    let records: Vec<Value> =
        read.messages().iter().filter(|line| line["type"] == "RECORD").cloned().collect();
    assert_eq!(records[0]["record"]["data"], json!({ "id": 12_345_678_901_234_567_890_u64, "name": "7" }));
    assert_eq!(records[0]["record"]["meta"], json!(null));
    assert_eq!(records[1]["record"]["data"]["name"], "someb");
    let changes = records[1]["record"]["meta"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(
        changes.iter().any(|change| change["field"] == "id" && change["change"] == "NULLED"),
        "{changes:?}"
    );
}

#[tokio::test]
async fn fields_that_the_schema_does_not_declare_are_told_once_and_stay() {
    let read = trial().read(["as_sent"]).await;
    assert_eq!(read.records("as_sent"), [json!({ "id": "7", "age": 4 })]);
    let read = trial().read(["loose"]).await;
    let told: Vec<String> =
        read.logs().into_iter().filter(|log| log.contains("does not declare: `age`")).collect();
    assert_eq!(told.len(), 1, "{:?}", read.logs());
    assert_eq!(read.records("loose")[1]["age"], 4);
}

#[tokio::test]
async fn a_state_of_an_earlier_version_is_migrated() {
    let old = json!([{ "type": "STREAM", "stream": {
        "stream_descriptor": { "name": "migrated" }, "stream_state": { "last": 4 } } }]);
    let read = trial().state(old).read(["migrated"]).await;
    assert_eq!(read.records("migrated"), [json!({ "id": 9, "name": 4 })]);
    assert_eq!(read.states("migrated"), [json!({ "id": 9 })]);
}

#[tokio::test]
async fn check_and_discover_are_answered_as_a_platform_would_see_it() {
    assert_eq!(trial().check().await.status(), ("SUCCEEDED".to_owned(), String::new()));
    let refused = Trial::of(&Shop, json!({ "key": "wrong" })).check().await;
    assert_eq!(refused.status(), ("FAILED".to_owned(), "no such key".to_owned()));
    let catalog = trial().discover().await.catalog();
    assert_eq!(catalog.len(), 5);
    assert_eq!((&catalog[1]["name"], &catalog[1]["namespace"]), (&json!("as_sent"), &json!("shelf")));
    assert_eq!(trial().spec().await.messages()[0]["type"], "SPEC");
}

#[tokio::test]
async fn parents_without_a_key_fail_their_children_and_nobody_else() {
    let read = trial().read(["orphans", "clocked"]).await;
    assert_eq!(read.outcome(), &Outcome::Failed);
    assert_eq!(read.errors(), ["a list of partitions takes `add`, not `push`: it needs a key"]);
    assert_eq!(read.statuses("orphans"), ["STARTED", "INCOMPLETE"]);
    assert_eq!(read.records("clocked"), [json!({ "name": "2024-01-03" })]);
}

#[tokio::test]
async fn a_time_that_is_none_fails_the_command_and_is_named() {
    let read = trial().now("noon").read(["clocked"]).await;
    assert_eq!(read.outcome(), &Outcome::Failed);
    let want = "the time of the trial: want an RFC 3339 timestamp such as 2024-01-08T12:00:00Z, got `noon`";
    assert_eq!(read.errors(), [want]);
}

#[tokio::test]
async fn a_catalog_with_a_stream_twice_is_refused_before_anything_is_read() {
    let read = trial().read(["clocked", "loose", "clocked"]).await;
    assert_eq!(read.outcome(), &Outcome::Failed);
    assert_eq!(read.errors().len(), 1, "{:?}", read.errors());
    assert!(read.errors()[0].contains("the stream `clocked` more than once"), "{:?}", read.errors());
    assert!(read.statuses("loose").is_empty());
}
