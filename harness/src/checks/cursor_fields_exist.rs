use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::verdict::Verdict;

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
        let Some(path) = field_path::of(&stream["default_cursor_field"]) else { continue };
        judged = true;
        let fault = field_path::undeclared(stream, &path).map(|it| it.pointer("/default_cursor_field"));
        findings.extend(fault.map(|finding| finding.by(transcript).line(line)));
    }
    Verdict::of(findings, judged, "no stream has a default cursor field")
}
