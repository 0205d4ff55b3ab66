//! The lines of the report for people, and their colours.

use std::fmt::Display;
use std::io::Write;

use anstyle::{AnsiColor, Style as Paint};

use crate::excerpt;
use crate::report::{paragraph, say};

pub(super) const GOOD: Paint = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Paint = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Paint = AnsiColor::Yellow.on_default().bold();
pub(super) const DIM: Paint = Paint::new().dimmed();
pub(super) const BOLD: Paint = Paint::new().bold();

/// What is written on.
pub(super) struct Page(pub(super) Box<dyn Write>);

impl Page {
    pub(super) fn line(&mut self, line: impl Display) {
        say(&mut self.0, format_args!("{line}"));
    }

    /// A line under a heading: what it is, and the text.
    pub(super) fn entry(&mut self, name: &str, text: impl Display) {
        self.line(format_args!("      {DIM}{name:<6}{DIM:#} {text}"));
    }

    /// A sentence under a heading, over as many lines as it takes.
    pub(super) fn sentence(&mut self, name: &str, text: &str) {
        let mut name = name;
        for line in paragraph::lines(text) {
            self.entry(name, excerpt::of_line(&line));
            name = "";
        }
    }

    /// Something to know that is nobody's fault.
    pub(super) fn note(&mut self, note: impl Display) {
        self.line(format_args!("{WARN}NOTE{WARN:#}  {note}"));
    }
}
