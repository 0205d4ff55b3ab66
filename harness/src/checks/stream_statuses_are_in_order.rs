use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{Placed, StreamAccount};
use crate::transcript::Transcript;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "stream_statuses_are_in_order",
    level: Level::Must,
    group: Group::Records,
    requirement: "Where a read reports stream statuses, every configured stream starts with STARTED, then may be \
                  RUNNING, and ends with COMPLETE, or with INCOMPLETE in a read that fails; its records stand between; \
                  a stream that an error names is not COMPLETE.",
    why: "The platform shows a stream as done, and drops the old generation of its data, by these messages.",
    source: "The protocol's stream status trace; connector acceptance tests, `validate_stream_statuses`.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"INCOMPLETE\"}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"RUNNING\"}}}\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read().filter(|read| read.status().is_some()) {
        let statuses: Vec<(&Placed, Value)> =
            transcript.account.traces("STREAM_STATUS", "stream_status").collect();
        if statuses.is_empty() {
            continue;
        }
        judged = true;
        for stream in transcript.account.streams.iter().filter(|stream| stream.configured) {
            let of_stream: Vec<(&Placed, &str)> = statuses
                .iter()
                .filter(|(placed, _)| placed.stream.as_ref() == Some(&stream.name))
                .map(|(placed, status)| (*placed, status["status"].as_str().unwrap_or_default()))
                .collect();
            if let Some(finding) = first_fault(transcript, stream, &of_stream) {
                findings.push(finding.by(transcript).stream(&stream.name));
            }
        }
    }
    Verdict::of(findings, judged, "no read reported a stream status")
}

fn first_fault(
    transcript: &Transcript,
    stream: &StreamAccount,
    statuses: &[(&Placed, &str)],
) -> Option<Finding> {
    let succeeded = transcript.status() == Some(0);
    let (Some((first, opening)), Some((last, closing))) = (statuses.first(), statuses.last()) else {
        // A read that fails may never have come to this stream.
        return succeeded
            .then(|| Finding::new("STARTED ... COMPLETE", "no status, though other streams have some"));
    };
    if *opening != "STARTED" {
        return Some(Finding::new("STARTED first", *opening).line(first.line));
    }
    if first.records > 0 {
        return Some(
            Finding::new("STARTED before the first record", "a record before it").line(stream.first_line),
        );
    }
    let wanted_last: &[&str] = if succeeded { &["COMPLETE"] } else { &["COMPLETE", "INCOMPLETE"] };
    if !wanted_last.contains(closing) {
        return Some(Finding::new(format!("{} last", wanted_last.join(" or ")), *closing).line(last.line));
    }
    if last.records < stream.records {
        let after = stream.records - last.records;
        return Some(
            Finding::new(format!("no record after {closing}"), format!("{after} after it")).line(last.line),
        );
    }
    let failed = transcript.account.errors().any(|(placed, _)| placed.stream.as_ref() == Some(&stream.name));
    if failed && *closing == "COMPLETE" {
        return Some(Finding::new("INCOMPLETE, since an error names the stream", "COMPLETE").line(last.line));
    }
    let between = statuses.get(1..statuses.len() - 1).unwrap_or_default();
    between.iter().find(|(_, status)| *status != "RUNNING").map(|(placed, status)| {
        Finding::new("RUNNING between the first and the last", *status).line(placed.line)
    })
}
