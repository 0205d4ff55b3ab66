use serde_json::{Map, Value};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_pointer::below;
use crate::json_schema::are_equal;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_orders_are_unique",
    level: Level::Should,
    group: Group::Spec,
    requirement: "No two properties of one object, and of one group, have the same `order` in the connectionSpecification.",
    why: "The form shows fields by their order; of two alike it is chance which comes first, and the form looks different \
          from one day to the next.",
    source: "Connector acceptance tests, `spec`: test_duplicate_order.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"a":{"type":"string","order":0},"b":{"type":"string","order":0}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"a":{"type":"string","order":1,"group":"g"},"b":{"type":"string","order":1.0,"group":"g"}}}"#
        ),
        spec_of!(
            r#"{"properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a","order":0},"key":{"type":"string","order":0}}}]}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"a":{"type":"string","order":0},"b":{"type":"string","order":0,"group":"g"},"order":{"type":"string"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"a":{"type":"string","order":0},"b":{"type":"object","order":1,"properties":{"c":{"type":"string","order":0}}}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec has an order", |node| {
        let properties = node.schema.get("properties").and_then(Value::as_object)?;
        let ordered: Vec<(&String, &Map<String, Value>, &Value)> = properties
            .iter()
            .filter_map(|(name, property)| Some((name, property.as_object()?, property.get("order")?)))
            .collect();
        let mut findings = Vec::new();
        for (place, (name, property, order)) in ordered.iter().enumerate() {
            let like = ordered[..place].iter().find(|(_, other, other_order)| {
                are_equal(order, other_order) && property.get("group") == other.get("group")
            });
            findings.extend(like.map(|(other, ..)| {
                let at = below(&below("/properties", name), "order");
                Finding::new("an order of its own", format!("{order}, as `{other}` has")).pointer(at)
            }));
        }
        (!ordered.is_empty()).then_some(findings)
    })
}
