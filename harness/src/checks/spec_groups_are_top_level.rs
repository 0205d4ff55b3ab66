use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::Place;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_groups_are_top_level",
    level: Level::Should,
    group: Group::Spec,
    requirement: "Only the outermost properties of the connectionSpecification have a `group`.",
    why: "Groups are the cards of the form, and a card holds whole properties: the group of a field within another is \
          passed over, and the field stands where its author did not want it.",
    source: "Connector acceptance tests, `spec`: test_nested_group.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","properties":{"key":{"type":"string","group":"auth"}}}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","group":"a","oneOf":[{"group":"b","properties":{"by":{"const":"a"}}}]}}}"#
        ),
    ],
    acquits: &[spec_of!(
        r#"{"type":"object","properties":{"auth":{"type":"object","group":"auth","properties":{"group":{"type":"string"}}}}}"#
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec has a group", |node| {
        let group = node.schema.get("group")?;
        let outermost = node.place == Place::Property && node.depth == 1;
        let finding = || {
            let got = crate::excerpt::of_json(group);
            Finding::new("no group here, but on the outermost property", got).pointer("/group")
        };
        Some((!outermost).then(finding).into_iter().collect())
    })
}
