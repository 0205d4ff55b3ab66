use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_record_counts_are_true",
    level: Level::Must,
    group: Group::State,
    requirement: "Where a STATE carries sourceStats.recordCount, it is the number of records printed since the state \
                  before it: of its stream, or of all streams for a GLOBAL state.",
    why: "The platform compares it with what the destination wrote: a wrong count reports loss where there is none, or \
          hides it where there is some.",
    source: "The protocol's sourceStats: records emitted for this state message.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}},\"sourceStats\":{\"recordCount\":2.0}}}",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}},\"sourceStats\":{\"recordCount\":1.0}}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}},\"sourceStats\":{\"recordCount\":0}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        for placed in transcript.account.of_kind(MessageType::State) {
            let count = placed.payload()["sourceStats"]["recordCount"].take();
            let Some(counted) = count.as_f64() else {
                continue;
            };
            judged = true;
            #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 records")]
            let printed = placed.since_state as f64;
            if (counted - printed).abs() >= 0.5 {
                let finding = Finding::new(
                    format!("{}, the records since the state before", placed.since_state),
                    count.to_string(),
                )
                .by(transcript)
                .line(placed.line)
                .pointer("/state/sourceStats/recordCount");
                findings.push(Finding { stream: placed.stream_name(), ..finding });
            }
        }
    }
    Verdict::of(findings, judged, "no STATE carries a record count")
}
