use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "records_match_schema",
    level: Level::Must,
    group: Group::Records,
    requirement: "Every RECORD conforms to the json_schema of its stream.",
    why: "Tables are made from the schema. A value of another type is nulled, cast or refused, each silently and each \
          differently by destination.",
    source: "Connector acceptance tests, `basic_read`: records match schemas. Otherwise than there, `1.0` is an integer, as \
             JSON Schema has it, and `true` is none; a time may have a fraction and an offset; and a date-time has no text \
             behind it.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"amount\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"amount\":\"1200\"},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":\"string\",\"format\":\"date-time\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"at\":\"yesterday\"},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"at\":{\"type\":[\"null\",\"string\"],\"format\":\"date-time\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"at\":\"2024-01-02T03:04:05\",\"more\":1},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        // A schema that does not compile is condemned by catalog_schemas_are_valid.
        for stream in transcript.account.streams.iter().filter(|stream| stream.unusable_schema.is_none()) {
            judged |= stream.configured && stream.records > 0;
            findings.extend(stream.violations.iter().map(|seen| {
                let finding = Finding::violation(seen).by(transcript).stream(&stream.name);
                Finding { pointer: Some(format!("/data{}", seen.what.pointer)), ..finding }
            }));
        }
    }
    Verdict::of(findings, judged, "no record of a configured stream with a usable schema was read")
}
