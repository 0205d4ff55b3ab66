use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "primary_keys_are_present",
    level: Level::Must,
    group: Group::Records,
    requirement: "Every RECORD of a stream with a source-defined primary key has one: no part of it is a list \
                   or an object, and not all of its parts are null.",
    why: "A destination that removes duplicates takes all records without a key for one and the same, or \
           refuses them.",
    source: "Connector acceptance tests, `basic_read`: values of primary keys \
              (`validate_primary_keys_data_type`).",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":null},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"org\":1},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"org\"],[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":{\"a\":1},\"org\":1},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"org\"],[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":null,\"org\":null},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"in\",\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"in\":[{\"id\":1}],\"id\":1},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":0},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":\"\"},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"org\"],[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":null},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"in\",\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"in\":{\"id\":\"a\"},\"id\":null},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        for stream in transcript.account.streams.iter().filter(|stream| stream.has_key) {
            judged |= stream.records > 0;
            findings.extend(stream.odd_keys.iter().map(|seen| {
                let finding = Finding::new(
                    format!("{}, since it is of the primary key", seen.what.want),
                    &seen.what.got,
                );
                let finding = finding.by(transcript).stream(&stream.name).line(seen.line);
                Finding { times: seen.times, ..finding.pointer(format!("/data{}", seen.what.pointer)) }
            }));
        }
    }
    Verdict::of(findings, judged, "no record of a stream with a source-defined primary key was read")
}
