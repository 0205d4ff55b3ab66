use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::types;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_types_are_single",
    level: Level::Should,
    group: Group::Spec,
    requirement: "Every field of the connectionSpecification has one type, and besides it at most `null`.",
    why: "The form draws one control for a field: a box for text, a box for numbers, a list. Of two types it takes one, \
          and what only the other allows cannot be entered.",
    source: "Connector acceptance tests, `spec`: test_property_type_is_not_array, which also asks for the order.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"id":{"type":["string","integer"]}}}"#),
        spec_of!(r#"{"type":"object","properties":{"id":{"type":["null"]}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"ids":{"type":"array","items":{"type":["string","integer","null"]}}}}"#
        ),
    ],
    acquits: &[spec_of!(
        r#"{"type":"object","properties":{"id":{"type":["string"]},"name":{"type":["string","null"]},"type":{"type":["null","string"]}}}"#
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec has a list of types", |node| {
        let list = node.schema.get("type").filter(|kind| kind.is_array())?;
        let fault = types(node.schema).filter(|kind| *kind != "null").count() != 1;
        let finding =
            || Finding::new("one type, and at most `null` besides", Value::to_string(list)).pointer("/type");
        Some(fault.then(finding).into_iter().collect())
    })
}
