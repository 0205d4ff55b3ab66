use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_keywords_are_supported",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "The json_schema of a discovered stream uses neither `allOf` nor `not`.",
    why: "Destinations make columns from `type`, `properties`, `items` and `oneOf`. Fields that stand behind `allOf` get no \
          column, and what is `not` something has no type at all.",
    source: "Connector acceptance tests, `discovery`: test_defined_keyword_exist_in_schema, which takes a field named `not` \
             for the keyword where its object may be null.",
    judge,
    condemns: &[
        catalog_of!(schema r#"{"allOf":[{"properties":{"id":{"type":"integer"}}}]}"#),
        catalog_of!(schema r#"{"type":"object","properties":{"tags":{"type":["null","array"],"items":{"not":{"type":"null"}}}}}"#),
    ],
    acquits: &[
        catalog_of!(schema r#"{"type":["null","object"],"properties":{"allOf":{"type":"string"},"not":{"oneOf":[{"type":"string"},{"type":"null"}]}}}"#),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_catalog(evidence, "no stream was discovered", |node| {
        let found = ["allOf", "not"].iter().filter(|keyword| node.schema.contains_key(**keyword));
        let finding = |keyword: &&str| {
            let want = "the type itself, or `oneOf`";
            Finding::new(want, format!("`{keyword}`")).pointer(format!("/{keyword}"))
        };
        Some(found.map(finding).collect())
    })
}
