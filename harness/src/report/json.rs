//! One event a line, for machines.

use std::io::{self, ErrorKind, Write};

use super::Reporter;
use crate::event::Event;

pub(super) struct Json {
    out: Box<dyn Write>,
    /// The first line that could not be written: after it, none is.
    written: io::Result<()>,
}

impl Json {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Json { out, written: Ok(()) }
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, event)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

impl Reporter for Json {
    fn tell(&mut self, event: &Event) {
        if self.written.is_ok() {
            self.written = self.write(event);
        }
    }

    fn close(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.written, Ok(())) {
            // A reader that has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::What;

    struct Fails(ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_report_that_is_not_whole_is_an_error_but_not_for_a_reader_who_left() {
        for (kind, whole) in [(ErrorKind::StorageFull, false), (ErrorKind::BrokenPipe, true)] {
            let mut json = Json::new(Box::new(Fails(kind)));
            json.tell(&Event { at_ms: 0, connector: None, what: What::Interrupted {} });
            assert_eq!(json.close().is_ok(), whole, "{kind}");
        }
    }
}
