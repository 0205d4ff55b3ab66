use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_has_no_references",
    level: Level::Must,
    group: Group::Spec,
    requirement: "The connectionSpecification has no `$ref`: what would be referred to stands in its place.",
    why: "The form is drawn from what stands there. It does not follow a reference: the field is left out, or the whole \
          form is refused. One that leads nowhere is no valid schema, which spec_is_one_message condemns.",
    source: "Connector acceptance tests, `spec`: test_defined_refs_exist_in_json_spec_file.",
    judge,
    condemns: &[
        spec_of!(
            r##"{"type":"object","properties":{"auth":{"$ref":"#/definitions/auth"}},"definitions":{"auth":{"type":"string"}}}"##
        ),
        spec_of!(
            r##"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"$ref":"#/$defs/key"}]}},"$defs":{"key":{"type":"object"}}}"##
        ),
    ],
    acquits: &[spec_of!(
        r#"{"type":"object","properties":{"$ref":{"type":"string"},"a":{"type":"string","default":{"$ref":"b"}}}}"#
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "there is no spec", |node| {
        let reference = node.schema.get("$ref");
        let finding = reference.map(|reference| {
            Finding::new("the schema itself", format!("a reference to {reference}")).pointer("/$ref")
        });
        Some(finding.into_iter().collect())
    })
}
