use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::{Place, allows};
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_objects_are_described",
    level: Level::Should,
    group: Group::Spec,
    requirement: "Every object within the connectionSpecification has properties or a `oneOf`, but for hidden ones.",
    why: "The form has nothing to draw for an object without properties: the user cannot fill it, and where it is \
          required cannot set the connector up.",
    source: "Connector acceptance tests, `spec`: test_object_not_empty.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"options":{"type":"object"}}}"#),
        spec_of!(r#"{"type":"object","properties":{"options":{"type":["object","null"],"properties":{}}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"headers":{"type":"array","items":{"type":"object","additionalProperties":true}}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"options":{"type":"object","properties":{"a":{"type":"string"}}}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"options":{"type":"object","oneOf":[{"properties":{"by":{"const":"a"}}}]},"manifest":{"type":"object","airbyte_hidden":true}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec is an object", |node| {
        // Of a branch spec_choices_are_discriminated speaks, of these keywords spec_keywords_are_drawable and
        // spec_has_no_references.
        let elsewhere = ["anyOf", "allOf", "$ref"].iter().any(|keyword| node.schema.contains_key(*keyword));
        let part = matches!(node.place, Place::Property | Place::Item);
        if !part || elsewhere || node.hidden || !allows(node.schema, "object") {
            return None;
        }
        let properties = node.schema.get("properties").and_then(Value::as_object);
        let empty = properties.is_none_or(serde_json::Map::is_empty) && !node.schema.contains_key("oneOf");
        let finding = || Finding::new("properties, or a oneOf", "neither");
        Some(empty.then(finding).into_iter().collect())
    })
}
