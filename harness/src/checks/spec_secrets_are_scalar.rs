use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::types;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_secrets_are_scalar",
    level: Level::Must,
    group: Group::Spec,
    requirement: "What the connectionSpecification marks `airbyte_secret` is a text or a number that the user enters.",
    why: "A platform takes the value out of the config as one text, and puts it back for a run. An object, a list or a flag \
          does not survive that, and a constant that stands in the spec for all to read is no secret: mark the texts \
          within instead.",
    source: "Connector acceptance tests, `spec`: the second half of test_secret_is_properly_marked.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","airbyte_secret":true,"properties":{"key":{"type":"string"}}}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"keys":{"type":["array","null"],"airbyte_secret":true,"items":{"type":"string"}}}}"#
        ),
        spec_of!(r#"{"type":"object","properties":{"on":{"type":"boolean","airbyte_secret":true}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"by":{"type":"string","const":"key","airbyte_secret":true}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"key":{"type":["null","string"],"airbyte_secret":true},"pin":{"type":"integer","airbyte_secret":true}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"keys":{"type":"array","airbyte_secret":false,"items":{"type":"string","airbyte_secret":true}}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "no field of the spec is marked as a secret", |node| {
        node.schema.get("airbyte_secret").filter(|mark| *mark == true)?;
        let kinds: Vec<&str> = types(node.schema).collect();
        let scalar = kinds.iter().any(|kind| matches!(*kind, "string" | "integer" | "number"));
        let parts = ["properties", "items", "oneOf"].iter().any(|keyword| node.schema.contains_key(*keyword));
        let got = if let Some(constant) = node.schema.get("const") {
            format!("the constant {}", crate::excerpt::of_json(constant))
        } else if !scalar && (parts || !kinds.is_empty()) {
            if kinds.is_empty() { "no type".to_owned() } else { kinds.join(" or ") }
        } else {
            return Some(Vec::new());
        };
        let want = "string, integer or number, where `airbyte_secret` stands";
        Some(vec![Finding::new(want, got).pointer("/airbyte_secret")])
    })
}
