use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::KEYS_KEPT;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "primary_keys_are_unique",
    level: Level::Must,
    group: Group::Records,
    requirement: "In one read of a stream in full, no two records have the same source-defined primary key.",
    why: "Of records with one key a destination keeps the last: if the key tells them apart too little, the \
           others are lost; if they were read twice, every count is wrong.",
    source: "The protocol's source_defined_primary_key; no suite judges it. Reads that are incremental may \
              repeat a record, so they are not judged.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":\"b\"},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"org\"],[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":2,\"org\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1.0,\"org\":\"a\"},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"org\"],[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"org\":\"b\"},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]},{\"name\":\"b\",\"json_schema\":{\"properties\":{\"id\":{},\"org\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":\"1\"},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let mut unknown = 0;
    for transcript in evidence.every_read() {
        let streams = transcript.account.streams.iter();
        for stream in streams.filter(|stream| stream.has_key && !stream.incremental) {
            judged |= stream.records > 0;
            unknown += stream.keys_unknown;
            findings.extend(stream.twin.iter().map(|seen| {
                let finding = Finding::new("a primary key that no record before had", &seen.what);
                let finding = finding.by(transcript).stream(&stream.name).line(seen.line).pointer("/data");
                Finding { times: seen.times, ..finding }
            }));
        }
    }
    if unknown > 0 && findings.is_empty() {
        let reason =
            format!("only {KEYS_KEPT} keys are remembered: none of them came again, {unknown} came after");
        return Verdict::Skip { reason };
    }
    Verdict::of(findings, judged, "no stream with a source-defined primary key was read in full")
}
