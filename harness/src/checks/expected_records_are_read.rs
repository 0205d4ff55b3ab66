use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::difference;
use crate::evidence::Evidence;
use crate::excerpt;
use crate::ledger::{Missed, StreamAccount};
use crate::transcript::Transcript;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "expected_records_are_read",
    level: Level::Must,
    group: Group::Records,
    requirement: "Where the scenario expects records, each of them is among those of its stream, the same in \
                   every field that is not ignored, or, where keys alone are to be compared, with the same \
                   primary key; in exact order, if that is demanded, at the beginning of the stream.",
    why: "Who wrote down what a record looks like wants to hear when it looks otherwise.",
    source: "Connector acceptance tests, `basic_read`: `expect_records`, which compare keys alone, and without \
              a key only numbers of records; those of an acceptance-test-config.yml we compare so too.",
    judge,
    condemns: &[
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"id\":1,\"n\":\"a\"}]}}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{\"properties\":{\"id\":{}}},\"supported_sync_modes\":[\"full_refresh\"],\"source_defined_primary_key\":[[\"id\"]]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1,\"n\":\"b\"},\"emitted_at\":1}}",
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"a\"}]}}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"b\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"c\"},\"emitted_at\":1}}",
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"a\"},{\"n\":\"b\"}]},\"exact_order\":true}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"b\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"a\"},\"emitted_at\":1}}",
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"a\"}]}}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"b\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"b\",\"data\":{\"n\":\"a\"},\"emitted_at\":1}}",
    ],
    acquits: &[
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"b\"},{\"n\":\"a\"}]}}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"b\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"c\"},\"emitted_at\":1}}",
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"a\"},{\"n\":\"b\"}]},\"exact_order\":true}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"a\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"b\"},\"emitted_at\":1}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"c\"},\"emitted_at\":1}}",
        "# demands {\"expected_records\":{\"streams\":{\"a\":[{\"n\":\"a\",\"in\":{\"at\":1}}]}},\"ignored_fields\":{\"a\":[{\"name\":\"in/at\",\"reason\":\"r\"}]}}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"n\":\"a\",\"in\":{\"at\":2}},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let Some(expected) = &evidence.demands.expected_records else {
        return Verdict::Skip { reason: "the scenario expects no records".to_owned() };
    };
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.succeeded(Command::Read) {
        for name in expected.streams.keys() {
            judged = true;
            let mut streams = transcript.account.streams.iter();
            match streams.find(|stream| stream.configured && stream.name.to_string() == *name) {
                None => {
                    findings.push(Finding::new(format!("a configured stream {name}"), "none").by(transcript));
                }
                Some(stream) => findings.extend(of_stream(transcript, stream)),
            }
        }
    }
    Verdict::of(findings, judged, "no read succeeded")
}

fn of_stream(transcript: &Transcript, stream: &StreamAccount) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        stream.missed.iter().map(|missed| of_record(missed).by(transcript).stream(&stream.name)).collect();
    if let Some(last) = findings.last_mut() {
        // What is more than is kept of them is counted with the last.
        last.times += (stream.missed_in_all - stream.missed.len()) as u64;
    }
    findings
}

fn of_record(missed: &Missed) -> Finding {
    let whole = || format!("the expected record {}: {}", missed.place + 1, excerpt::of_json(&missed.record));
    match &missed.nearest {
        None => Finding::new(whole(), "none like it").pointer("/data"),
        Some((line, nearest)) => match difference::first(&missed.record, nearest) {
            None => Finding::new(whole(), excerpt::of_json(nearest)).line(*line).pointer("/data"),
            Some((pointer, want, got)) => {
                let want = format!("{want}, as in the expected record {}", missed.place + 1);
                Finding::new(want, got).line(*line).pointer(format!("/data{pointer}"))
            }
        },
    }
}
