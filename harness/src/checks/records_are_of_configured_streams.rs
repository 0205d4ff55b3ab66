use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "records_are_of_configured_streams",
    level: Level::Must,
    group: Group::Records,
    requirement: "`read` prints records of the streams of the configured catalog only, under their exact name and \
                  namespace.",
    why: "A destination has no table for a stream that nobody configured: it drops the records or fails.",
    source: "The protocol's read command; connector acceptance tests log this without failing.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"A\",\"data\":{},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"namespace\":\"n\",\"data\":{},\"emitted_at\":1}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        judged |= transcript.account.records > 0;
        let configured: Vec<String> = transcript
            .account
            .streams
            .iter()
            .filter(|stream| stream.configured)
            .map(|stream| stream.name.to_string())
            .collect();
        for stream in
            transcript.account.streams.iter().filter(|stream| !stream.configured && stream.records > 0)
        {
            let finding = Finding::new(format!("one of {}", configured.join(", ")), stream.name.to_string())
                .by(transcript)
                .line(stream.first_line)
                .pointer("/record/stream");
            findings.push(Finding { times: stream.records, ..finding });
        }
    }
    Verdict::of(findings, judged, "no record was read")
}
