use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::are_equal;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_enums_are_unique",
    level: Level::Should,
    group: Group::Spec,
    requirement: "No `enum` of the connectionSpecification names a value twice.",
    why: "The form shows one choice for each value: two that look alike and mean the same leave the user wondering, and \
          often one of them was meant to be another.",
    source: "Connector acceptance tests, `spec`: test_enum_usage; JSON Schema says that the values should be unique.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"region":{"type":"string","enum":["eu","us","eu"]}}}"#),
        spec_of!(r#"{"type":"object","properties":{"size":{"type":"number","enum":[1,2,1.0]}}}"#),
    ],
    acquits: &[
        spec_of!(r#"{"type":"object","properties":{"region":{"type":"string","enum":["eu","EU"]}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"enum":{"enum":[1,true,"1"],"examples":[{"enum":[1,1]}]}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec has an enum", |node| {
        let values = node.schema.get("enum").and_then(Value::as_array)?;
        let again = values.iter().enumerate().filter(|(place, value)| {
            let before = &values[..*place];
            before.iter().any(|known| are_equal(known, value))
        });
        let finding = |(place, value): (usize, &Value)| {
            Finding::new("a value that does not stand there yet", crate::excerpt::of_json(value))
                .pointer(format!("/enum/{place}"))
        };
        Some(again.map(finding).collect())
    })
}
