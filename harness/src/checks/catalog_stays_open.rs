use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_stays_open",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "Nowhere in the json_schema of a discovered stream is `additionalProperties` false.",
    why: "An API gains fields when it likes. With a schema that allows no others, every record violates it from that day \
          on, and so do the records of connections whose catalog was stored before the connector knew the field.",
    source: "Connector acceptance tests, `discovery`: test_additional_properties_is_true, in its later form, in which only \
             a literal false fails.",
    judge,
    condemns: &[
        catalog_of!(schema r#"{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false}"#),
        catalog_of!(schema r#"{"properties":{"tags":{"type":"array","items":{"type":"object","additionalProperties":false}}}}"#),
    ],
    acquits: &[
        catalog_of!(schema r#"{"properties":{"additionalProperties":{"type":"boolean","default":false}},"additionalProperties":true}"#),
        catalog_of!(schema r#"{"properties":{"tags":{"type":"object","additionalProperties":{"type":"string"}}}}"#),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_catalog(evidence, "no stream was discovered", |node| {
        let closed = node.schema.get("additionalProperties").is_some_and(|more| more == false);
        let finding = || Finding::new("true, or nothing", "false").pointer("/additionalProperties");
        Some(closed.then(finding).into_iter().collect())
    })
}
