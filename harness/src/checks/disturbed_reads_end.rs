use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::transcript::Exit;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "disturbed_reads_end",
    level: Level::Should,
    group: Group::Process,
    requirement: "A read ends within ten seconds when it is sent SIGTERM, and when its stdout is closed.",
    why: "Platforms stop syncs every day: at a deploy, at a timeout, at the user's wish. What does not end is killed, with its last state unwritten, or goes on to ask the API for nobody.",
    source: "Kubernetes and Docker send SIGTERM and kill later; a write to a closed pipe is an error.",
    judge,
    condemns: &["$ read : terminated\n= timeout 10", "$ read : unheard\n= timeout 10"],
    acquits: &[
        "$ read : terminated\n= exit 143",
        "$ read : terminated\n= signal 15",
        "$ read : unheard\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    let asks = |question: &Question| matches!(question, Question::ReadTerminated | Question::ReadUnheard);
    for trial in evidence.tried(asks).filter(|trial| trial.run.transcript.exit != Exit::GivenUp) {
        judged = true;
        let transcript = &trial.run.transcript;
        if let Exit::TimedOut(limit) = transcript.exit {
            let next = match trial.question {
                Question::ReadTerminated => {
                    "do not ignore the signal; a process that is the first of its container has no default for it"
                }
                _ => "take an error on stdout for what it is: end",
            };
            let want = format!("an end within {limit:?}");
            findings.push(Finding::new(want, transcript.exit.to_string()).by(transcript).next(next));
        }
    }
    Verdict::of(findings, judged, "no read was disturbed")
}
