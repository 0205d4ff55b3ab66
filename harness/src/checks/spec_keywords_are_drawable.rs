use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_keywords_are_drawable",
    level: Level::Must,
    group: Group::Spec,
    requirement: "The connectionSpecification uses no keyword that no form can be drawn from: not, anyOf, allOf, \
                  patternProperties, prefixItems, if, then, else, dependentSchemas or dependentRequired.",
    why: "The form knows fields, lists and `oneOf`. What stands behind another keyword is not shown: the user cannot enter \
          it, or is refused for a rule that the form does not tell.",
    source: "Connector acceptance tests, `spec`: test_forbidden_complex_types.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"id":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"a":{"type":"string"}},"if":{"required":["a"]},"then":{"required":["b"]}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":["null","object"],"properties":{"by":{"not":{"const":"x"}}}}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":["null","object"],"properties":{"not":{"type":"string"},"if":{"type":"object","properties":{"then":{"type":"string"}}}}}"#
        ),
        spec_of!(r#"{"type":"object","properties":{"a":{"type":"string","examples":[{"anyOf":1}]}}}"#),
    ],
};

const UNDRAWABLE: [&str; 10] = [
    "not",
    "anyOf",
    "allOf",
    "patternProperties",
    "prefixItems",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
];

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "there is no spec", |node| {
        let found = UNDRAWABLE.iter().filter(|keyword| node.schema.contains_key(**keyword));
        let finding = |keyword: &&str| {
            Finding::new("properties, items and `oneOf` alone", format!("`{keyword}`"))
                .pointer(format!("/{keyword}"))
        };
        Some(found.map(finding).collect())
    })
}
