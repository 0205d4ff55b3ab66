use serde_json::{Value, json};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::allows;
use crate::ledger::Schema;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_dates_have_patterns",
    level: Level::Should,
    group: Group::Spec,
    requirement: "A text of the connectionSpecification that is a date or a time says so twice: by `format`, and by a \
                  `pattern` that such dates match.",
    why: "By the format the form draws a calendar; by the pattern alone it, and the API of a platform, refuse what the \
          connector cannot read. One without the other is a box for text, or a calendar whose value is not checked.",
    source: "Connector acceptance tests, `spec`: test_date_pattern and test_date_format, which only warn, and ask for the \
             day first.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"from":{"type":"string","format":"date"}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":"string","format":"date","pattern":"^[0-9]{2}-[0-9]{2}-[0-9]{4}$"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":["string","null"],"format":"date-time","pattern":"^[0-9]{8}$"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":"string","format":"date","pattern":"^$|^\\d{4}-\\d{2}-\\d{2}$"},"name":{"type":"string","pattern":"^.+$"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":"string","format":"date-time","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z$"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"from":{"type":"string","format":"date-time","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.[0-9]{3}Z$"}}}"#
        ),
    ],
};

/// Days as they are asked for. One will do: a pattern may have its reasons to refuse the other.
const DATES: [&str; 2] = ["2024-02-29", "2024-01-01"];

/// The same with a time, in the spellings of RFC 3339 and its neighbours.
const TIMES: [&str; 14] = [
    "2024-02-29T12:30:45Z",
    "2024-01-01T00:00:00Z",
    "2024-02-29T12:30:45.123Z",
    "2024-01-01T00:00:00.000Z",
    "2024-02-29T12:30:45.123456Z",
    "2024-01-01T00:00:00.000000Z",
    "2024-02-29T12:30:45+00:00",
    "2024-02-29T12:30:45+0000",
    "2024-02-29T12:30:45.123+00:00",
    "2024-02-29T12:30:45.123456+00:00",
    "2024-02-29T12:30:45",
    "2024-02-29 12:30:45",
    "2024-02-29T12:30Z",
    "2024-02-29T12:30",
];

/// Texts that a pattern of dates matches none of.
const NO_DATES: [&str; 6] = ["abcd-ef-gh", "abc", "1", "20240229", "a-1", "2024-02-29x"];

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no text of the spec is a date or has a pattern", |node| {
        if !allows(node.schema, "string") {
            return None;
        }
        let pattern = node.schema.get("pattern").and_then(Value::as_str);
        let matches = |texts: &[&str]| pattern.is_some_and(|pattern| matches_any(pattern, texts));
        let format = node.schema.get("format").and_then(Value::as_str);
        let (want, matched) = match (format, pattern) {
            (Some("date"), _) => ("a pattern that matches 2024-02-29", matches(&DATES)),
            // A day will do where it stands for midnight.
            (Some("date-time"), _) => {
                ("a pattern that matches 2024-02-29T12:30:45Z", matches(&TIMES) || matches(&DATES))
            }
            (None, Some(_)) if matches(&NO_DATES) => return Some(Vec::new()),
            (None, Some(_)) => {
                let format = if matches(&DATES) { "date" } else { "date-time" };
                let is_date = matches(&DATES) || matches(&TIMES);
                let finding =
                    || Finding::new(format!("`format: {format}`, as its pattern says"), "no format");
                return Some(is_date.then(finding).into_iter().collect());
            }
            _ => return None,
        };
        let got = pattern.map_or("none".to_owned(), crate::excerpt::of_text);
        Some((!matched).then(|| Finding::new(want, got).pointer("/pattern")).into_iter().collect())
    })
}

fn matches_any(pattern: &str, texts: &[&str]) -> bool {
    let schema = Schema::compile(&json!({"pattern": pattern}));
    schema.is_ok_and(|schema| texts.iter().any(|text| schema.accepts_value(&Value::from(*text))))
}
