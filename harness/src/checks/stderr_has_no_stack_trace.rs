use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "stderr_has_no_stack_trace",
    level: Level::Should,
    group: Group::Process,
    requirement: "A command that succeeds writes no stack trace to stderr.",
    why: "An error that was caught and passed over is often the reason for records that are missing; and \
           whoever looks for the cause of the next failure finds that trace first.",
    source: "Ours: the protocol says nothing of stderr. Connector acceptance tests once took a `Traceback` \
              there for a failed check.",
    judge,
    condemns: &[
        "$ check\n2> Traceback (most recent call last):",
        "$ read\n2> thread 'main' panicked at src/main.rs:2:5:",
        "$ discover\n2> Exception in thread \"main\" java.lang.NullPointerException",
        "$ read\n2> Error: no\n2>     at Object.<anonymous> (/app/index.js:1:7)",
        "$ read\n2> goroutine 1 [running]:",
    ],
    acquits: &[
        "$ check\n2> DeprecationWarning: pkg_resources is deprecated",
        "$ spec\n2> look at the thread",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.transcripts().filter(|transcript| transcript.status() == Some(0)) {
        judged |= transcript.stderr.bytes > 0;
        if let Some(line) = &transcript.stderr.stack_trace {
            let next = "mend what raised it, or say in a LOG message what was passed over and why";
            findings.push(Finding::new("no stack trace on stderr", line).by(transcript).next(next));
        }
    }
    Verdict::of(findings, judged, "no command that succeeded wrote to stderr")
}
