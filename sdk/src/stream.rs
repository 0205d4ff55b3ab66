use std::pin::Pin;
use std::rc::Rc;

use connector_protocol::{JsonObject, StreamDescriptor, SyncMode};

use crate::{Clock, Cursor, Error, Partition, Partitions, Records, Result, Resume, Schema, Slice};

/// A stream: its name, its schema, its keys, and how it is read.
///
/// ```
/// use connector_sdk::{Api, Stream};
///
/// let api = Api::new("https://api.example.test/v1");
/// let users: Stream = Stream::new("users", r#"{"type": "object", "properties": {"id": {"type": "integer"}}}"#)
///     .primary_key(["id"])
///     .full_refresh(async move |records| records.extend(api.get("users").records("data")).await);
/// ```
#[derive(Clone)]
pub struct Stream<R = Reading> {
    name: String,
    namespace: Option<String>,
    schema: Schema,
    primary_key: Vec<String>,
    migration: Option<Migration>,
    normalized: bool,
    reading: R,
}

/// In place of how a stream is read, while that has not been said.
#[derive(Debug)]
pub struct Unread;

/// In place of how a child stream is read: its parents are known.
#[derive(Debug)]
pub struct Each(Partitions);

/// How a stream is read.
#[derive(Clone)]
pub struct Reading(Rc<Mode>);

pub(crate) enum Mode {
    FullRefresh(Reader<()>),
    Resumable(Reader<Resume>),
    Token(Reader<Resume>),
    Incremental(Rc<Cursor>, Reader<Slice>),
    Each(Partitions, Reader<Partition>),
    EachIncremental(Partitions, Rc<Cursor>, Reader<(Partition, Slice)>),
}

/// An author's closure that reads one slice, whatever its type was.
pub(crate) type Reader<S> =
    Rc<dyn for<'a> Fn(S, &'a mut Records) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>>>;

/// An author's closure that makes today's state of an older one.
type Migration = Rc<dyn Fn(JsonObject) -> Result<JsonObject>>;

impl Stream<Unread> {
    /// A stream whose records conform to `schema`. It is complete once one of the methods below says how it is read.
    pub fn new(name: impl Into<String>, schema: impl Into<Schema>) -> Self {
        Stream {
            name: name.into(),
            namespace: None,
            schema: schema.into(),
            primary_key: Vec::new(),
            migration: None,
            normalized: false,
            reading: Unread,
        }
    }

    /// Reads everything, every time.
    pub fn full_refresh(self, read: impl AsyncFn(&mut Records) -> Result<()> + 'static) -> Stream {
        let read = reader(async move |(), records: &mut Records| read(records).await);
        self.read_by(Mode::FullRefresh(read))
    }

    /// Reads everything, but goes on where a read that was cut short had come to.
    ///
    /// `read` is given the last state, and writes states by [`Records::checkpoint`]; pages do both by themselves:
    ///
    /// ```
    /// # use connector_sdk::{Api, Paging, Stream};
    /// # fn users(api: Api) -> Stream {
    /// Stream::new("users", r#"{"type": "object", "properties": {}}"#).resumable(async move |from, records| {
    ///     let users = api.get("users").pages(Paging::cursor("cursor", "next")).records("data");
    ///     records.extend(users.resume(&from)?).await
    /// })
    /// # }
    /// ```
    pub fn resumable(self, read: impl AsyncFn(Resume, &mut Records) -> Result<()> + 'static) -> Stream {
        self.read_by(Mode::Resumable(reader(read)))
    }

    /// Reads what has changed since a token that the API handed out the last time, such as that of a feed of changes.
    ///
    /// `read` is given the last state and writes states by [`Records::checkpoint`], each after the records that it
    /// covers. The state means nothing to anybody but the API, so no field of the records is the stream's cursor.
    ///
    /// ```
    /// # use connector_sdk::{Api, Stream};
    /// # use serde_json::json;
    /// # fn changes(api: Api) -> Stream {
    /// Stream::new("changes", r#"{"type": "object", "properties": {}}"#).incremental_by_token(async move |from, records| {
    ///     let mut token = from.get("token").cloned();
    ///     loop {
    ///         let mut request = api.get("changes");
    ///         if let Some(token) = token.as_ref().and_then(|token| token.as_str()) {
    ///             request = request.query("since", token);
    ///         }
    ///         let changes = request.send().await?;
    ///         let changes: serde_json::Value = changes.json()?;
    ///         for change in changes["items"].as_array().into_iter().flatten() {
    ///             records.push(change)?;
    ///         }
    ///         records.checkpoint(&json!({ "token": changes["next_token"] }))?;
    ///         if changes["has_more"] != true {
    ///             return Ok(());
    ///         }
    ///         token = Some(changes["next_token"].clone());
    ///     }
    /// })
    /// # }
    /// ```
    pub fn incremental_by_token(
        self,
        read: impl AsyncFn(Resume, &mut Records) -> Result<()> + 'static,
    ) -> Stream {
        self.read_by(Mode::Token(reader(read)))
    }

