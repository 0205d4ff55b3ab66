//! What is left of a snapshot where the order of its messages is chance.
//!
//! A connector that reads the partitions of a stream side by side prints its records in one order today and in another
//! tomorrow, and between them states that hold what has come so far. What does not change is which records there are, how many
//! states, what the last of each stream holds, and everything else.

use std::collections::BTreeMap;

use serde_json::Value;

/// What two runs of such a connector share.
#[derive(Debug, PartialEq, Eq)]
struct Unordered {
    /// All but the states, in alphabetical order.
    lines: Vec<String>,
    /// By stream, how many states, and the last of them.
    states: BTreeMap<String, (usize, String)>,
}

impl Unordered {
    fn of(text: &str) -> Self {
        let (mut lines, mut states) = (Vec::new(), BTreeMap::new());
        for line in text.lines() {
            let message: Value = serde_json::from_str(line).unwrap_or_default();
            if message["type"] == "STATE" {
                let stream = message["state"]["stream"]["stream_descriptor"].to_string();
                let (count, last) = states.entry(stream).or_insert((0, String::new()));
                *count += 1;
                line.clone_into(last);
            } else {
                lines.push(line.to_owned());
            }
        }
        lines.sort();
        for (_, last) in states.values_mut() {
            *last = sorted(&serde_json::from_str(last).unwrap_or_default()).to_string();
        }
        Unordered { lines, states }
    }
}

/// Whether two snapshots differ in nothing but order, and in states that hold what had come so far.
pub(super) fn differ_in_order_alone(one: &str, other: &str) -> bool {
    Unordered::of(one) == Unordered::of(other)
}

/// The value with its lists sorted, such as that of the partitions of a state, and without how many records came since the
/// state before.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "sourceStats");
            Value::Object(members.map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u32) -> String {
        format!("{{\"record\":{{\"data\":{{\"id\":{id}}},\"stream\":\"a\"}},\"type\":\"RECORD\"}}\n")
    }

    fn state(partitions: &str, records: u32) -> String {
        format!(
            "{{\"state\":{{\"sourceStats\":{{\"recordCount\":{records}}},\"stream\":{{\"stream_descriptor\":{{\"name\":\"a\"}},\
             \"stream_state\":{{\"of\":{partitions}}}}}}},\"type\":\"STATE\"}}\n"
        )
    }

    #[test]
    fn partitions_that_end_in_another_order_make_no_difference() {
        let one = [record(1), state("[1]", 1), record(2), state("[1,2]", 1)].concat();
        let other = [record(2), record(1), state("[2]", 2), state("[2,1]", 0)].concat();
        assert!(differ_in_order_alone(&one, &other));
        for another in [
            [record(2), record(3), state("[2]", 2), state("[2,1]", 0)].concat(),
            [record(2), record(1), record(1), state("[2]", 2), state("[2,1]", 0)].concat(),
            [record(2), record(1), state("[2,1]", 0)].concat(),
            [record(2), record(1), state("[2]", 2), state("[2,3]", 0)].concat(),
        ] {
            assert!(!differ_in_order_alone(&one, &another), "{another}");
        }
    }
}
