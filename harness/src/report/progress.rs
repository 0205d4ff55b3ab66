//! One line on a terminal that says what runs.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The line; nothing where there is no terminal.
#[derive(Clone)]
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn new(wanted: bool) -> Self {
        Progress(wanted.then(|| {
            let bar = ProgressBar::no_length();
            if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {pos}/{len} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar
        }))
    }

    pub(super) fn begin(&self, of: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(of as u64);
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    pub(super) fn expect_more(&self, by: usize) {
        if let Some(bar) = &self.0 {
            bar.inc_length(by as u64);
        }
    }

    pub(super) fn doing(&self, what: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(what);
        }
    }

    pub(super) fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// Says something above the line.
    pub(super) fn aside(&self, say: impl FnOnce()) {
        match &self.0 {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
