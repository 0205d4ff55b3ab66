use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "fields_are_filled",
    level: Level::Must,
    group: Group::Records,
    requirement: "Where the scenario demands it, every field that a stream's json_schema declares is filled by \
                   at least one record. Null fills a field only if nothing else may stand there; a field that \
                   stands in one of several branches only is not demanded.",
    why: "A field that nothing ever fills is misspelt, was taken from old documentation, or shows that the \
           recording lacks what the stream is for.",
    source: "Connector acceptance tests, `basic_read`: `validate_data_points`, which take null for a value.",
    judge,
    condemns: &[
        "# demands {\"data_points\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"name\":{}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2,\"name\":null},\"emitted_at\":1}}",
        "# demands {\"data_points\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"in\":{\"properties\":{\"a\":{},\"b\":{}}}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"in\":{\"a\":1}},\"emitted_at\":1}}",
    ],
    acquits: &[
        "# demands {\"data_points\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"name\":{}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2,\"name\":\"Ada\"},\"emitted_at\":1}}",
        "# demands {\"data_points\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"nil\":{\"type\":\"null\"},\"in\":{\"oneOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"nil\":null,\"in\":{\"a\":1}},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    if !evidence.demands.data_points {
        return Verdict::Skip {
            reason: "it is not demanded: data_points = true under [demands] in scenario.toml".to_owned(),
        };
    }
    for transcript in evidence.succeeded(Command::Read) {
        // A stream without records is condemned by streams_have_records.
        for stream in transcript.account.streams.iter().filter(|stream| stream.records > 0) {
            let Some(fields) = &stream.fields else { continue };
            judged = true;
            findings.extend(fields.unfilled.iter().map(|field| {
                let finding =
                    Finding::new("a value in at least one record", format!("none in {}", stream.records));
                finding.by(transcript).stream(&stream.name).pointer(format!("/data{field}"))
            }));
        }
    }
    Verdict::of(findings, judged, "no record of a stream whose schema declares fields was read")
}
