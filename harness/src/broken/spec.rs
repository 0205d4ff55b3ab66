//! Faults of the spec.

use serde_json::{Value, json};

use super::fault::{Fault, fault, harmless, of};
use super::output::Output;

/// In a spec: has a field `extra` besides, described so.
macro_rules! has_extra {
    ($($described:tt)+) => {
        of!("spec", |output| form(output)["properties"]["extra"] = json!($($described)+))
    };
}

/// Where what is said of the connector itself lies, seen from the folder of its scenario.
const METADATA: &str = "../../metadata.yaml";

pub(crate) static ALL: &[Fault] = &[
    Fault {
        files: &[
            (
                "../../acceptance-test-config.yml",
                "acceptance_tests: {spec: {tests: [{config_path: fixtures/normal/config.json, spec_path: spec.yaml}]}}",
            ),
            (
                "../../spec.yaml",
                "connectionSpecification: {type: object}\ndocumentationUrl: https://docs.broken.test/\n",
            ),
        ],
        ..fault("has_another_spec_than_is_kept", "spec_is_expected", |_, _| {})
    },
    fault(
        "offers_a_choice_twice",
        "spec_enums_are_unique",
        has_extra!({"type": "string", "enum": ["eu", "us", "eu"]}),
    ),
    fault(
        "offers_choices_that_look_alike",
        "spec_choices_are_discriminated",
        has_extra!({"type": "object", "oneOf": [
            {"title": "A", "properties": {"by": {"type": "string"}}},
            {"title": "B", "properties": {"by": {"type": "string"}}},
        ]}),
    ),
    fault(
        "offers_two_choices_of_one_name",
        "spec_choices_are_discriminated",
        has_extra!({"type": "object", "oneOf": [
            {"title": "A", "properties": {"by": {"const": "a"}}},
            {"title": "B", "properties": {"by": {"const": "a"}}},
        ]}),
    ),
    fault(
        "asks_for_a_key_in_the_open",
        "spec_marks_secrets",
        of!("spec", |output| form(output)["properties"]["api_key"] = json!({"type": "string"})),
    ),
    fault(
        "hides_a_whole_object",
        "spec_secrets_are_scalar",
        has_extra!({"type": "object", "airbyte_secret": true, "properties": {"user": {"type": "string"}}}),
    ),
    fault("takes_text_or_number", "spec_types_are_single", has_extra!({"type": ["string", "integer"]})),
    fault("asks_for_any_object", "spec_objects_are_described", has_extra!({"type": "object"})),
    fault(
        "asks_for_lists_of_lists",
        "spec_arrays_are_described",
        has_extra!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}),
    ),
    fault(
        "asks_for_any_of_two",
        "spec_keywords_are_drawable",
        has_extra!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ),
    fault(
        "refers_within_the_spec",
        "spec_has_no_references",
        of!("spec", |output| {
            let form = form(output);
            form["properties"]["extra"] = json!({"$ref": "#/definitions/extra"});
            form["definitions"] = json!({"extra": {"type": "string"}});
        }),
    ),
    fault(
        "closes_the_spec",
        "spec_stays_open",
        of!("spec", |output| form(output)["additionalProperties"] = json!(false)),
    ),
    fault(
        "takes_any_text_for_a_date",
        "spec_dates_have_patterns",
        has_extra!({"type": "string", "format": "date-time"}),
    ),
    fault(
        "counts_two_fields_as_first",
        "spec_orders_are_unique",
        of!("spec", |output| {
            for field in ["key", "page_size"] {
                form(output)["properties"][field]["order"] = json!(0);
            }
        }),
    ),
    fault(
        "groups_a_field_within",
        "spec_groups_are_top_level",
        has_extra!({"type": "object", "properties": {"user": {"type": "string", "group": "login"}}}),
    ),
    fault(
        "shows_a_text_as_tabs",
        "spec_display_types_are_known",
        has_extra!({"type": "string", "display_type": "tabs"}),
    ),
    fault(
        "signs_in_for_nothing",
        "spec_oauth_paths_exist",
        of!("spec", |output| {
            output.message("SPEC")["spec"]["advanced_auth"] = sign_in();
        }),
    ),
    fault(
        "offers_signing_in_last",
        "spec_oauth_comes_first",
        of!("spec", |output| {
            form(output)["properties"]["login"] = login(&["key", "oauth"]);
            output.message("SPEC")["spec"]["advanced_auth"] = sign_in();
        }),
    ),
    harmless(
        "asks_for_all_that_may_be_asked",
        of!("spec", |output| {
            let form = form(output);
            form["properties"]["login"] = login(&["oauth", "key"]);
            form["properties"]["login"]["display_type"] = json!("radio");
            form["properties"]["from"] = json!({
                "type": ["null", "string"], "group": "when", "order": 0,
                "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            });
            form["properties"]["regions"] =
                json!({"type": "array", "items": {"type": "string", "enum": ["eu", "us"]}});
            form["properties"]["$ref"] =
                json!({"type": "object", "order": 0, "properties": {"anyOf": {"type": "string"}}});
            output.message("SPEC")["spec"]["advanced_auth"] = sign_in();
        }),
    ),
    Fault {
        files: &[(METADATA, "data:\n  ab_internal: {ql: 400}\n  suggestedStreams: {streams: [users]}\n")],
        ..fault("claims_quality_and_names_no_host", "hosts_are_declared", |_, _| {})
    },
    Fault {
        files: &[(METADATA, "data:\n  ab_internal: {ql: 400}\n  allowedHosts: {hosts: [api.broken.test]}\n")],
        ..fault("claims_quality_and_suggests_nothing", "suggested_streams_are_named", |_, _| {})
    },
    Fault {
        files: &[(METADATA, "data:\n  suggestedStreams: {streams: [users, Teams]}\n")],
        ..fault("suggests_a_stream_of_another_name", "suggested_streams_exist", |_, _| {})
    },
];

fn form(output: &mut Output) -> &mut Value {
    &mut output.message("SPEC")["spec"]["connectionSpecification"]
}

/// A choice of ways to sign in, in this order.
fn login(ways: &[&str]) -> Value {
    let branches = ways.iter().map(|way| {
        json!({"title": way, "properties": {
            "by": {"type": "string", "const": way}, "access_token": {"type": "string", "airbyte_secret": true},
        }})
    });
    json!({"type": "object", "title": "Sign in", "oneOf": branches.collect::<Vec<Value>>()})
}

fn sign_in() -> Value {
    let token = json!({"type": "string", "path_in_connector_config": ["login", "access_token"]});
    json!({
        "auth_flow_type": "oauth2.0", "predicate_key": ["login", "by"], "predicate_value": "oauth",
        "oauth_config_specification": {"complete_oauth_output_specification": {
            "type": "object", "additionalProperties": false, "properties": {"access_token": token},
        }},
    })
}
