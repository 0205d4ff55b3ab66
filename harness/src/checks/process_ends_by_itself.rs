use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::transcript::Exit;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "process_ends_by_itself",
    level: Level::Must,
    group: Group::Process,
    requirement: "Every command starts, and ends by itself within its time limit.",
    why: "A sync that hangs is killed by the platform's heartbeat after hours, and starts again where it was; a process \
          that dies by a signal leaves neither an error nor a state behind.",
    source: "The protocol's one process per command, and the heartbeat of the platform.",
    judge,
    condemns: &["$ spec\n= timeout 10", "$ read\n= signal 11", "$ check\n= never started: Exec format error"],
    acquits: &[
        "$ spec\n= exit 0",
        "$ read\n= exit 1",
        "$ check\n$ check : wrong /key\n! GET https://api.test/undefined\n= given up",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    for transcript in evidence.every_transcript().filter(|transcript| !transcript.disturbed) {
        let next = match &transcript.exit {
            Exit::Status(_) | Exit::GivenUp => continue,
            Exit::Signal(_) => "a crash in native code and a kill for want of memory end so",
            Exit::TimedOut(_) => {
                "give every request a timeout; if the command needs longer, raise [timeout] in harness.toml"
            }
            Exit::NeverStarted(_) => {
                "is it there, is it executable, does a script begin with #! and name an interpreter that is there?"
            }
        };
        let want = match transcript.exit {
            Exit::TimedOut(limit) => format!("an end within {limit:?}"),
            Exit::NeverStarted(_) => "a process".to_owned(),
            _ => "an end of its own".to_owned(),
        };
        findings.push(Finding::new(want, transcript.exit.to_string()).by(transcript).next(next));
    }
    Verdict::of(findings, !evidence.runs.is_empty(), "no process was started")
}
