use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use connector_protocol::{
    ConfiguredCatalog, ConfiguredStream, JsonObject, StateInput, StreamDescriptor, StreamStatus, SyncMode,
};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::foreign_state::translated;
use crate::known_state::meaningful;
use crate::output::Output;
use crate::panic::caught;
use crate::progress::Progress;
use crate::scope::of_stream;
use crate::side_by_side::{Job, side_by_side};
use crate::slices::read_slices;
use crate::unfinished::Unfinished;
use crate::{Error, Result, Stream};

/// What a `read` has at hand.
pub(crate) struct Read {
    pub(crate) streams: Vec<Stream>,
    pub(crate) state: StateInput,
    pub(crate) now: Timestamp,
    pub(crate) output: Rc<Output>,
    /// How many slices, of all streams together, are read at once.
    pub(crate) concurrency: usize,
    /// The streams that were started and have not come to their end.
    pub(crate) unfinished: Rc<Unfinished>,
}

impl Read {
    /// Reads the configured streams, as many side by side as slices may be; with one at a time, in their order. A
    /// stream that fails does not keep the others from being read.
    ///
    /// Returns whether all are complete; an error means that nobody is reading what we write.
    pub(crate) async fn all(self: &Rc<Self>, catalog: &ConfiguredCatalog) -> Result<bool> {
        let complete = Rc::new(RefCell::new(true));
        // A slice holds a slot of its own, so a stream that waits for one keeps nobody from it.
        let (streams, slices) = (slots(self.concurrency), slots(self.concurrency));
        let jobs = catalog.streams.iter().map(|configured| {
            let (read, configured) = (Rc::clone(self), configured.clone());
            let (complete, slices) = (Rc::clone(&complete), Arc::clone(&slices));
            let job: Job = Box::pin(async move {
                let whole = read.one(&configured, &slices).await?;
                *complete.borrow_mut() &= whole;
                Ok(())
            });
            job
        });
        side_by_side(jobs, &streams).await?;
        Ok(complete.take())
    }

    /// STARTED, RUNNING at the first record, then COMPLETE, or an error and INCOMPLETE: so for every stream.
    async fn one(&self, configured: &ConfiguredStream, slots: &Arc<Semaphore>) -> Result<bool> {
        let stream = StreamDescriptor {
            name: configured.stream.name.clone(),
            namespace: configured.stream.namespace.clone(),
            extra: JsonObject::new(),
        };
        self.output.status(&stream, StreamStatus::Started)?;
        self.unfinished.begin(&stream);
        let result = caught(of_stream(stream.clone(), self.records(configured, &stream, slots))).await;
        let unfinished = self.unfinished.end(&stream);
        match result {
            Ok(()) => {
                self.output.status(&stream, StreamStatus::Complete)?;
                Ok(true)
            }
            Err(error) => {
                unfinished.cut_short()?;
                self.output.error(&error, Some(&stream))?;
                match error.rate_limited() {
                    Some(reset) => self.output.rate_limited(&stream, StreamStatus::Incomplete, reset)?,
                    None => self.output.status(&stream, StreamStatus::Incomplete)?,
                }
                Ok(false)
            }
        }
    }

    async fn records(
        &self,
        configured: &ConfiguredStream,
        descriptor: &StreamDescriptor,
        slots: &Arc<Semaphore>,
    ) -> Result<()> {
        let stream = self.find(descriptor)?;
        let given = self.state.of_stream(&descriptor.name, descriptor.namespace.as_deref());
        let state = match configured.sync_mode {
            // An incremental stream begins anew; another may have been cut short.
            SyncMode::FullRefresh => given.filter(|_| !stream.is_incremental()),
            SyncMode::Incremental if !stream.is_incremental() => {
                return Err(Error::config(format!(
                    "the stream `{}` has no cursor, so it cannot be read with sync mode incremental: use full_refresh",
                    descriptor.name
                )));
            }
            SyncMode::Incremental => given,
        };
        let state =
            meaningful(state).cloned().map(|state| stream.migrated(state)).transpose()?.map(|state| {
                match stream.cursor() {
                    Some(cursor) => translated(&state, cursor.field()).unwrap_or(state),
                    None => state,
                }
            });
        let progress = Progress::new(Rc::clone(&self.output), stream, state.as_ref(), self.now)?;
        let progress = Rc::new(RefCell::new(progress));
        self.unfinished.progresses(descriptor, &progress);
        let read = read_slices(stream, state.as_ref(), self.now, &progress, slots).await;
        progress.borrow().report();
        read?;
        progress.borrow_mut().complete()
    }

    fn find(&self, descriptor: &StreamDescriptor) -> Result<&Stream> {
        self.streams.iter().find(|stream| stream.descriptor() == *descriptor).ok_or_else(|| {
            let known: Vec<&str> = self.streams.iter().map(Stream::name).collect();
            let asked = match &descriptor.namespace {
                Some(namespace) => format!("{namespace}.{}", descriptor.name),
                None => descriptor.name.clone(),
            };
            Error::config(format!(
                "the catalog asks for the stream `{asked}`, which this source does not have: it has {}; run discover \
                 again",
                known.join(", ")
            ))
        })
    }
}

fn slots(count: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)))
}
