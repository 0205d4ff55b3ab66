use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "stream_statuses_are_reported",
    level: Level::Must,
    group: Group::Records,
    requirement: "Where the scenario demands it, a read that succeeds reports stream statuses.",
    why: "Without them the platform cannot show which stream is being read, and must not drop old generations \
           of data.",
    source: "Connector acceptance tests, `basic_read`: `validate_stream_statuses`, demanded of certified \
              connectors. What they say is judged by stream_statuses_are_in_order.",
    judge,
    condemns: &[
        "# demands {\"stream_statuses\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
    ],
    acquits: &[
        "# demands {\"stream_statuses\": true}\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"STARTED\"}}}\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"emitted_at\":1.0,\"stream_status\":{\"stream_descriptor\":{\"name\":\"a\"},\"status\":\"COMPLETE\"}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    if !evidence.demands.stream_statuses {
        let reason = "it is not demanded: stream_statuses = true under [demands] in scenario.toml";
        return Verdict::Skip { reason: reason.to_owned() };
    }
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.succeeded(Command::Read) {
        let mut streams = transcript.account.streams.iter().filter(|stream| stream.configured);
        let Some(first) = streams.next() else { continue };
        judged = true;
        if transcript.account.traces("STREAM_STATUS", "stream_status").next().is_none() {
            let finding =
                Finding::new("STARTED, RUNNING and COMPLETE of every stream", "no stream status at all");
            findings.push(finding.by(transcript).stream(&first.name));
        }
    }
    Verdict::of(findings, judged, "no read of a stream succeeded")
}
