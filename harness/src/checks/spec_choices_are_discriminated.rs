use serde_json::{Map, Value};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_pointer::below;
use crate::json_schema::{allows, are_equal};
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_choices_are_discriminated",
    level: Level::Must,
    group: Group::Spec,
    requirement: "Every `oneOf` of the connectionSpecification stands in an object, and its branches share exactly one \
                  property whose `const` says which branch it is: a value of its own in each.",
    why: "The form draws a list of branches and must know from a stored config which one was chosen. Without that one \
          property it refuses to draw the spec, or shows the wrong branch.",
    source: "Connector acceptance tests, `spec`: test_oneof_usage, there without asking that the values differ; an enum of \
             one value will do, as in Airbyte's tests on live connections.",
    judge,
    condemns: &[
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"oneOf":[{"properties":{"by":{"const":"a"}}},{"properties":{"by":{"const":"b"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"type":"string"},{"properties":{"by":{"const":"b"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"type":"string"}}},{"properties":{"by":{"const":"b"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a"},"v":{"const":1}}},{"properties":{"by":{"const":"b"},"v":{"const":2}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a"}}},{"properties":{"by":{"const":"a"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a","default":"b"}}},{"properties":{"by":{"const":"b","enum":["a","b"]}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"enum":["a","b"]}}},{"properties":{"by":{"enum":["c"]}}}]}}}"#
        ),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":"object","oneOf":[{"properties":{"by":{"const":"a","default":"a"},"key":{}}},{"properties":{"by":{"const":"b","enum":["b"]},"key":{}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":["object","null"],"oneOf":[{"properties":{"by":{"enum":["a"],"default":"a"}}},{"properties":{"by":{"enum":["b"]}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"streams":{"type":"array","items":{"type":"object","oneOf":[{"properties":{"by":{"const":"a"}}}]}},"oneOf":{"type":"string"}}}"#
        ),
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "the spec offers no choice by `oneOf`", |node| {
        let branches = node.schema.get("oneOf").and_then(Value::as_array)?;
        // Of these, spec_has_no_references speaks.
        if branches.iter().any(|branch| branch.get("$ref").is_some()) {
            return None;
        }
        let mut findings = Vec::new();
        if !allows(node.schema, "object") {
            let kind = node.schema.get("type").map_or("no type".to_owned(), Value::to_string);
            findings.push(Finding::new("`type: object` beside the oneOf", kind));
        }
        findings.extend(judge_branches(branches));
        Some(findings)
    })
}

fn judge_branches(branches: &[Value]) -> Vec<Finding> {
    let mut properties: Vec<&Map<String, Value>> = Vec::new();
    for (place, branch) in branches.iter().enumerate() {
        let Some(known) = branch.get("properties").and_then(Value::as_object) else {
            let finding = Finding::new("properties, as in every branch of a oneOf", "none");
            return vec![finding.pointer(format!("/oneOf/{place}"))];
        };
        properties.push(known);
    }
    let Some((first, others)) = properties.split_first() else { return Vec::new() };
    let telling = |of: fn(&Value) -> bool| -> Vec<&String> {
        let shared = first.iter().filter(|(name, property)| {
            of(property) && others.iter().all(|other| other.get(*name).is_some_and(of))
        });
        shared.map(|(name, _)| name).collect()
    };
    let constant = telling(|property| property.get("const").is_some());
    // Of several, each is as good as the other: none tells.
    let names = if constant.is_empty() { telling(|property| single(property).is_some()) } else { constant };
    let [name] = names.as_slice() else {
        let got = match names.as_slice() {
            [] => "none".to_owned(),
            names => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", "),
        };
        let want = "one property with a const in every branch, to tell the branches by";
        return vec![Finding::new(want, got).pointer("/oneOf")];
    };
    let tellers = properties.iter().map(|properties| &properties[name.as_str()]);
    let mut findings = Vec::new();
    let mut known: Vec<&Value> = Vec::new();
    for (place, teller) in tellers.enumerate() {
        let Some(value) = single(teller) else { continue };
        let mut wrong = |keyword: &str, want: String, got: &Value| {
            let finding = Finding::new(want, crate::excerpt::of_json(got));
            let property = below(&format!("/oneOf/{place}/properties"), name);
            findings.push(finding.pointer(below(&property, keyword)));
        };
        if known.iter().any(|known| are_equal(known, value)) {
            wrong("const", "a value that tells this branch from the others".to_owned(), value);
        }
        known.push(value);
        if let Some(default) = teller.get("default").filter(|default| !are_equal(default, value)) {
            wrong("default", format!("{value}, as the const"), default);
        }
        let own = Value::Array(vec![value.clone()]);
        if let Some(several) = teller.get("enum").filter(|values| !are_equal(values, &own)) {
            wrong("enum", format!("{own}, as the const"), several);
        }
    }
    findings
}

/// The one value that a property can have.
fn single(property: &Value) -> Option<&Value> {
    property.get("const").or_else(|| match property.get("enum")?.as_array()?.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}
