use std::pin::Pin;
use std::rc::Rc;

use connector_protocol::{JsonObject, SyncMode};

use crate::{Daily, Date, Error, Records, Result, Schema};

/// The state of a stream without a cursor, as platforms know it from other connectors.
const NO_CURSOR: &str = "__ab_no_cursor_state_message";

/// A stream: its name, its schema, its keys, and how it is read.
///
/// ```
/// use connector_sdk::{Api, RawValue, Stream};
///
/// let api = Api::new("https://api.example.test/v1");
/// let users: Stream = Stream::new("users", r#"{"type": "object", "properties": {"id": {"type": "integer"}}}"#)
///     .primary_key(["id"])
///     .full_refresh(async move |records| {
///         for user in api.get("users").send().await?.json::<Vec<&RawValue>>()? {
///             records.push(user)?;
///         }
///         Ok(())
///     });
/// ```
pub struct Stream<R = Reading> {
    name: String,
    schema: Schema,
    primary_key: Vec<String>,
    reading: R,
}

/// In place of how a stream is read, while that has not been said.
#[derive(Debug)]
pub struct Unread;

/// How a stream is read.
pub struct Reading(Mode);

enum Mode {
    FullRefresh(Reader<()>),
    Daily(Daily, Reader<Date>),
}

/// An author's closure that reads one slice, whatever its type was.
type Reader<S> = Box<dyn for<'a> Fn(S, &'a mut Records) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>>;

impl Stream<Unread> {
    /// A stream whose records conform to `schema`. It is complete once [`full_refresh`](Self::full_refresh) or
    /// [`incremental`](Self::incremental) says how it is read.
    pub fn new(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Stream { name: name.into(), schema: schema.into(), primary_key: Vec::new(), reading: Unread }
    }

    /// The fields that together name a record.
    #[must_use]
    pub fn primary_key<F: Into<String>>(self, fields: impl IntoIterator<Item = F>) -> Self {
        Stream { primary_key: fields.into_iter().map(Into::into).collect(), ..self }
    }

    /// Reads everything, every time.
    pub fn full_refresh(self, read: impl AsyncFn(&mut Records) -> Result<()> + 'static) -> Stream {
        self.read_by(Mode::FullRefresh(reader(async move |(), records: &mut Records| read(records).await)))
    }

    /// Reads slice by slice as the cursor says, and goes on from the last state where the platform asks for it.
    ///
    /// `read` is called for one day at a time and pushes that day's records.
    pub fn incremental(
        self,
        cursor: Daily,
        read: impl AsyncFn(Date, &mut Records) -> Result<()> + 'static,
    ) -> Stream {
        self.read_by(Mode::Daily(cursor, reader(read)))
    }

    fn read_by(self, mode: Mode) -> Stream {
        let Stream { name, schema, primary_key, reading: Unread } = self;
        Stream { name, schema, primary_key, reading: Reading(mode) }
    }
}

impl Stream {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The stream as the catalog offers it.
    pub(crate) fn offer(&self) -> Result<connector_protocol::Stream> {
        let json_schema = self.schema.object().map_err(|error| {
            Error::system(format!("failed to offer the stream `{}`", self.name)).caused_by(error)
        })?;
        let primary_key = self.primary_key.iter().map(|field| vec![field.clone()]).collect::<Vec<_>>();
        let mut supported_sync_modes = vec![SyncMode::FullRefresh];
        supported_sync_modes.extend(self.cursor().map(|_| SyncMode::Incremental));
        Ok(connector_protocol::Stream {
            name: self.name.clone(),
            json_schema,
            supported_sync_modes,
            source_defined_cursor: self.cursor().map(|_| true),
            default_cursor_field: self.cursor().map(|cursor| vec![cursor.field().to_owned()]),
            source_defined_primary_key: (!primary_key.is_empty()).then_some(primary_key),
            ..connector_protocol::Stream::default()
        })
    }

    /// Whether it can be read from a state.
    pub(crate) fn cursor(&self) -> Option<&Daily> {
        match &self.reading.0 {
            Mode::FullRefresh(_) => None,
            Mode::Daily(cursor, _) => Some(cursor),
        }
    }

    /// Reads the stream from `state` up to `today`, with a checkpoint after each slice and at least one in all.
    pub(crate) async fn read(
        &self,
        state: Option<&JsonObject>,
        today: Date,
        records: &mut Records,
    ) -> Result<()> {
        match &self.reading.0 {
            Mode::FullRefresh(read) => {
                read((), records).await?;
                records.checkpoint(JsonObject::from_iter([(NO_CURSOR.to_owned(), true.into())]))
            }
            Mode::Daily(cursor, read) => {
                let mut days = cursor.days(state, today)?.peekable();
                if days.peek().is_none() {
                    records.checkpoint(state.cloned().unwrap_or_default())?;
                }
                for day in days {
                    read(day, records).await?;
                    records.checkpoint(cursor.state(day))?;
                }
                Ok(())
            }
        }
    }
}

/// Hides the type of a closure and of its futures, so that streams of all kinds fit in one list.
fn reader<S: 'static>(read: impl AsyncFn(S, &mut Records) -> Result<()> + 'static) -> Reader<S> {
    let read = Rc::new(read);
    Box::new(move |slice, records| {
        let read = Rc::clone(&read);
        Box::pin(async move { read(slice, records).await })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_a_cursor_offers_full_refresh_alone() {
        let stream = Stream::new("users", r#"{"type": "object"}"#).full_refresh(async |_| Ok(()));
        let offer = serde_json::to_string(&stream.offer().unwrap()).unwrap();
        assert_eq!(
            offer,
            r#"{"name":"users","json_schema":{"type":"object"},"supported_sync_modes":["full_refresh"]}"#
        );
    }

    #[test]
    fn a_schema_that_is_no_object_names_the_stream() {
        let error = Stream::new("users", "[]").full_refresh(async |_| Ok(())).offer().unwrap_err().chain();
        assert!(
            error.starts_with("failed to offer the stream `users`: the schema is no JSON object"),
            "{error}"
        );
    }
}
