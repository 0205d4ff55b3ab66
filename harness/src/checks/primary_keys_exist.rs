use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "primary_keys_exist",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "Every field of a source-defined primary key is a field of the stream's json_schema.",
    why: "A destination that removes duplicates does so by that key: with a field that is not there, every record looks \
          like a new one, or the sync fails.",
    source: "Connector acceptance tests, `discovery`: primary keys exist in schema.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"],[\"region\"]]}]}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        for part in stream["source_defined_primary_key"].as_array().into_iter().flatten() {
            let Some(path) = field_path::of(part) else { continue };
            judged = true;
            if !field_path::is_declared(&stream["json_schema"], &path) {
                findings.push(
                    Finding::new(format!("a field {} in the schema", path.join(".")), "none")
                        .by(transcript)
                        .line(line)
                        .stream(&StreamName::of(&stream))
                        .pointer("/source_defined_primary_key"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no stream has a source-defined primary key")
}
