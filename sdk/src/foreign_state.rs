//! States that Airbyte's own kit has written for a stream, in our form. What cannot be told is left out: it is read again.

use connector_protocol::JsonObject;
use serde_json::Value;

use crate::known_state::PARTITIONS;

/// The field of a partition that says which partition of its parent's parent it is beneath.
const ANCESTORS: &str = "parent_slice";

/// The state as ours, if it is one of a partition each or one of date ranges; `field` is the cursor's.
///
/// - `{"states": [{"partition": {"id": 7}, "cursor": {"<field>": value}}]}` is `{"partitions": {"7": value}}`. A
///   partition that is told by several fields has no key among ours, and of two that share one neither is kept. The
///   cursor of the whole, `state`, is not used: it holds for partitions that nobody has listed.
/// - `{"state_type": "date-range", "slices": [..]}` is `{"<field>": value}`, where value is how far the stream has been
///   read without a gap.
pub(crate) fn translated(state: &JsonObject, field: &str) -> Option<JsonObject> {
    partitions(state, field).or_else(|| {
        let plain = |mark| (field.to_owned(), mark);
        is_date_range(state).then(|| date_range(state, field).map(plain).into_iter().collect())
    })
}

fn partitions(state: &JsonObject, field: &str) -> Option<JsonObject> {
    let mut found = JsonObject::new();
    let mut twice = Vec::new();
    for entry in state.get("states")?.as_array()? {
        let Some(key) = entry.get("partition").and_then(key) else { continue };
        let Some(mark) = entry.get("cursor").and_then(|cursor| mark(cursor, field)) else { continue };
        if found.insert(key.clone(), mark).is_some() {
            twice.push(key);
        }
    }
    found.retain(|key, _| !twice.contains(key));
    Some(JsonObject::from_iter([(PARTITIONS.to_owned(), found.into())]))
}

fn key(partition: &Value) -> Option<String> {
    let mut own = partition.as_object()?.iter().filter(|(name, _)| *name != ANCESTORS);
    let key = match own.next()?.1 {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    own.next().is_none().then_some(key)
}

/// How far one partition has been read: by a plain cursor or by one of date ranges.
fn mark(cursor: &Value, field: &str) -> Option<Value> {
    let cursor = cursor.as_object()?;
    if is_date_range(cursor) {
        return date_range(cursor, field);
    }
    cursor.get(field).filter(|value| !value.is_null()).cloned()
}

fn is_date_range(state: &JsonObject) -> bool {
    state.get("state_type").is_some_and(|kind| kind == "date-range")
}

/// How far date ranges go without a gap, if they go anywhere.
fn date_range(state: &JsonObject, field: &str) -> Option<Value> {
    let slices = state.get("slices").and_then(Value::as_array).into_iter().flatten();
    let mut slices: Vec<Slice> = slices.filter_map(Slice::of).collect();
    slices.sort_by(|a, b| a.start.cmp(&b.start));
    let first = slices
        .into_iter()
        .reduce(|known, next| if next.start <= known.end { known.with(next) } else { known });
    let legacy = || state.get("legacy")?.get(field).filter(|value| !value.is_null()).cloned();
    first.map_or_else(legacy, |slice| Some(slice.mark))
}

/// A stretch that has been read.
struct Slice {
    start: Point,
    end: Point,
    /// The greatest cursor value seen in it; its end, if there was no record.
    mark: Value,
}

impl Slice {
    fn of(value: &Value) -> Option<Self> {
        let (start, end) = (Point::of(value.get("start")?)?, Point::of(value.get("end")?)?);
        let seen = value.get("most_recent_cursor_value").filter(|seen| Point::of(seen).is_some());
        Some(Slice { start, end, mark: seen.or(value.get("end"))?.clone() })
    }

    /// Both, where the next begins within this one or at its end.
    fn with(self, next: Slice) -> Self {
        let longer = next.end > self.end;
        let (end, mark) = if longer { (next.end, next.mark) } else { (self.end, self.mark) };
        Slice { start: self.start, end, mark }
    }
}

/// A point in time, as far as two of one state can be compared: they are written alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Number(i64),
    Text(String),
}

impl Point {
    fn of(value: &Value) -> Option<Self> {
        value.as_i64().map(Point::Number).or_else(|| Some(Point::Text(value.as_str()?.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(state: &Value) -> Option<Value> {
        translated(state.as_object().unwrap(), "at").map(Value::Object)
    }

    fn ranges(slices: &Value) -> Value {
        json!({ "state_type": "date-range", "slices": slices, "legacy": { "at": "2023" } })
    }

    #[test]
    fn a_state_of_partitions_has_a_value_for_each_key() {
        let state = json!({
            "use_global_cursor": false, "state": { "at": "2024-03-01" }, "lookback_window": 10, "parent_state": {},
            "states": [
                { "partition": { "id": 7, "parent_slice": {} }, "cursor": { "at": "2024-01-01" } },
                { "partition": { "id": "x" }, "cursor": ranges(&json!([{ "start": "2024-01", "end": "2024-02" }])) },
                { "partition": { "id": "two", "day": "fields" }, "cursor": { "at": "2024-01-01" } },
                { "partition": { "id": "none" }, "cursor": { "at": null } },
                { "partition": { "id": "same", "parent_slice": { "org": 1 } }, "cursor": { "at": "2024-01-01" } },
                { "partition": { "id": "same", "parent_slice": { "org": 2 } }, "cursor": { "at": "2024-01-02" } },
            ]
        });
        assert_eq!(of(&state), Some(json!({ "partitions": { "7": "2024-01-01", "x": "2024-02" } })));
    }

    #[test]
    fn date_ranges_count_up_to_their_first_gap() {
        let slices = json!([
            { "start": "2024-04", "end": "2024-05", "most_recent_cursor_value": "2024-04" },
            { "start": "2024-02", "end": "2024-03", "most_recent_cursor_value": "2024-02-20" },
            { "start": "2024-01", "end": "2024-02", "most_recent_cursor_value": "2024-01-20" },
        ]);
        assert_eq!(of(&ranges(&slices)), Some(json!({ "at": "2024-02-20" })));
    }

    #[test]
    fn a_range_without_records_counts_to_its_end() {
        assert_eq!(of(&ranges(&json!([{ "start": 900, "end": 1000 }]))), Some(json!({ "at": 1000 })));
        let within = json!([
            { "start": 900, "end": 1000, "most_recent_cursor_value": null },
            { "start": 910, "end": 920, "most_recent_cursor_value": 915 },
        ]);
        assert_eq!(of(&ranges(&within)), Some(json!({ "at": 1000 })));
    }

    #[test]
    fn without_ranges_the_state_from_before_them_counts() {
        assert_eq!(of(&ranges(&json!([]))), Some(json!({ "at": "2023" })));
        assert_eq!(of(&json!({ "state_type": "date-range", "slices": [] })), Some(json!({})));
    }

    #[test]
    fn a_state_of_ours_is_left_alone() {
        for ours in
            [json!({ "at": "2024-01-01" }), json!({ "partitions": { "7": 1 } }), json!({ "page": "t" })]
        {
            assert_eq!(of(&ours), None);
        }
    }
}
