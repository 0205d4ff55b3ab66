use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "stream_statuses_are_of_configured_streams",
    level: Level::Must,
    group: Group::Records,
    requirement: "Stream statuses are of streams of the configured catalog, under their exact name and \
                   namespace.",
    why: "The platform looks the stream up by that name: of one that it did not configure it knows nothing, and \
           some fail for it.",
    source: "The protocol's stream status trace; connector acceptance tests, `validate_stream_statuses`: the \
              streams with statuses are those of the catalog.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"A\"},\"status\":\"STARTED\"}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read().filter(|read| read.status().is_some()) {
        let streams = &transcript.account.streams;
        let configured: Vec<String> =
            streams.iter().filter(|stream| stream.configured).map(|stream| stream.name.to_string()).collect();
        if configured.is_empty() {
            continue;
        }
        for (placed, _) in transcript.account.traces("STREAM_STATUS", "stream_status") {
            judged = true;
            let known =
                |name: &StreamName| streams.iter().any(|stream| stream.configured && *stream.name == *name);
            let Some(name) = placed.stream.as_ref().filter(|name| !known(name)) else { continue };
            findings.push(
                Finding::new(format!("one of {}", configured.join(", ")), name.to_string())
                    .by(transcript)
                    .line(placed.line)
                    .pointer("/trace/stream_status/stream_descriptor"),
            );
        }
    }
    Verdict::of(findings, judged, "no read reported a stream status")
}
