use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "cursor_fields_exist",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "The default cursor field of every stream is a field of its json_schema.",
    why: "Platform and destination look the cursor up by that path: one that is not there cannot be compared, and the \
          user cannot choose incremental sync.",
    source: "Connector acceptance tests, `discovery`: defined cursors exist in schema.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{}}},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"updated_at\"]}]}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"id\"]}]}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"meta\":{\"properties\":{\"at\":{}}}}},\"supported_sync_modes\":[\"incremental\"],\"default_cursor_field\":[\"meta\",\"at\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        let Some(path) = path(&stream["default_cursor_field"]) else { continue };
        judged = true;
        if !declares(&stream["json_schema"], &path) {
            findings.push(
                Finding::new(format!("a field {} in the schema", path.join(".")), "none")
                    .by(transcript)
                    .line(line)
                    .stream(&StreamName::of(&stream))
                    .pointer("/default_cursor_field"),
            );
        }
    }
    Verdict::of(findings, judged, "no stream has a default cursor field")
}

/// A path of field names; `None` where there is none, or an empty one.
pub(super) fn path(value: &Value) -> Option<Vec<&str>> {
    let path: Vec<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
    (!path.is_empty()).then_some(path)
}

/// Whether a JSON Schema declares the field at `path`, in whichever branch.
pub(super) fn declares(schema: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let own = schema["properties"].get(first).is_some_and(|field| declares(field, rest));
    own || ["allOf", "anyOf", "oneOf"]
        .iter()
        .flat_map(|branches| schema[branches].as_array().into_iter().flatten())
        .any(|branch| declares(branch, path))
}
