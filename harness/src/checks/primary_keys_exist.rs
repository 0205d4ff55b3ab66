use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::verdict::Verdict;

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
        let parts = stream["source_defined_primary_key"].as_array();
        for path in parts.into_iter().flatten().filter_map(field_path::of) {
            judged = true;
            let fault =
                field_path::undeclared(stream, &path).map(|it| it.pointer("/source_defined_primary_key"));
            findings.extend(fault.map(|finding| finding.by(transcript).line(line)));
        }
    }
    Verdict::of(findings, judged, "no stream has a source-defined primary key")
}
