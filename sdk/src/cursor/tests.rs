use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2024-03-01T12:00:00Z".parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn slices(cursor: &Cursor, state: &Value) -> Result<Vec<String>> {
    let windows = cursor.windows(cursor.place(state.as_object(), now())?, now());
    Ok(windows.map(|slice| format!("{} {} {}", slice.start(), slice.end(), slice.until())).collect())
}

fn days() -> Cursor {
    Cursor::date("date").start(date("2024-02-28")).step(Step::days(1))
}

#[test]
fn days_run_from_the_start_to_today_over_the_end_of_a_month() {
    let days = slices(&days(), &json!(null)).unwrap();
    assert_eq!(
        days,
        [
            "2024-02-28 2024-02-28 2024-02-29",
            "2024-02-29 2024-02-29 2024-03-01",
            "2024-03-01 2024-03-01 2024-03-02"
        ]
    );
}

#[test]
fn the_value_of_the_state_is_read_again() {
    assert_eq!(
        slices(&days(), &json!({"date": "2024-03-01"})).unwrap(),
        ["2024-03-01 2024-03-01 2024-03-02"]
    );
}

#[test]
fn a_start_later_than_the_state_wins() {
    assert_eq!(slices(&days(), &json!({"date": "2020-01-01"})).unwrap().len(), 3);
}

#[test]
fn a_state_in_the_future_leaves_nothing_to_read() {
    assert!(slices(&days(), &json!({"date": "2999-01-01"})).unwrap().is_empty());
}

#[test]
fn a_lookback_goes_behind_the_state_and_not_behind_the_start() {
    let cursor = days().lookback(Step::days(1));
    assert_eq!(slices(&cursor, &json!({"date": "2024-03-01"})).unwrap().len(), 2);
    assert_eq!(slices(&cursor, &json!({"date": "2024-02-28"})).unwrap().len(), 3);
}

#[test]
fn slices_of_seconds_touch_and_do_not_overlap() {
    let cursor = Cursor::epoch("created").start(date("2024-02-29")).step(Step::days(1));
    let slices = slices(&cursor, &json!(null)).unwrap();
    assert_eq!(
        slices,
        ["1709164800 1709251199 1709251200", "1709251200 1709294400 1709294401"],
        "the last reaches to this very second"
    );
}

#[test]
fn without_a_step_one_slice_covers_all() {
    let cursor = Cursor::date_time("at").start(date("2024-03-01"));
    assert_eq!(
        slices(&cursor, &json!(null)).unwrap(),
        ["2024-03-01T00:00:00Z 2024-03-01T12:00:00Z 2024-03-01T12:00:00.001Z"]
    );
    assert_eq!(
        slices(&Cursor::integer("n"), &json!({"n": 7})).unwrap(),
        [format!("7 {0} {1}", i64::MAX, i64::MAX)]
    );
}

#[test]
fn a_state_that_is_not_understood_names_the_field() {
    let error = slices(&days(), &json!({"date": "soon"})).unwrap_err().to_string();
    assert!(
        error.starts_with("the state's `date`: want a value such as \"2024-01-02\", got \"soon\""),
        "{error}"
    );
}

#[test]
fn a_further_format_is_accepted_and_the_first_one_written() {
    let cursor = days().accepting("%m/%d/%Y");
    let mark = cursor.read(&json!("03/01/2024")).unwrap();
    assert_eq!(cursor.write(mark), "2024-03-01");
}

#[test]
fn a_bound_goes_back_a_step_and_not_behind_1970() {
    let cursor = Cursor::date_time("at").start(date("2024-03-01"));
    let slice = cursor.windows(Place::default(), now()).next().unwrap();
    assert_eq!(slice.start().back(Step::seconds(1)).to_string(), "2024-02-29T23:59:59Z");
    let slice = Cursor::date_time("at").windows(Place::default(), now()).next().unwrap();
    assert_eq!(slice.start().back(Step::seconds(1)), slice.start());
}

#[test]
fn a_lookback_behind_the_beginning_of_time_reads_from_the_start() {
    let cursor = Cursor::epoch("created").lookback(Step::days(365));
    for first in [-377_705_000_000_i64, -9_000_000_000_000_000] {
        assert_eq!(slices(&cursor, &json!({ "created": first })).unwrap().len(), 1, "{first}");
    }
}

#[test]
fn a_state_of_null_is_none() {
    assert_eq!(slices(&days(), &json!({ "date": null })).unwrap().len(), 3);
}

#[test]
fn months_and_years_are_read_as_they_are_written() {
    for (pattern, value) in
        [("%Y-%m", "2024-02"), ("%Y", "2024"), ("%m/%Y", "02/2024"), ("%Y-%m-%d %H", "2024-02-03 04")]
    {
        let cursor = Cursor::date_time_as("at", pattern);
        assert_eq!(cursor.write(cursor.understand(&json!(value)).unwrap()), value, "{pattern}");
    }
}
