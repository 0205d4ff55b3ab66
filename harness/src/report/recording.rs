//! What `harness record` says while it records. What it says of the replay is the report of `harness test`.

use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style as Paint};

use super::say;
use super::spelling::{from_here, plural};
use crate::recording::Step;

const GOOD: Paint = AnsiColor::Green.on_default().bold();
const BAD: Paint = AnsiColor::Red.on_default().bold();
const WARN: Paint = AnsiColor::Yellow.on_default().bold();
const BOLD: Paint = Paint::new().bold();

/// Suspects that are shown.
const SUSPECTS: usize = 10;

/// Tells of a recording, on stderr.
pub(crate) struct Recording {
    out: Box<dyn Write>,
    suspects: usize,
}

impl Recording {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Recording { out, suspects: 0 }
    }

    /// Nothing is recorded: what is there is replayed.
    pub(crate) fn replays(&mut self, cassette: &Path) {
        say(
            &mut *self.out,
            format_args!(
                "{BOLD}Nothing is recorded{BOLD:#}: {} is replayed. `--mode new_episodes` adds what it lacks, \
                 `--mode all` records it anew.\n",
                from_here(cassette).display()
            ),
        );
    }

    pub(crate) fn interrupted(&mut self) {
        say(&mut *self.out, format_args!("{WARN}Interrupted{WARN:#}  nothing was written"));
    }

    pub(crate) fn tell(&mut self, step: &Step) {
        let out = &mut *self.out;
        match step {
            Step::Began { scenario, connector } => say(
                out,
                format_args!("{BOLD}{connector}{BOLD:#}  recording `{scenario}` from the real servers"),
            ),
            Step::Secret { fields } if fields.is_empty() => say(
                out,
                format_args!("      {WARN}the spec marks no field of this config as a secret{WARN:#}"),
            ),
            Step::Secret { fields } => say(out, format_args!("      secret {}", fields.join(", "))),
            Step::Performed { command, outcome, requests, seconds, well, stderr } => {
                let (paint, word) = if *well { (GOOD, "REC ") } else { (BAD, "FAIL") };
                say(
                    out,
                    format_args!(
                        "{paint}{word}{paint:#}  {command}: {outcome}; {}, {seconds:.1} s{}",
                        plural(*requests, "request", "requests"),
                        if *well { "" } else { "; what it asked for is recorded all the same" }
                    ),
                );
                for line in stderr.lines() {
                    say(out, format_args!("      {line}"));
                }
            }
            Step::Unanswered { request } => say(out, format_args!("{WARN}LOST{WARN:#}  {request}")),
            Step::Suspected { suspect } => {
                self.suspects += 1;
                if self.suspects == 1 {
                    say(
                        out,
                        format_args!(
                            "{WARN}LOOK{WARN:#}  these are left in the recording and look like secrets; if one is, \
                             mark its field `airbyte_secret`, or edit the cassette before you commit it"
                        ),
                    );
                }
                if self.suspects <= SUSPECTS {
                    say(out, format_args!("      {suspect}"));
                } else if self.suspects == SUSPECTS + 1 {
                    say(out, format_args!("      and more: harness cassette lint"));
                }
            }
            Step::Noted { note } => say(out, format_args!("NOTE  {note}")),
            Step::Wrote { folder, interactions, optional } => {
                let optional = match optional {
                    0 => String::new(),
                    optional => format!(", {optional} of them for reads that are taken up again"),
                };
                say(
                    out,
                    format_args!(
                        "{GOOD}DONE{GOOD:#}  {}: {}{optional}\n\nReplayed, with made-up secrets:",
                        from_here(folder).display(),
                        plural(*interactions, "interaction", "interactions")
                    ),
                );
            }
        }
    }
}
