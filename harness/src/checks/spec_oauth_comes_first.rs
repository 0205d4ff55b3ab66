use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::json_pointer::below;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_oauth_comes_first",
    level: Level::Should,
    group: Group::Spec,
    requirement: "Where a user can sign in by OAuth or in other ways, OAuth is the first branch of the choice.",
    why: "The form opens with the first branch: with another one there most users paste a key, though a button would do.",
    source: "Connector acceptance tests, `spec`: test_oauth_is_default_method, let off by auth_default_method.",
    judge,
    condemns: &[
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"by\":{\"const\":\"key\"}}},{\"properties\":{\"by\":{\"const\":\"oauth\"}}}]}}},\"advanced_auth\":{\"predicate_key\":[\"auth\",\"by\"],\"predicate_value\":\"oauth\"}}}",
    ],
    acquits: &[
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"by\":{\"const\":\"oauth\"}}},{\"properties\":{\"by\":{\"const\":\"key\"}}}]}}},\"advanced_auth\":{\"predicate_key\":[\"auth\",\"by\"],\"predicate_value\":\"oauth\"}}}",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"by\":{\"enum\":[\"oauth\"]}}}]}}},\"advanced_auth\":{\"predicate_key\":[\"auth\",\"by\"],\"predicate_value\":\"oauth\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, spec) in evidence.specs() {
        let (form, auth) = (&spec["connectionSpecification"], &spec["advanced_auth"]);
        // Of a path that leads nowhere spec_oauth_paths_exist speaks.
        let Some(path) =
            field_path::of(&auth["predicate_key"]).filter(|it| field_path::is_declared(form, it))
        else {
            continue;
        };
        let (choice, within) = path.split_at(1);
        let branches = field_path::find(form, choice).and_then(|choice| choice["oneOf"].as_array());
        let Some(first) = branches.and_then(|branches| branches.first()).filter(|_| !within.is_empty())
        else {
            continue;
        };
        judged = true;
        let teller = field_path::find(first, within).unwrap_or(&Value::Null);
        let value = teller.get("const").unwrap_or(&teller["enum"][0]);
        if *value != auth["predicate_value"] {
            let at = below("/spec/connectionSpecification/properties", choice[0]);
            let want = format!("{} {} in the first branch", within.join("."), auth["predicate_value"]);
            let got = if value.is_null() { "none".to_owned() } else { crate::excerpt::of_json(value) };
            let next = "move the branch of OAuth to the front";
            findings.push(
                Finding::new(want, got).by(transcript).line(line).pointer(format!("{at}/oneOf/0")).next(next),
            );
        }
    }
    Verdict::of(findings, judged, "the spec offers no choice between OAuth and another way")
}
