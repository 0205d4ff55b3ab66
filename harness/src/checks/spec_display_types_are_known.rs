use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_display_types_are_known",
    level: Level::Should,
    group: Group::Spec,
    requirement: "A `display_type` of the connectionSpecification stands beside a `oneOf`, and is `dropdown` or `radio`.",
    why: "It says how the form shows a choice. Elsewhere, or with another value, it says nothing, and its author believes \
          that it does.",
    source: "Connector acceptance tests, `spec`: test_display_type.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","display_type":"tabs","oneOf":[{"properties":{"by":{"const":"a"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"region":{"type":"string","enum":["eu"],"display_type":"radio"}}}"#
        ),
    ],
    acquits: &[spec_of!(
        r#"{"type":"object","properties":{"auth":{"type":"object","display_type":"radio","oneOf":[{"properties":{"by":{"const":"a"},"display_type":{"type":"string"}}}]}}}"#
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec has a display_type", |node| {
        let shown = node.schema.get("display_type")?;
        let want = if !node.schema.contains_key("oneOf") {
            "no display_type where there is no oneOf"
        } else if shown != "dropdown" && shown != "radio" {
            "dropdown or radio"
        } else {
            return Some(Vec::new());
        };
        Some(vec![Finding::new(want, crate::excerpt::of_json(shown)).pointer("/display_type")])
    })
}
