use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::field_path;
use crate::json_schema::types;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "primary_keys_are_scalar",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "No field of a source-defined primary key may be an object or an array.",
    why: "A destination compares keys to find duplicates: a column of objects or lists cannot be compared, and the sync \
          fails when it is merged.",
    source: "Connector acceptance tests, `discovery`: test_primary_keys_data_type, which there sees nothing where the type \
             is one text and no list.",
    judge,
    condemns: &[
        catalog_of!(
            r#"{"name":"a","json_schema":{"properties":{"id":{"type":"object"}}},"supported_sync_modes":["full_refresh"],"source_defined_primary_key":[["id"]]}"#
        ),
        catalog_of!(
            r#"{"name":"a","json_schema":{"properties":{"id":{"type":"integer"},"tags":{"type":["null","array"]}}},"supported_sync_modes":["full_refresh"],"source_defined_primary_key":[["id"],["tags"]]}"#
        ),
    ],
    acquits: &[catalog_of!(
        r#"{"name":"a","json_schema":{"properties":{"meta":{"type":"object","properties":{"id":{"type":["null","string"]}}}}},"supported_sync_modes":["full_refresh"],"source_defined_primary_key":[["meta","id"]]}"#
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        let parts = stream["source_defined_primary_key"].as_array().into_iter().flatten();
        for (place, path) in
            parts.enumerate().filter_map(|(place, part)| Some((place, field_path::of(part)?)))
        {
            // Of one that is not there primary_keys_exist speaks.
            let found = field_path::find(&stream["json_schema"], &path).and_then(|field| field.as_object());
            let Some(field) = found else { continue };
            judged = true;
            if types(field).any(|kind| matches!(kind, "object" | "array")) {
                let want = format!("a text, a number or a flag for the key {}", path.join("."));
                let finding = Finding::new(want, format!("type {}", field["type"]));
                let finding = finding.pointer(format!("/source_defined_primary_key/{place}"));
                findings.push(finding.by(transcript).line(line).stream(&StreamName::of(stream)));
            }
        }
    }
    Verdict::of(findings, judged, "no stream has a source-defined primary key that its schema declares")
}