    /// Reads slice by slice as the cursor says, and goes on from the last state where the platform asks for it.
    ///
    /// `read` is called for one slice at a time and pushes that slice's records.
    pub fn incremental(
        self,
        cursor: Cursor,
        read: impl AsyncFn(Slice, &mut Records) -> Result<()> + 'static,
    ) -> Stream {
        self.read_by(Mode::Incremental(Rc::new(cursor), reader(read)))
    }

    /// Makes it a child stream, which is read for each of these parents.
    pub fn for_each(self, partitions: Partitions) -> Stream<Each> {
        self.with(Each(partitions))
    }
}

impl Stream<Each> {
    /// Reads all children of each parent, every time.
    pub fn full_refresh(self, read: impl AsyncFn(Partition, &mut Records) -> Result<()> + 'static) -> Stream {
        let partitions = self.reading.0.clone();
        self.read_by(Mode::Each(partitions, reader(read)))
    }

    /// Reads the children of each parent slice by slice as the cursor says. Each parent has its own place in the state:
    /// `{"partitions": {"<key>": <value>}}`.
    ///
    /// A state is written when a parent is done and the records since the last state weigh as much as the state: it
    /// never makes up more than half of what a stream with many parents emits. It keeps up to 4 MiB, some 80,000 parents;
    /// of more, those whose children changed longest ago are read from the start the next time.
    pub fn incremental(
        self,
        cursor: Cursor,
        read: impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + 'static,
    ) -> Stream {
        let partitions = self.reading.0.clone();
        let read = reader(async move |(partition, slice), records: &mut Records| {
            read(partition, slice, records).await
        });
        self.read_by(Mode::EachIncremental(partitions, Rc::new(cursor), read))
    }
}

impl<R> Stream<R> {
    /// The fields that together name a record.
    #[must_use]
    pub fn primary_key<F: Into<String>>(self, fields: impl IntoIterator<Item = F>) -> Self {
        Stream { primary_key: fields.into_iter().map(Into::into).collect(), ..self }
    }

    /// What the stream's name stands in, where names alone would not tell streams apart.
    #[must_use]
    pub fn namespace(self, namespace: impl Into<String>) -> Self {
        Stream { namespace: Some(namespace.into()), ..self }
    }

    /// Makes values what the schema says they are, where an API is loose: `"12"` becomes 12 where a number is wanted, a
    /// value alone a list where a list is. A value that cannot be what it should is null, and one that is too long is
    /// cut; the record's `meta.changes` says so. Records that need none of it stay as they were sent.
    #[must_use]
    pub fn normalized(self) -> Self {
        Stream { normalized: true, ..self }
    }

    /// Makes a state of an earlier version of the connector into one of today. It is handed every state that comes in,
    /// so it must know its own.
    #[must_use]
    pub fn migrate_state(self, migration: impl Fn(JsonObject) -> Result<JsonObject> + 'static) -> Self {
        Stream { migration: Some(Rc::new(migration)), ..self }
    }

    fn with<N>(self, reading: N) -> Stream<N> {
        let Stream { name, namespace, schema, primary_key, migration, normalized, reading: _ } = self;
        Stream { name, namespace, schema, primary_key, migration, normalized, reading }
    }

    fn read_by(self, mode: Mode) -> Stream {
        self.with(Reading(Rc::new(mode)))
    }
}

