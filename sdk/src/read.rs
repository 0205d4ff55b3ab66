use std::rc::Rc;

use connector_protocol::{
    ConfiguredCatalog, ConfiguredStream, JsonObject, StateInput, StreamDescriptor, StreamStatus, SyncMode,
};

use crate::output::Output;
use crate::panic::caught;
use crate::{Date, Error, Records, Result, Stream};

/// What a `read` has at hand.
pub(crate) struct Read<'a> {
    pub(crate) streams: &'a [Stream],
    pub(crate) state: &'a StateInput,
    pub(crate) today: Date,
    pub(crate) output: &'a Rc<Output>,
}

impl Read<'_> {
    /// Reads the configured streams in their order. A stream that fails does not keep the next from being read.
    ///
    /// Returns whether all are complete; an error means that nobody is reading what we write.
    pub(crate) async fn all(&self, catalog: &ConfiguredCatalog) -> Result<bool> {
        let mut complete = true;
        for configured in &catalog.streams {
            complete &= self.one(configured).await?;
        }
        Ok(complete)
    }

    /// STARTED, RUNNING at the first record, then COMPLETE, or an error and INCOMPLETE: so for every stream.
    async fn one(&self, configured: &ConfiguredStream) -> Result<bool> {
        let descriptor = StreamDescriptor {
            name: configured.stream.name.clone(),
            namespace: configured.stream.namespace.clone(),
            extra: JsonObject::new(),
        };
        self.output.status(&descriptor, StreamStatus::Started)?;
        match caught(self.records(configured, &descriptor)).await {
            Ok(()) => {
                self.output.status(&descriptor, StreamStatus::Complete)?;
                Ok(true)
            }
            Err(error) => {
                self.output.error(&error, Some(&descriptor))?;
                self.output.status(&descriptor, StreamStatus::Incomplete)?;
                Ok(false)
            }
        }
    }

    async fn records(&self, configured: &ConfiguredStream, descriptor: &StreamDescriptor) -> Result<()> {
        let stream = self.find(descriptor)?;
        let state = match configured.sync_mode {
            SyncMode::FullRefresh => None,
            SyncMode::Incremental if stream.cursor().is_none() => {
                return Err(Error::config(format!(
                    "the stream `{}` has no cursor, so it cannot be read with sync mode incremental: use full_refresh",
                    descriptor.name
                )));
            }
            SyncMode::Incremental => self.state.of_stream(&descriptor.name, descriptor.namespace.as_deref()),
        };
        let mut records = Records::new(Rc::clone(self.output), descriptor.clone());
        stream.read(state, self.today, &mut records).await
    }

    /// Our streams have no namespace, so one that is configured with a namespace is none of ours.
    fn find(&self, descriptor: &StreamDescriptor) -> Result<&Stream> {
        let named = |stream: &&Stream| descriptor.namespace.is_none() && stream.name() == descriptor.name;
        self.streams.iter().find(named).ok_or_else(|| {
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
