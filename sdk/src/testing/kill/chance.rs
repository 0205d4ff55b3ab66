//! Reads that fail and are killed by chance, of streams made by chance, gone on with until they are done.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::tests::{push_all, run, stream};
use super::*;
use crate::cursor::Order;
use crate::{Cursor, Partitions, Slice, Spec, Step, Stream};

const HOUR: i64 = 3600;
const START: i64 = 1_704_067_200;
const NOW: i64 = START + 36 * HOUR + 1800;

/// A source of streams that nobody has thought of.
struct Chance {
    streams: Vec<Made>,
    at_once: usize,
    fate: RefCell<fastrand::Rng>,
    /// Of a hundred slices, so many fail.
    failing: Cell<u32>,
}

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a coin of its own")]
struct Made {
    name: String,
    order: Order,
    client_side: bool,
    step: Option<u16>,
    lookback: bool,
    settled: bool,
    forgotten: bool,
    checkpoint_every: u32,
    /// None: the stream is no child.
    parents: Option<usize>,
    times: Vec<i64>,
}

impl Made {
    fn by(rng: &mut fastrand::Rng, number: usize) -> Self {
        let order = [Order::None, Order::Ascending, Order::Descending][rng.usize(..3)];
        let count = rng.usize(..30);
        // Few different times, so that many are equal; some lie in the future.
        let times = (0..count).map(|_| START + rng.i64(0..42) * HOUR + rng.i64(0..2) * 1799).collect();
        let parents = rng.bool().then(|| rng.usize(..5));
        Made {
            name: format!("s{number}"),
            order,
            client_side: rng.bool(),
            step: rng.bool().then(|| rng.u16(1..12)),
            lookback: rng.bool(),
            settled: rng.bool(),
            forgotten: parents.is_none() && rng.bool(),
            checkpoint_every: rng.u32(1..5),
            parents,
            times,
        }
    }

    fn cursor(&self) -> Cursor {
        let mut cursor = Cursor::epoch("at").start(START_DATE.parse::<crate::Date>().unwrap());
        cursor.order = self.order;
        cursor.client_side = self.client_side;
        cursor = cursor.checkpoint_every(self.checkpoint_every);
        if let Some(hours) = self.step {
            cursor = cursor.step(Step::hours(hours));
        }
        if self.lookback {
            cursor = cursor.lookback(Step::hours(3));
        }
        if self.settled {
            cursor = cursor.settled_after(Step::hours(1));
        }
        if self.forgotten {
            cursor = cursor.forgotten_after(Step::days(20));
        }
        cursor
    }

    /// What the API has for a slice: all of it, or what lies in it.
    fn answer(&self, slice: &Slice, parent: &str) -> Vec<Value> {
        let (start, until) = (slice.start().timestamp().as_second(), slice.until().timestamp().as_second());
        let mut times: Vec<(usize, i64)> = self.times.iter().copied().enumerate().collect();
        times.retain(|(_, at)| self.client_side || (*at >= start && (*at < until || slice.open)));
        match self.order {
            Order::None => {}
            Order::Ascending => times.sort_by_key(|(_, at)| *at),
            Order::Descending => times.sort_by_key(|(_, at)| -*at),
        }
        times.into_iter().map(|(number, at)| json!({ "id": number, "at": at, "of": parent })).collect()
    }

    /// What must have come at the end.
    fn wanted(&self) -> BTreeSet<String> {
        let parents: Vec<String> = match self.parents {
            None => vec![String::new()],
            Some(count) => (0..count).map(|number| number.to_string()).collect(),
        };
        let own = |parent: &String| {
            let parent = parent.clone();
            let times = self.times.iter().enumerate().filter(|(_, at)| **at <= NOW);
            times.map(move |(number, at)| json!({ "id": number, "at": at, "of": parent }).to_string())
        };
        parents.iter().flat_map(own).collect()
    }
}

const START_DATE: &str = "2024-01-01";

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Config {}

/// What happens while a slice is read: others have their turn, and it may fail.
struct Fate(Vec<bool>, Option<usize>);

impl Fate {
    async fn push(&self, records: &mut crate::Records, all: Vec<Value>) -> Result<()> {
        for (number, record) in all.into_iter().enumerate() {
            if self.0[number % self.0.len()] {
                tokio::task::yield_now().await;
            }
            if self.1 == Some(number) {
                return Err(Error::transient("by chance"));
            }
            push_all(records, [record])?;
        }
        if self.1.is_some() { Err(Error::transient("by chance")) } else { Ok(()) }
    }
}

