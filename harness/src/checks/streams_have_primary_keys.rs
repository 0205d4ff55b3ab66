use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::field_path;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "streams_have_primary_keys",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "Where it is demanded, every discovered stream has a source-defined primary key but for those that are let \
                  off: of a certified connector, and where `without_primary_key` is said.",
    why: "Without a key no destination can remove the duplicates that every resumed or overlapping read brings, and a user \
          cannot name one who does not know the API.",
    source: "Connector acceptance tests, `connector_attributes`: test_streams_define_primary_key.",
    judge,
    condemns: &[
        "# demands {\"certified\":true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
        "# demands {\"without_primary_key\":[{\"name\":\"b\",\"reason\":\"a log\"}]}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[]]}]}}",
    ],
    acquits: &[
        "# demands {\"certified\":true,\"without_primary_key\":[{\"name\":\"n.b\",\"reason\":\"a log\"}]}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]},{\"name\":\"b\",\"namespace\":\"n\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let demands = &evidence.demands;
    let excused = match &demands.without_primary_key {
        Some(excused) => excused.as_slice(),
        None if demands.certified => &[],
        None => {
            return Verdict::Skip {
                reason: "primary keys are demanded of certified connectors only".to_owned(),
            };
        }
    };
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        judged = true;
        let name = StreamName::of(stream);
        let shown = name.to_string();
        let parts = stream["source_defined_primary_key"].as_array();
        let has_key = parts.into_iter().flatten().any(|part| field_path::of(part).is_some());
        if !has_key && !excused.iter().any(|it| it.name == name.name || it.name == shown) {
            let next = "if it has none, name it under `without_primary_key` with the reason";
            let finding = Finding::new("a source_defined_primary_key", "none").next(next);
            findings.push(finding.by(transcript).line(line).stream(&name));
        }
    }
    Verdict::of(findings, judged, "no stream was discovered")
}
