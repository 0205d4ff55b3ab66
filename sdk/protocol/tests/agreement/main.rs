//! Our JSON Schemas, our Rust types and the official schema judge alike.
//!
//! Values are generated from our schemas and from the official ones, then broken one way at a time wherever the schema
//! says something about them. Each is judged three times, and has to be judged alike but for [`difference::DIFFERENCES`],
//! each of which must show at least once.

mod breakage;
mod court;
mod difference;
mod generation;
mod grammar;
mod spot;
mod subject;

use std::cell::RefCell;
use std::collections::BTreeSet;

use connector_protocol::MessageType;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use serde_json::{Value, json};

use court::{COURT, Court};
use difference::{DIFFERENCES, Judge, expected};
use generation::Fill;
use spot::{Place, Spot};
use subject::Subject;

/// Where the generation starts. The same values come every time; another seed brings others.
const SEED: u64 = 18;

/// How many valid values are generated of each subject from each schema, by how full they are.
const CASES: [(Fill, u32); 2] = [(Fill::Everything, 1), (Fill::Something, 16)];

#[test]
fn ours_and_the_official_schema_judge_alike_skipping_the_latter_where_shared_is_absent() {
    if COURT.official.is_none() {
        eprintln!(
            "SKIPPED: no official schema at ../shared/protocol: our types are held against our schemas alone"
        );
    }
    let shown = RefCell::new(BTreeSet::new());
    for_all_values(|subject, value| {
        let official = COURT.official_accepts(subject, value);
        let schema = COURT.ours_accept(subject, value);
        let types = subject.rewrite(value);
        for (judge, accepts) in [(Judge::Schema, schema), (Judge::Types, types.is_ok())] {
            let Some(wanted) = expected(judge, subject, value, DIFFERENCES.iter()) else { continue };
            if accepts != wanted {
                return Err(format!(
                    "{judge:?} of ours: accepted is {accepts}, wanted {wanted}; official: {official}; types: {types:?}"
                ));
            }
            if accepts != official {
                let mut shown = shown.borrow_mut();
                for difference in DIFFERENCES.iter().filter(|one| one.judges.contains(&judge)) {
                    // It shows where the verdict cannot be told without it.
                    let without = DIFFERENCES.iter().filter(|other| other.what != difference.what);
                    let entry = (judge, difference.what);
                    if !shown.contains(&entry) && expected(judge, subject, value, without) != Some(wanted) {
                        shown.insert(entry);
                    }
                }
            }
        }
        Ok(())
    });
    if COURT.official.is_some() {
        let wanted = DIFFERENCES
            .iter()
            .flat_map(|difference| difference.judges.iter().map(|judge| (*judge, difference.what)));
        assert_eq!(
            shown.into_inner(),
            wanted.collect(),
            "left: differences that showed, right: those listed"
        );
    }
}

#[test]
fn what_our_types_write_is_valid_and_all_that_they_read() {
    for_all_values(|subject, value| {
        let Ok(written) = subject.rewrite(value) else { return Ok(()) };
        let subject = subject.turns_out(value).ok_or("our types read a message of no known type")?;
        let mut wanted = value.clone();
        for spot in Spot::all(COURT.ours(subject).grammar(), value) {
            let here = spot.of_mut(&mut wanted);
            let kinds = spot.grammar.kinds();
            if here.is_null() && matches!(spot.place, Place::Optional | Place::Demanded) {
                spot.remove(&mut wanted);
            } else if here.is_number() && kinds.contains(&"number") {
                *here = json!(here.as_f64());
                // The protocol wants these with a decimal point.
                if !spot.of(&written).to_string().contains('.') {
                    return Err(format!("{} is written as {}", spot.pointer, spot.of(&written)));
                }
            } else if here.is_f64() && kinds.contains(&"integer") {
                *here = serde_json::from_str(&format!("{:.0}", here.as_f64().unwrap())).unwrap();
            }
        }
        if written != wanted {
            return Err(format!("written as {written}, wanted {wanted}"));
        }
        if COURT.ours_accept(subject, value) && !COURT.ours_accept(subject, &written) {
            return Err(format!("our schema accepts what was read but not what was written: {written}"));
        }
        if COURT.official_accepts(subject, value) && !COURT.official_accepts(subject, &written) {
            return Err(format!(
                "the official schema accepts what was read, not what was written: {written}"
            ));
        }
        Ok(())
    });
}

#[test]
fn the_official_message_types_are_ours_skipped_where_shared_is_absent() {
    let Some(official) = &COURT.official else {
        eprintln!("SKIPPED: no official schema at ../shared/protocol");
        return;
    };
    let ours: Vec<_> = MessageType::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(official.message_types, json!(ours));
}

#[test]
fn the_readme_of_the_schemas_lists_every_difference_and_no_other() {
    let rows = include_str!("../../schema/README.md").lines().filter(|line| line.starts_with("| "));
    let told: BTreeSet<_> = rows.filter(|row| !["| what | why |", "| --- | --- |"].contains(row)).collect();
    let listed = DIFFERENCES.iter().map(|one| format!("| {} | {} |", one.what, one.why));
    assert_eq!(told, listed.collect::<Vec<_>>().iter().map(String::as_str).collect());
}

/// Holds a property against generated values and against each of them broken in every way, one at a time.
fn for_all_values(property: impl Fn(Subject, &Value) -> Result<(), String>) {
    let court: &'static Court = &COURT;
    for subject in Subject::all() {
        for (book, (fill, cases)) in court.books(subject).flat_map(|book| CASES.map(|some| (book, some))) {
            let hold = |what: &str, value: &Value, valid: Option<bool>| {
                let checked = match valid {
                    Some(valid) if valid != book.accepts(value) => {
                        Err(format!("the schema that it was made from finds it valid: {}", !valid))
                    }
                    _ => property(subject, value),
                };
                checked.map_err(|why| TestCaseError::fail(format!("{what}: {value}\n{why}")))
            };
            let config = Config {
                cases,
                rng_seed: RngSeed::Fixed(SEED),
                failure_persistence: None,
                ..Config::default()
            };
            let outcome = TestRunner::new(config).run(&generation::valid(book.grammar(), fill), |value| {
                hold("as generated", &value, Some(true))?;
                for breakage in breakage::all(subject, book.grammar(), &value) {
                    hold(&breakage.what, &breakage.value, breakage.valid)?;
                }
                Ok(())
            });
            if let Err(error) = outcome {
                panic!("seed {SEED}, {subject:?}: {error}");
            }
        }
    }
}
