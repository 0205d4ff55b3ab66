use serde_json::{Map, Value};

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::json_schema::allows;
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_types_are_supported",
    level: Level::Should,
    group: Group::Catalog,
    requirement: "Every `format` and every `airbyte_type` of a discovered stream is one that there is, beside the type and \
                  the format that it belongs to.",
    why: "Destinations make columns of dates, times and large numbers by these words. One that is misspelt, or stands beside \
          another type, is passed over without a word: the column is a text.",
    source: "The protocol's data types; connector acceptance tests, `discovery`: \
             test_catalog_has_supported_data_types, which is never run.",
    judge,
    condemns: &[
        catalog_of!(schema r#"{"properties":{"at":{"type":"string","format":"datetime"}}}"#),
        catalog_of!(schema r#"{"properties":{"at":{"type":["null","integer"],"format":"date-time"}}}"#),
        catalog_of!(schema r#"{"properties":{"at":{"type":"string","airbyte_type":"timestamp_with_timezone"}}}"#),
        catalog_of!(schema r#"{"properties":{"at":{"type":"string","format":"date-time","airbyte_type":"timestamp"}}}"#),
        catalog_of!(schema r#"{"properties":{"rows":{"type":"array","items":{"type":"string","airbyte_type":"integer"}}}}"#),
    ],
    acquits: &[
        catalog_of!(schema r#"{"properties":{"at":{"type":["string","null"],"format":"date-time","airbyte_type":"timestamp_without_timezone"},"day":{"type":"string","format":"date"},"format":{"type":"string"}}}"#),
        catalog_of!(schema r#"{"properties":{"id":{"type":["null","number"],"airbyte_type":"integer"},"home":{"type":"string","format":"uri"},"n":{"type":"integer","format":"int64"},"t":{"type":"string","format":"time","airbyte_type":"time_without_timezone"}}}"#),
    ],
};

/// Formats that make a column of their own.
const DATES: [&str; 3] = ["date", "date-time", "time"];

/// Those that say more of a text, or of a number, than a column can: known, and truly passed over.
const KNOWN: [&str; 23] = [
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "uuid",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "duration",
    "byte",
    "binary",
    "password",
    "int32",
    "int64",
    "float",
    "double",
];

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_catalog(evidence, "no field of a discovered stream has a format or an airbyte_type", |node| {
        let (format, own) = (node.schema.get("format"), node.schema.get("airbyte_type"));
        if format.is_none() && own.is_none() {
            return None;
        }
        let by_format = format.and_then(|format| judge_format(node.schema, format));
        let by_type = own.and_then(|own| judge_type(node.schema, own));
        // Where the format is none of them, its airbyte_type is beside it in vain: said once.
        Some(by_format.or(by_type).into_iter().collect())
    })
}

fn judge_format(schema: &Map<String, Value>, format: &Value) -> Option<Finding> {
    let name = format.as_str()?;
    if DATES.contains(&name) {
        return (!allows(schema, "string")).then(|| wrong_type(schema, "string", &format!("format {name}")));
    }
    let want = "a format that there is, such as date or date-time";
    (!KNOWN.contains(&name)).then(|| Finding::new(want, crate::excerpt::of_json(format)).pointer("/format"))
}

fn judge_type(schema: &Map<String, Value>, own: &Value) -> Option<Finding> {
    let name = own.as_str().unwrap_or_default();
    let (kinds, format): (&[&str], _) = match name {
        "timestamp_with_timezone" | "timestamp_without_timezone" => (&["string"], Some("date-time")),
        "time_with_timezone" | "time_without_timezone" => (&["string"], Some("time")),
        "integer" => (&["integer", "number"], None),
        // From before numbers had no limits, and still in use by databases.
        "big_integer" | "big_number" => (&["string", "integer", "number"], None),
        _ => {
            let want = "an airbyte_type that there is, such as timestamp_with_timezone";
            return Some(Finding::new(want, crate::excerpt::of_json(own)).pointer("/airbyte_type"));
        }
    };
    if !kinds.iter().any(|kind| allows(schema, kind)) {
        return Some(wrong_type(schema, &kinds.join(" or "), name));
    }
    let format = format.filter(|format| schema.get("format").is_none_or(|it| it != format))?;
    let got = schema.get("format").map_or("none".to_owned(), crate::excerpt::of_json);
    Some(Finding::new(format!("format {format} beside {name}"), got).pointer("/format"))
}

fn wrong_type(schema: &Map<String, Value>, kind: &str, beside: &str) -> Finding {
    let got = schema.get("type").map_or("none".to_owned(), crate::excerpt::of_json);
    Finding::new(format!("type {kind} beside {beside}"), got).pointer("/type")
}