impl Stream {
    /// The records of this stream as parents of another, named by a field.
    ///
    /// All are listed, in one slice from 1970 (or 0) to now, whatever the cursor's start, step and state are: what is new may
    /// belong to what is old. For an API that does not answer so much at once, there is [`Partitions::new`].
    pub fn partitions(&self, key: &str) -> Partitions {
        Partitions::of(self.clone(), key)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn descriptor(&self) -> StreamDescriptor {
        StreamDescriptor {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            extra: JsonObject::new(),
        }
    }

    pub(crate) fn mode(&self) -> &Mode {
        &self.reading.0
    }

    pub(crate) fn is_normalized(&self) -> bool {
        self.normalized
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The state as this version of the connector writes it.
    pub(crate) fn migrated(&self, state: JsonObject) -> Result<JsonObject> {
        match &self.migration {
            Some(migrate) => migrate(state),
            None => Ok(state),
        }
    }

    /// The stream as the catalog offers it.
    pub(crate) fn offer(&self) -> Result<connector_protocol::Stream> {
        if let Some(flaw) = self.cursor().and_then(|cursor| cursor.flaw()) {
            return Err(Error::system(format!("failed to offer the stream `{}`: {flaw}", self.name)));
        }
        let json_schema = self.schema.object().map_err(|error| {
            Error::system(format!("failed to offer the stream `{}`", self.name)).caused_by(error)
        })?;
        let primary_key = self.primary_key.iter().map(|field| vec![field.clone()]).collect::<Vec<_>>();
        let mut supported_sync_modes = vec![SyncMode::FullRefresh];
        supported_sync_modes.extend(self.is_incremental().then_some(SyncMode::Incremental));
        Ok(connector_protocol::Stream {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            json_schema,
            supported_sync_modes,
            source_defined_cursor: self.is_incremental().then_some(true),
            default_cursor_field: self.cursor().map(|cursor| vec![cursor.field().to_owned()]),
            source_defined_primary_key: (!primary_key.is_empty()).then_some(primary_key),
            is_resumable: matches!(self.mode(), Mode::Resumable(_)).then_some(true),
            ..connector_protocol::Stream::default()
        })
    }

    /// Whether it can be read from where the last read came to.
    pub(crate) fn is_incremental(&self) -> bool {
        self.cursor().is_some() || matches!(self.mode(), Mode::Token(_))
    }

    /// Which field it is read incrementally by.
    pub(crate) fn cursor(&self) -> Option<&Rc<Cursor>> {
        match self.mode() {
            Mode::Incremental(cursor, _) | Mode::EachIncremental(_, cursor, _) => Some(cursor),
            Mode::FullRefresh(_) | Mode::Resumable(_) | Mode::Token(_) | Mode::Each(..) => None,
        }
    }

    /// Reads everything, one slice after the other, for the sake of its children.
    pub(crate) async fn list(&self, records: &mut Records) -> Result<()> {
        let now = Clock::current().began();
        match self.mode() {
            Mode::FullRefresh(read) => read((), records).await,
            Mode::Resumable(read) | Mode::Token(read) => read(Resume::default(), records).await,
            Mode::Incremental(cursor, read) => {
                for slice in cursor.everything(now) {
                    read(slice, records).await?;
                }
                Ok(())
            }
            Mode::Each(partitions, read) => {
                for partition in partitions.list().await?.iter() {
                    read(partition.clone(), records).await?;
                }
                Ok(())
            }
            Mode::EachIncremental(partitions, cursor, read) => {
                for partition in partitions.list().await?.iter() {
                    for slice in cursor.everything(now) {
                        read((partition.clone(), slice), records).await?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Hides the type of a closure and of its futures, so that streams of all kinds fit in one list.
pub(crate) fn reader<S: 'static>(read: impl AsyncFn(S, &mut Records) -> Result<()> + 'static) -> Reader<S> {
    let read = Rc::new(read);
    Rc::new(move |slice, records| {
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
    fn a_stream_by_token_is_incremental_and_has_no_cursor_field() {
        let stream =
            Stream::new("changes", r#"{"type": "object"}"#).incremental_by_token(async |_, _| Ok(()));
        let offer = stream.offer().unwrap();
        assert_eq!(offer.supported_sync_modes, [SyncMode::FullRefresh, SyncMode::Incremental]);
        assert_eq!((offer.source_defined_cursor, offer.default_cursor_field), (Some(true), None));
    }

    #[test]
    fn a_pattern_that_cannot_be_written_by_is_named() {
        let cursor = Cursor::date_time_as("day", "%Y-%m-%@");
        let error = Stream::new("days", "{}").incremental(cursor, async |_, _| Ok(())).offer().unwrap_err();
        let want = "failed to offer the stream `days`: the cursor `day`: the pattern `%Y-%m-%@` of strftime is not understood";
        assert!(error.to_string().starts_with(want), "{error}");
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
