//! Faults of the catalog.

use serde_json::json;

use super::fault::{Fault, fault, of};
use super::output::{remove, stream};

/// In a catalog: the field `name` of the stream is described so.
macro_rules! describes_name {
    ($($described:tt)+) => {
        of!("discover", |output| stream(output)["json_schema"]["properties"]["name"] = json!($($described)+))
    };
}

pub(crate) static ALL: &[Fault] = &[
    fault(
        "refers_within_a_schema",
        "catalog_has_no_references",
        of!("discover", |output| {
            let schema = &mut stream(output)["json_schema"];
            schema["properties"]["name"] = json!({"$ref": "#/definitions/name"});
            schema["definitions"] = json!({"name": {"type": ["null", "string"]}});
        }),
    ),
    fault(
        "discovers_all_of_something",
        "catalog_keywords_are_supported",
        describes_name!({"allOf": [{"type": ["null", "string"]}]}),
    ),
    fault(
        "misspells_a_format",
        "catalog_types_are_supported",
        describes_name!({"type": ["null", "string"], "format": "datetime"}),
    ),
    fault(
        "closes_a_schema",
        "catalog_stays_open",
        of!("discover", |output| stream(output)["json_schema"]["additionalProperties"] = json!(false)),
    ),
    fault(
        "supports_no_sync_mode",
        "messages_match_protocol",
        of!("discover", |output| stream(output)["supported_sync_modes"] = json!([])),
    ),
    fault(
        "knows_no_cursor",
        "incremental_streams_have_a_cursor",
        of!("discover", |output| {
            remove(stream(output), "source_defined_cursor");
            remove(stream(output), "default_cursor_field");
        }),
    ),
    fault(
        "has_a_list_for_a_key",
        "primary_keys_are_scalar",
        of!("discover", |output| {
            stream(output)["json_schema"]["properties"]["name"]["type"] = json!(["string", "array"]);
            stream(output)["source_defined_primary_key"] = json!([["id"], ["name"]]);
        }),
    ),
    Fault {
        scenario: "[demands]\nwithout_primary_key = []",
        ..fault(
            "has_no_key_where_one_is_demanded",
            "streams_have_primary_keys",
            of!("discover", |output| remove(stream(output), "source_defined_primary_key")),
        )
    },
];
