use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::json_pointer::below;
use crate::json_schema::are_equal;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_is_expected",
    level: Level::Must,
    group: Group::Spec,
    requirement: "`spec` prints the very spec that is kept beside the connector, where one is.",
    why: "The form that users see, and the configs that are kept for years, hang on the spec: whoever changes it is to \
          notice that they did.",
    source: "Connector acceptance tests, `spec`: test_match_expected, with spec_path. What is null or absent is the same, \
             as it is there, and so is what is false or absent among the flags of destinations.",
    judge,
    condemns: &[
        "# demands {\"expected_spec\":{\"connectionSpecification\":{\"required\":[\"a\"]}}}\n$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"required\":[]}}}",
        "# demands {\"expected_spec\":{\"connectionSpecification\":{}}}\n$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{},\"documentationUrl\":\"https://docs.test/\"}}",
        "# demands {\"expected_spec\":{\"connectionSpecification\":{\"default\":1},\"advanced_auth\":{}}}\n$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"default\":true},\"advanced_auth\":{}}}",
    ],
    acquits: &[
        "# demands {\"expected_spec\":{\"connectionSpecification\":{\"maximum\":1}}}\n$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"maximum\":1.0},\"supportsDBT\":false,\"advanced_auth\":null}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let Some(expected) = &evidence.demands.expected_spec else {
        return Verdict::Skip { reason: "no spec is kept to compare with".to_owned() };
    };
    let expected = plain(expected.clone());
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, spec) in evidence.specs() {
        judged = true;
        let mut differences = Vec::new();
        compare(&expected, &plain(spec), "/spec".to_owned(), &mut differences);
        findings.extend(differences.into_iter().map(|it| it.by(transcript).line(line)));
    }
    Verdict::of(findings, judged, "`spec` was not run for this subject, or printed none")
}

/// A spec without what says as much as nothing.
fn plain(mut spec: Value) -> Value {
    if let Some(members) = spec.as_object_mut() {
        for flag in ["supportsIncremental", "supportsNormalization", "supportsDBT"] {
            if members.get(flag) == Some(&json!(false)) {
                members.remove(flag);
            }
        }
    }
    spec
}

/// Notes what is different, as far down as it goes.
fn compare(want: &Value, got: &Value, pointer: String, differences: &mut Vec<Finding>) {
    match (want, got) {
        (Value::Object(wanted), Value::Object(came)) => {
            let names: BTreeSet<&String> = wanted.keys().chain(came.keys()).collect();
            for name in names {
                let of =
                    |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                compare(&of(wanted), &of(came), below(&pointer, name), differences);
            }
        }
        (Value::Array(wanted), Value::Array(came)) if wanted.len() == came.len() => {
            for (index, (want, got)) in wanted.iter().zip(came).enumerate() {
                compare(want, got, format!("{pointer}/{index}"), differences);
            }
        }
        _ if are_equal(want, got) => {}
        _ => {
            let shown = |value: &Value| match value {
                Value::Null => "nothing".to_owned(),
                value => crate::excerpt::of_json(value),
            };
            let next = "if the change is meant, write it into the spec that is kept";
            differences.push(Finding::new(shown(want), shown(got)).pointer(pointer).next(next));
        }
    }
}
