use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "catalog_schemas_are_valid",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "The json_schema of every discovered stream is a valid JSON Schema (draft 7) that stands alone.",
    why: "Destinations make tables from it. A schema that does not compile, or that refers to a file elsewhere, ends in \
          a table without columns.",
    source: "Connector acceptance tests, `discovery`: valid json schemas, no unresolved references.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"type\":\"any\"},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"b\":{\"$ref\":\"shared.json\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":[\"null\",\"string\"]}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        let Some(schema) = stream.get("json_schema").filter(|schema| schema.is_object()) else { continue };
        judged = true;
        let fault = Finding::of_schema(schema, "/json_schema");
        let name = StreamName::of(stream);
        findings.extend(fault.map(|finding| finding.by(transcript).line(line).stream(&name)));
    }
    Verdict::of(findings, judged, "no stream was discovered")
}