impl Source for &'static Chance {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.example.test")
    }

    async fn check(&self, _: &Config) -> Result<()> {
        Ok(())
    }

    fn concurrency(&self, _: &Config) -> usize {
        self.at_once
    }

    async fn streams(&self, _: &Config) -> Result<Vec<Stream>> {
        let chance: &'static Chance = self;
        let fate = move || {
            let mut rng = chance.fate.borrow_mut();
            let failing = rng.u32(..100) < chance.failing.get();
            let fails = failing.then(|| rng.usize(..6));
            Fate((0..7).map(|_| rng.bool()).collect(), fails)
        };
        let one = |made: &Made| {
            let (whole, made) = (stream(&made.name), made.clone());
            match made.parents {
                None => whole.incremental(made.cursor(), async move |slice, records| {
                    fate().push(records, made.answer(&slice, "")).await
                }),
                Some(count) => {
                    let parents = Partitions::new(async move |found| {
                        (0..count).try_for_each(|number| found.add(number, &json!({})))
                    });
                    whole.for_each(parents).incremental(made.cursor(), async move |parent, slice, records| {
                        fate().push(records, made.answer(&slice, parent.key())).await
                    })
                }
            }
        };
        Ok(self.streams.iter().map(one).collect())
    }
}

/// What a read says of one stream, in order: counts are right, nothing is said after an error.
fn lawful(lines: &[Value], name: &str) -> std::result::Result<(), String> {
    let (mut count, mut states, mut over) = (0.0, 0, false);
    for line in lines {
        let failed = line["trace"]["error"]["stream_descriptor"]["name"] == name;
        if line["type"] == "RECORD" && line["record"]["stream"] == name {
            count += 1.0;
            if over {
                return Err(format!("a record after the end: {line}"));
            }
        }
        if line["type"] == "STATE" && line["state"]["stream"]["stream_descriptor"]["name"] == name {
            if over || line["state"]["sourceStats"]["recordCount"] != count {
                return Err(format!("after {count} records (over: {over}): {line}"));
            }
            (count, states) = (0.0, states + 1);
        }
        let status = &line["trace"]["stream_status"];
        if status["stream_descriptor"]["name"] == name
            && status["status"] == "COMPLETE"
            && (count > 0.0 || states == 0)
        {
            return Err(format!("complete with {count} records and {states} states"));
        }
        over |= failed;
    }
    Ok(())
}

fn survive(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let streams = (0..rng.usize(1..4)).map(|number| Made::by(&mut rng, number)).collect();
    let at_once = [1, 2, 5, 1000][rng.usize(..4)];
    let chance = Chance { streams, at_once, fate: RefCell::new(rng.fork()), failing: Cell::new(15) };
    let chance: &'static Chance = Box::leak(Box::new(chance));
    let names: Vec<&str> = chance.streams.iter().map(|made| made.name.as_str()).collect();
    let now = jiff::Timestamp::from_second(NOW).unwrap().to_string();
    let trial = Trial::of(&chance, json!({})).now(&now).side_by_side();
    let mut came: Vec<BTreeSet<String>> = vec![BTreeSet::new(); names.len()];
    let mut state = None;
    for round in 0..40 {
        let last = round == 39;
        if last {
            chance.failing.set(0);
        }
        let read = run(trial.read_from(&names, state.as_ref()));
        let lines = read.messages();
        let cut = if last || rng.bool() { lines.len() } else { rng.usize(..=lines.len()) };
        let lines = &lines[..cut];
        for (name, came) in names.iter().zip(&mut came) {
            lawful(lines, name).unwrap_or_else(|why| panic!("seed {seed}, {:?}: {why}", chance.streams));
            let own = lines.iter().filter(|line| line["record"]["stream"] == *name);
            came.extend(own.map(|line| line["record"]["data"].to_string()));
        }
        assert!(!last || read.outcome() == &Outcome::Succeeded, "seed {seed}: {:?}", read.errors());
        state = Some(merged(state.as_ref(), &state_after(lines)));
        if read.outcome() == &Outcome::Succeeded && cut == read.messages().len() {
            break;
        }
    }
    for (made, came) in chance.streams.iter().zip(&came) {
        let lost: Vec<String> = made.wanted().difference(came).cloned().collect();
        assert!(lost.is_empty(), "seed {seed}: {made:?} loses {lost:?}");
    }
}

#[test]
fn whatever_the_stream_and_however_often_it_fails_no_record_is_lost() {
    for seed in 0..100 {
        survive(seed);
    }
}
