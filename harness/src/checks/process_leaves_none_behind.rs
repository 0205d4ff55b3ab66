use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "process_leaves_none_behind",
    level: Level::Must,
    group: Group::Process,
    requirement: "A command that has ended leaves no process of its own running.",
    why: "What is left behind holds memory, connections and stdout: a platform that waits for the end of the output \
          waits for ever.",
    source: "The protocol's one process per command.",
    judge,
    condemns: &["$ read\n= leaves sleep"],
    acquits: &["$ read\n= exit 0"],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    // What a process that we killed left behind is our doing.
    for transcript in evidence.transcripts().filter(|transcript| transcript.status().is_some()) {
        judged = true;
        if !transcript.leftovers.is_empty() {
            findings.push(
                Finding::new("no process left running", transcript.leftovers.join(", "))
                    .by(transcript)
                    .next("wait for child processes before the command ends, also when it fails"),
            );
        }
    }
    Verdict::of(findings, judged, "no process ended by itself")
}
