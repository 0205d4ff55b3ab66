use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "records_have_declared_fields",
    level: Level::Must,
    group: Group::Records,
    requirement: "Every RECORD has at least one of the fields that the json_schema of its stream declares at \
                   the top.",
    why: "A record without any is wrapped once too often, or another stream's: a destination makes a row of \
           nulls of it, and the schema, which demands nothing, lets it pass.",
    source: "Connector acceptance tests, `basic_read`: records and schemas share a field.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"user\":{\"id\":1}},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":null,\"more\":1},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]},{\"name\":\"b\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"x\":1},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"supported_sync_modes\":[\"full_refresh\"],\"json_schema\":{\"patternProperties\":{\"^x-\":{}},\"properties\":{\"id\":{}}}}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"x-1\":1},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        for stream in transcript.account.streams.iter().filter(|stream| stream.fields.is_some()) {
            judged |= stream.records > 0;
            findings.extend(stream.foreign.iter().map(|seen| {
                let finding = Finding::new("at least one field that the schema declares", &seen.what);
                let finding = finding.by(transcript).stream(&stream.name).line(seen.line).pointer("/data");
                Finding { times: seen.times, ..finding }
            }));
        }
    }
    Verdict::of(findings, judged, "no record of a stream whose schema declares fields was read")
}
