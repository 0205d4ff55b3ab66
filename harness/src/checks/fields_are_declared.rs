use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "fields_are_declared",
    level: Level::Should,
    group: Group::Records,
    requirement: "Records have no field that the json_schema of their stream does not declare, at any depth.",
    why: "What is not declared has no column: it is dropped without a word, and the user never learns that the \
           API has it.",
    source: "Connector acceptance tests, `basic_read`: `fail_on_extra_columns`, which they read and no longer \
              judge; airbyte#21258 and airbyte#35113.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{\"type\":\"integer\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"name\":\"Ada\"},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"in\":{\"properties\":{\"a\":{}}}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"in\":{\"a\":1,\"b\":2}},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"list\":{\"items\":{\"properties\":{\"a\":{}}}}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"list\":[{\"a\":1},{\"A\":1}]},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"in\":{\"type\":\"object\"}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"in\":{\"anything\":2}},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"map\":{\"additionalProperties\":{\"type\":\"integer\"}}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"map\":{\"x\":2}},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{},\"in\":{\"oneOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]}}},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"in\":{\"b\":2}},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        // A record with no declared field at all is condemned by records_have_declared_fields.
        for stream in &transcript.account.streams {
            let Some(fields) = &stream.fields else { continue };
            judged |= stream.records > 0;
            findings.extend(fields.undeclared.iter().map(|seen| {
                let finding = Finding::new("a field that the schema declares", "one that it does not");
                let finding = finding.by(transcript).stream(&stream.name).line(seen.line);
                Finding { times: seen.times, ..finding.pointer(format!("/data{}", seen.what)) }
            }));
        }
    }
    Verdict::of(findings, judged, "no record of a stream whose schema declares fields was read")
}
