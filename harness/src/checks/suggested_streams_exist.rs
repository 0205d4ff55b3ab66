use std::collections::BTreeSet;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "suggested_streams_exist",
    level: Level::Should,
    group: Group::Catalog,
    requirement: "Every stream that metadata.yaml suggests is among the discovered ones.",
    why: "A name that is misspelt, or of a stream that was renamed, suggests nothing. Where streams hang on the account, \
          one may be missing from a scenario without fault: waive it there.",
    source: "The suggestedStreams of Airbyte's connector metadata; its acceptance tests ask only whether there are any.",
    judge,
    condemns: &[
        "# demands {\"suggested_streams\":[\"users\",\"Teams\"]}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"users\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"teams\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
    acquits: &[
        "# demands {\"suggested_streams\":[\"users\"]}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"users\",\"namespace\":\"n\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"teams\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let suggested = evidence.demands.suggested_streams.as_deref().unwrap_or_default();
    let discovered: BTreeSet<String> =
        evidence.discovered_streams().map(|(_, _, stream)| StreamName::of(stream).name).collect();
    let unknown = suggested.iter().filter(|name| !discovered.contains(*name));
    let finding = |name: &String| {
        let next = "mend its name in data.suggestedStreams.streams of metadata.yaml";
        Finding::new("a discovered stream of that name", crate::excerpt::of_text(name)).next(next)
    };
    let judged = !suggested.is_empty() && !discovered.is_empty();
    let findings = if judged { unknown.map(finding).collect() } else { Vec::new() };
    Verdict::of(findings, judged, "no stream is suggested, or none was discovered")
}
