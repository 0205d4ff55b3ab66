use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_stays_open",
    level: Level::Must,
    group: Group::Spec,
    requirement: "Nowhere in the connectionSpecification is `additionalProperties` false.",
    why: "Configs are kept for years. A version of the connector that has dropped a field still gets it from the configs \
          of before, and a spec that allows no others makes the platform refuse every one of them.",
    source: "Connector acceptance tests, `spec`: test_additional_properties_is_true, in its later form, in which only a \
             literal false fails.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a"}},"additionalProperties":false}]}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"additionalProperties":{"type":"boolean","default":false}},"additionalProperties":true}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"tags":{"type":"object","additionalProperties":{"type":"string"}}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "there is no spec", |node| {
        let closed = node.schema.get("additionalProperties").is_some_and(|more| more == false);
        let finding = || Finding::new("true, or nothing", "false").pointer("/additionalProperties");
        Some(closed.then(finding).into_iter().collect())
    })
}
