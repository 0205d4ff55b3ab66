use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "streams_have_records",
    level: Level::Must,
    group: Group::Records,
    requirement: "A read that succeeds brings at least one record of every configured stream, unless the scenario \
                  waives it with a reason.",
    why: "A stream that quietly brings nothing is the commonest way to lose data; and of a stream without records, no \
          other check proves anything.",
    source: "Connector acceptance tests, `basic_read`: empty_streams.",
    judge,
    condemns: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read",
    ],
    acquits: &[
        "$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{},\"emitted_at\":1}}",
        "# empty a\n$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[{\"name\":\"a\",\"json_schema\":{},\"supported_sync_modes\":[\"full_refresh\"]}]}}\n$ read",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.succeeded(Command::Read) {
        for stream in transcript.account.streams.iter().filter(|stream| stream.configured) {
            judged = true;
            let waived = evidence.empty_streams.contains(&stream.name.to_string());
            if stream.records == 0 && !waived {
                findings.push(
                    Finding::new("at least one record", "none")
                        .by(transcript)
                        .stream(&stream.name)
                        .next("record a scenario in which it has some, or waive it by [[empty_stream]] in scenario.toml"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no read succeeded")
}
