use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::{LONGEST_LINE, Seen, Stray};
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "stdout_is_protocol_only",
    level: Level::Must,
    group: Group::Messages,
    requirement: "Stdout carries protocol messages and nothing else, in reasonable numbers: one JSON object a line, in \
                  UTF-8, each line ended by a line feed.",
    why: "A platform takes a line that it cannot read for a log line, or fails: a record printed in such a line is \
          lost without a word.",
    source: "The protocol's JSON lines on stdout.",
    judge,
    condemns: &[
        "$ spec\nLoading settings...",
        "$ read\n{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"a\"}}{\"type\":\"LOG\"}",
        "$ read\n{\"stream\":\"users\",\"data\":{}}",
        "$ read\n[1]",
    ],
    acquits: &["$ read\n{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"a\"}}\n\n"],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_transcript() {
        judged |= transcript.account.lines > 0;
        // Who was disturbed may have been cut off in the middle of its last line.
        let is_cut = |stray: &&Seen<Stray>| {
            let is_torn =
                matches!(stray.what, Stray::Unfinished(_) | Stray::NotJson { .. } | Stray::NotUtf8(_));
            transcript.disturbed && is_torn && stray.line == transcript.account.lines
        };
        let strays = transcript.account.strays.iter().filter(|stray| !is_cut(stray));
        findings.extend(strays.map(|stray| finding(stray).by(transcript)));
    }
    Verdict::of(findings, judged, "nothing was printed")
}

fn finding(stray: &Seen<Stray>) -> Finding {
    let finding = match &stray.what {
        Stray::NotUtf8(excerpt) => Finding::new("UTF-8", excerpt),
        Stray::NotJson { excerpt, why } => {
            let next = match excerpt.as_bytes().first() {
                _ if why.starts_with("recursion limit") => "we read what is nested up to 127 deep".to_owned(),
                // It was meant as a message: the reason is what helps.
                Some(b'{') => format!("it does not parse: {why}"),
                _ => format!("it does not parse: {why}; print to stderr, or as a LOG message"),
            };
            Finding::new("one JSON object", excerpt).next(next)
        }
        Stray::NotAMessage(excerpt) => {
            Finding::new("an object with a `type`", excerpt).next("print to stderr, or as a LOG message")
        }
        Stray::TooLong { excerpt, bytes } => Finding::new(
            format!("a line of at most {LONGEST_LINE} bytes"),
            format!("{bytes} bytes: {excerpt}"),
        )
        .next("end every message with a line feed; leave out or shorten what a record cannot carry"),
        Stray::TooMany { kept } => Finding::new(
            format!("at most {kept} bytes of messages other than RECORD and LOG"),
            "more of them",
        )
        .next("print a STATE per page or slice, not per record; what came after was not judged"),
        Stray::Unfinished(excerpt) => Finding::new("a line feed after the last message", excerpt)
            .next("a line that is not ended may have been cut: end and flush it before the process ends"),
    };
    Finding { times: stray.times, ..finding.line(stray.line) }
}
