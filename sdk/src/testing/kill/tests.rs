use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::testing::Trial;
use crate::{Cursor, Date, Partitions, RawValue, Records, Slice, Spec, Step, Stream};

/// A connector of these streams.
struct Source(fn(&Config) -> Vec<Stream>);

#[derive(Deserialize, schemars::JsonSchema)]
struct Config {
    start_date: Date,
}

pub(super) fn stream(name: &str) -> Stream<crate::Unread> {
    Stream::new(name, r#"{"type": "object", "properties": {}}"#)
}

/// The records whose time lies in the slice.
fn hours(slice: &Slice) -> Vec<Value> {
    let (start, until) = (slice.start().timestamp().as_second(), slice.until().timestamp().as_second());
    (start.div_euclid(3600)..=until.div_euclid(3600))
        .map(|hour| hour * 3600)
        .filter(|at| (start..until).contains(at))
        .map(|at| json!({ "at": at }))
        .collect()
}

pub(super) fn push_all(records: &mut Records, all: impl IntoIterator<Item = Value>) -> Result<()> {
    all.into_iter().try_for_each(|record| records.push(&record))
}

impl crate::Source for Source {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.example.test")
    }

    async fn check(&self, _: &Config) -> Result<()> {
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        Ok((self.0)(config))
    }
}

/// Streams of each kind over records that are made here: numbered, an hour apart. `honest` says whether the stream that
/// says its records ascend tells the truth.
fn all_kinds(config: &Config, honest: bool) -> Vec<Stream> {
    let at = Cursor::epoch("at").start(config.start_date);
    let parents = Partitions::new(async |found| {
        ["a", "b", "c"].iter().try_for_each(|key| found.add(key, &json!({ "name": key.repeat(2) })))
    });
    vec![
        stream("windows").incremental(at.clone().step(Step::hours(5)), async |slice, records| {
            tokio::task::yield_now().await;
            push_all(records, hours(&slice).into_iter().rev())
        }),
        stream("ascending").incremental(
            at.clone().ascending().checkpoint_every(3),
            async move |slice, records| {
                let mut all = hours(&slice);
                if !honest {
                    all.swap(7, 2);
                }
                push_all(records, all)
            },
        ),
        stream("descending").incremental(at.clone().descending(), async |slice, records| {
            push_all(records, hours(&slice).into_iter().rev())
        }),
        stream("feed").incremental(at.clone().descending().client_side(), async |slice, records| {
            let day = 86_400 * 1_000_000_000;
            let all = Slice { start: crate::cursor::Mark(slice.start.0 - day), ..slice };
            for record in hours(&all).into_iter().rev() {
                if !records.wants_more() {
                    break;
                }
                records.push(&record)?;
            }
            Ok(())
        }),
        stream("children").for_each(parents.clone().with(["name"])).incremental(
            at.step(Step::hours(9)),
            async |parent, slice, records| {
                tokio::task::yield_now().await;
                let name: String = parent.get("name")?;
                let whose = |mut record: Value| {
                    record["name"] = json!(name);
                    record
                };
                push_all(records, hours(&slice).into_iter().map(whose))
            },
        ),
        stream("pages").resumable(async |from, records| {
            let first = from.get("next").and_then(Value::as_u64).unwrap_or_default();
            for page in first..5 {
                push_all(records, (0..3).map(|number| json!({ "page": page, "number": number })))?;
                records.checkpoint(&json!({ "next": page + 1 }))?;
            }
            Ok(())
        }),
        stream("changes").incremental_by_token(async |from, records| {
            let first = from.get("token").and_then(Value::as_u64).unwrap_or_default();
            for number in first..7 {
                records.push(&json!({ "number": number }))?;
                records.checkpoint(&json!({ "token": number + 1 }))?;
            }
            Ok(())
        }),
        stream("whole").for_each(parents).full_refresh(async |parent, records| {
            let raw = format!(r#"{{"key":"{}","n":1.50}}"#, parent.key());
            records.push(&RawValue::from_string(raw).unwrap())
        }),
    ]
}

const HONEST: Source = Source(|config| all_kinds(config, true));

const STREAMS: [&str; 8] =
    ["windows", "ascending", "descending", "feed", "children", "pages", "whole", "changes"];

fn trial(source: &Source) -> Trial<'_, Source> {
    Trial::of(source, json!({ "start_date": "2024-01-01" })).now("2024-01-02T12:30:00Z")
}

pub(super) fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn no_stream_of_any_kind_loses_a_record_however_it_is_killed() {
    for name in STREAMS {
        let kills = run(trial(&HONEST).killed_anywhere([name])).unwrap();
        assert!(kills.lines > kills.records && kills.records >= 3, "{name}: {kills:?}");
        let resumes = !matches!(name, "descending" | "feed" | "whole");
        assert_eq!(kills.resumed > 2, resumes, "{name}: {kills:?}");
    }
}

#[test]
fn streams_that_are_read_side_by_side_lose_nothing_either() {
    let kills = run(trial(&HONEST).side_by_side().killed_anywhere(STREAMS)).unwrap();
    assert!(kills.resumed > 15, "{kills:?}");
}

#[test]
fn records_that_are_not_in_the_order_declared_take_the_state_back() {
    let source = Source(|config| all_kinds(config, false));
    let read = run(trial(&source).read(["ascending"]));
    assert!(
        read.logs().iter().any(|log| log.contains("not in ascending order of `at`")),
        "{:?}",
        read.logs()
    );
    let states = read.states("ascending");
    assert!(states.contains(&json!({ "at": 1_704_067_200 })), "{states:?}");
    assert_eq!(states.last().unwrap(), &json!({ "at": 1_704_196_800 }), "{states:?}");
}

/// A stream whose state runs ahead of its records.
fn hasty(_: &Config) -> Vec<Stream> {
    vec![stream("hasty").resumable(async |from, records| {
        for n in from.get("n").and_then(Value::as_u64).unwrap_or_default()..3 {
            records.checkpoint(&json!({ "n": n + 1 }))?;
            records.push(&json!({ "n": n }))?;
        }
        Ok(())
    })]
}

#[test]
fn a_state_that_runs_ahead_of_its_records_is_found_out() {
    let source = Source(hasty);
    let trial = Trial::of(&source, json!({ "start_date": "2024-01-01" }));
    let error = run(trial.killed_anywhere(["hasty"])).unwrap_err().to_string();
    assert!(error.contains(r#""stream_state":{"n":1}"#) && error.ends_with(r#""hasty" {"n":0}"#), "{error}");
}

/// A stream whose records tell how they were come by.
fn telling(config: &Config) -> Vec<Stream> {
    let at = Cursor::epoch("at").start(config.start_date).step(Step::hours(5));
    vec![stream("telling").incremental(at, async |slice, records| {
        let told = |mut record: Value| {
            record["resumed"] = json!(slice.is_resumed());
            record
        };
        push_all(records, hours(&slice).into_iter().map(told))
    })]
}

#[test]
fn records_can_be_the_same_but_for_a_field() {
    let source = Source(telling);
    let trial = || Trial::of(&source, json!({ "start_date": "2024-01-01" })).now("2024-01-02T12:30:00Z");
    let error = run(trial().killed_anywhere(["telling"])).unwrap_err().to_string();
    assert!(error.contains(r#""resumed":false"#), "{error}");
    assert!(run(trial().but_for("resumed").killed_anywhere(["telling"])).is_ok());
}
