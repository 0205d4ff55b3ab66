//! Several reports of one run: all hear the same events.

use std::io::Write;
use std::path::PathBuf;

use super::{Destination, Format, Reporter, Style, create, of};
use crate::error::Error;
use crate::event::Event;

/// The reports of a run.
pub struct Several(Vec<(Option<PathBuf>, Box<dyn Reporter>)>);

impl Several {
    /// The report that a run is followed by, and those that are asked for beside it; their files are made at once, so
    /// that one that cannot be written is known before the connectors are judged.
    ///
    /// # Errors
    /// A file that cannot be made, or two reports that would be mixed on stdout.
    pub fn open(format: Format, beside: &[Destination], style: &Style) -> Result<Self, Error> {
        let on_stdout = beside.iter().filter(|destination| destination.file.is_none()).count();
        if on_stdout + usize::from(format != Format::Human) > 1 {
            let why = "two of them would go to stdout: give all but one a file".to_owned();
            return Err(Error::Reports { why });
        }
        let twice = beside.iter().enumerate().find(|(place, one)| {
            one.file.is_some() && beside[..*place].iter().any(|other| other.file == one.file)
        });
        if let Some((_, Destination { file: Some(file), .. })) = twice {
            let why = format!("two of them would go to {}: give each a file of its own", file.display());
            return Err(Error::Reports { why });
        }
        let mut all = vec![(None, super::main(format, style.clone()))];
        for Destination { format, file } in beside {
            let out: Box<dyn Write> = match file {
                Some(file) => create(file)?,
                None => Box::new(std::io::stdout()),
            };
            all.push((file.clone(), of(*format, style.clone(), out)));
        }
        Ok(Several(all))
    }

    /// Tells all of them.
    pub fn tell(&mut self, event: &Event) {
        for (_, reporter) in &mut self.0 {
            reporter.tell(event);
        }
    }

    /// The harness could not go on, and why: nothing more comes.
    pub fn break_off(&mut self, why: &str) {
        for (_, reporter) in &mut self.0 {
            reporter.break_off(why);
        }
    }

    /// Finishes every one, also where another cannot be.
    ///
    /// # Errors
    /// The first that is not whole.
    pub fn close(self) -> Result<(), Error> {
        let mut first = Ok(());
        for (file, mut reporter) in self.0 {
            let closed = reporter.close().map_err(|source| match file {
                Some(path) => Error::Write { path, source },
                None => Error::Report { source },
            });
            first = first.and(closed);
        }
        first
    }
}
