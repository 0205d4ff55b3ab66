//! One event a line, for machines.

use std::io::Write;

use super::{Reporter, say};
use crate::event::Event;

pub(super) struct Json {
    out: Box<dyn Write>,
}

impl Json {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Json { out }
    }
}

impl Reporter for Json {
    fn tell(&mut self, event: &Event) {
        match serde_json::to_string(event) {
            Ok(line) => say(&mut self.out, format_args!("{line}")),
            Err(error) => say(&mut anstream::stderr(), format_args!("failed to write an event: {error}")),
        }
    }
}
