use std::collections::BTreeMap;

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

/// Each name once, with how often it comes.
fn counted(names: &[String]) -> String {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_insert(0) += 1;
    }
    let shown = counts
        .into_iter()
        .map(|(name, count)| if count > 1 { format!("{count} x {name}") } else { name.clone() });
    shown.collect::<Vec<_>>().join(", ")
}

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    // What a process that we killed left behind is our doing.
    for transcript in evidence.every_transcript().filter(|transcript| transcript.status().is_some()) {
        judged = true;
        if !transcript.leftovers.is_empty() {
            findings.push(
                Finding::new("no process left running", counted(&transcript.leftovers))
                    .by(transcript)
                    .next("wait for child processes before the command ends, also when it fails"),
            );
        }
    }
    if !evidence.orphans.is_empty() {
        let got = counted(&evidence.orphans);
        findings.push(Finding::new(
            "no process left running",
            format!("{got}; which command left it is not known"),
        ));
    }
    Verdict::of(findings, judged, "no process ended by itself")
}
