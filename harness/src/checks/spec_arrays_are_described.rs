use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::types;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_arrays_are_described",
    level: Level::Should,
    group: Group::Spec,
    requirement: "The items of every array within the connectionSpecification are of one kind: objects, texts, numbers, or \
                  the values of an enum.",
    why: "The form draws a list that grows by items of one kind. It cannot draw lists in lists, nor a list with a kind \
          for each place.",
    source: "Connector acceptance tests, `spec`: test_array_type.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"pair":{"type":"array","items":[{"type":"string"},{"type":"integer"}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"rows":{"type":"array","items":{"type":"array","items":{"type":"string"}}}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"flags":{"type":["array","null"],"items":{"type":"boolean"}}}}"#
        ),
        spec_of!(r#"{"type":"object","properties":{"any":{"type":"array","items":{}}}}"#),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"names":{"type":"array","items":{"type":["string","null"]}},"items":{"type":"array"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"days":{"type":"array","items":{"enum":["mon","tue"]}}}}"#
        ),
    ],
};

const DRAWN: [&str; 4] = ["object", "string", "number", "integer"];

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec is an array", |node| {
        if node.hidden || !crate::json_schema::allows(node.schema, "array") {
            return None;
        }
        let want = "items of type object, string, number or integer, or an enum";
        let (want, got) = match node.schema.get("items") {
            Some(Value::Array(places)) => ("one kind of items", format!("a list of {}", places.len())),
            Some(Value::Object(items)) => {
                // Of a reference spec_has_no_references speaks, of branches spec_keywords_are_drawable.
                let elsewhere = ["$ref", "anyOf", "allOf"].iter().any(|keyword| items.contains_key(*keyword));
                let kinds: Vec<&str> = types(items).filter(|kind| *kind != "null").collect();
                let drawn = !kinds.is_empty() && kinds.iter().all(|kind| DRAWN.contains(kind));
                if elsewhere || drawn || items.contains_key("enum") {
                    return Some(Vec::new());
                }
                (want, if kinds.is_empty() { "no type".to_owned() } else { kinds.join(" or ") })
            }
            Some(other) => (want, other.to_string()),
            None => return Some(Vec::new()),
        };
        Some(vec![Finding::new(want, got).pointer("/items")])
    })
}
