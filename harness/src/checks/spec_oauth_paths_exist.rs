use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::json_pointer::below;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_oauth_paths_exist",
    level: Level::Must,
    group: Group::Spec,
    requirement: "Every field of the config that the OAuth flow of a spec reads, writes or goes by is a field of the \
                  connectionSpecification.",
    why: "The platform writes what the flow brings to those paths. What it writes where the connector does not look is \
          lost: the user has signed in, and is told that credentials are missing.",
    source: "Connector acceptance tests, `spec`: test_oauth_flow_parameters, for advanced_auth and the older \
             authSpecification.",
    judge,
    condemns: &[
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"properties\":{\"by\":{}}}}},\"advanced_auth\":{\"predicate_key\":[\"auth\",\"type\"]}}}",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"token\":{}}},\"advanced_auth\":{\"oauth_config_specification\":{\"complete_oauth_output_specification\":{\"properties\":{\"access_token\":{\"path_in_connector_config\":[\"access_token\"]}}}}}}}",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"key\":{}}},{\"properties\":{\"token\":{}}}]}}},\"authSpecification\":{\"auth_type\":\"oauth2.0\",\"oauth2Specification\":{\"rootObject\":[\"auth\",0],\"oauthFlowOutputParameters\":[[\"token\"]]}}}}",
    ],
    acquits: &[
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"by\":{},\"token\":{}}}]}}},\"advanced_auth\":{\"predicate_key\":[\"auth\",\"by\"],\"oauth_config_specification\":{\"complete_oauth_output_specification\":{\"properties\":{\"t\":{\"path_in_connector_config\":[\"auth\",\"token\"]}}},\"complete_oauth_server_input_specification\":{\"properties\":{\"id\":{\"type\":\"string\"}}}}}}}",
        "$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"properties\":{\"auth\":{\"oneOf\":[{\"properties\":{\"token\":{}}}]}}},\"authSpecification\":{\"auth_type\":\"oauth2.0\",\"oauth2Specification\":{\"rootObject\":[\"auth\",\"0\"],\"oauthFlowOutputParameters\":[[\"token\"]]}}}}",
    ],
};

/// The parts of the flow that lead to fields of the config.
const PARTS: [&str; 3] = [
    "oauth_user_input_from_connector_config_specification",
    "complete_oauth_output_specification",
    "complete_oauth_server_output_specification",
];

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, spec) in evidence.specs() {
        let form = &spec["connectionSpecification"];
        let mut lost = Vec::new();
        if let Some(auth) = spec.get("advanced_auth").filter(|auth| auth.is_object()) {
            judged = true;
            for (pointer, path) in paths(auth) {
                lost.extend(missing(form, &path, format!("/spec/advanced_auth{pointer}")));
            }
        }
        let older = &spec["authSpecification"]["oauth2Specification"];
        if older.is_object() {
            judged = true;
            lost.extend(missing_of_older(form, older));
        }
        findings.extend(lost.into_iter().map(|finding| finding.by(transcript).line(line)));
    }
    Verdict::of(findings, judged, "the spec has no OAuth flow")
}

/// Each path into the config, with where it stands.
fn paths(auth: &Value) -> Vec<(String, Vec<&str>)> {
    let predicate = field_path::of(&auth["predicate_key"]).map(|path| ("/predicate_key".to_owned(), path));
    let mut paths: Vec<_> = predicate.into_iter().collect();
    for part in PARTS {
        let at = format!("/oauth_config_specification/{part}/properties");
        let properties = auth["oauth_config_specification"][part]["properties"].as_object();
        for (name, property) in properties.into_iter().flatten() {
            let path = field_path::of(&property["path_in_connector_config"]);
            paths.extend(path.map(|path| (format!("{}/path_in_connector_config", below(&at, name)), path)));
        }
    }
    paths
}

/// The older form names an object, or a branch of it, and paths below.
fn missing_of_older(form: &Value, older: &Value) -> Vec<Finding> {
    const AT: &str = "/spec/authSpecification/oauth2Specification";
    let root = older["rootObject"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<&str> = root.first().and_then(Value::as_str).into_iter().collect();
    let Some(mut within) = field_path::find(form, &names) else {
        return missing(form, &names, format!("{AT}/rootObject")).into_iter().collect();
    };
    // The branch is a number, or one spelt as a text.
    let place = root.get(1).and_then(|place| place.as_u64().or_else(|| place.as_str()?.parse().ok()));
    if let Some(place) = place.and_then(|place| usize::try_from(place).ok()) {
        within = &within["oneOf"][place];
    }
    let mut lost = Vec::new();
    for parameters in ["oauthFlowInitParameters", "oauthFlowOutputParameters"] {
        let paths = older[parameters].as_array().into_iter().flatten().filter_map(field_path::of);
        for (index, path) in paths.enumerate() {
            lost.extend(missing(within, &path, format!("{AT}/{parameters}/{index}")));
        }
    }
    lost
}

fn missing(form: &Value, path: &[&str], pointer: String) -> Option<Finding> {
    let want = || format!("a field {} in the connectionSpecification", path.join("."));
    (!field_path::is_declared(form, path)).then(|| Finding::new(want(), "none").pointer(pointer))
}
