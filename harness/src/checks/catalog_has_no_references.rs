use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_has_no_references",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "The json_schema of a discovered stream has no `$ref`: what would be referred to stands in its place.",
    why: "Destinations read types where they stand and follow no reference: the column has no type, or is not there. A \
          reference that leads nowhere is no valid schema, which catalog_schemas_are_valid condemns.",
    source: "Connector acceptance tests, `discovery`: test_defined_refs_exist_in_schema.",
    judge,
    condemns: &[
        catalog_of!(schema r##"{"properties":{"owner":{"$ref":"#/definitions/user"}},"definitions":{"user":{"type":"object"}}}"##),
        catalog_of!(schema r##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}}"##),
    ],
    acquits: &[
        catalog_of!(schema r#"{"properties":{"$ref":{"type":"string"},"owner":{"type":"object","default":{"$ref":"x"}}}}"#),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_catalog(evidence, "no stream was discovered", |node| {
        let finding = node.schema.get("$ref").map(|reference| {
            Finding::new("the schema itself", format!("a reference to {reference}")).pointer("/$ref")
        });
        Some(finding.into_iter().collect())
    })
}
