use std::cell::RefCell;
use std::rc::Rc;

use connector_protocol::{StreamDescriptor, StreamStatus};

use crate::output::Output;
use crate::progress::Progress;
use crate::{Error, Result};

/// The streams of a read that were started and have not come to their end: what must be said of them if the process is
/// told to stop.
#[derive(Default)]
pub(crate) struct Unfinished(RefCell<Vec<Started>>);

/// A stream that was started.
pub(crate) struct Started {
    stream: StreamDescriptor,
    progress: Option<Rc<RefCell<Progress>>>,
}

impl Unfinished {
    pub(crate) fn begin(&self, stream: &StreamDescriptor) {
        self.0.borrow_mut().push(Started { stream: stream.clone(), progress: None });
    }

    /// What a started stream has come to will be found here.
    pub(crate) fn progresses(&self, stream: &StreamDescriptor, progress: &Rc<RefCell<Progress>>) {
        if let Some(started) = self.0.borrow_mut().iter_mut().find(|started| started.stream == *stream) {
            started.progress = Some(Rc::clone(progress));
        }
    }

    pub(crate) fn end(&self, stream: &StreamDescriptor) -> Started {
        let mut started = self.0.borrow_mut();
        let place = started.iter().position(|started| started.stream == *stream);
        place.map_or(Started { stream: stream.clone(), progress: None }, |place| started.remove(place))
    }

    /// Says what has been read of each stream, why it is not gone on with, and that none is complete.
    pub(crate) fn stop(&self, output: &Output, why: &Error) -> Result<()> {
        let started = self.0.take();
        started.iter().try_for_each(Started::cut_short)?;
        output.error(why, None)?;
        started.iter().try_for_each(|started| output.status(&started.stream, StreamStatus::Incomplete))
    }
}

impl Started {
    /// Writes the state of what has been read.
    pub(crate) fn cut_short(&self) -> Result<()> {
        self.progress.as_ref().map_or(Ok(()), |progress| progress.borrow_mut().cut_short())
    }
}
