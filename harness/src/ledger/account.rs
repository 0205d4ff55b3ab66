//! What one pass over a connector's stdout found: all that checks may know of it.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use connector_protocol::{Command, MessageType};
use serde_json::Value;

use super::awaited::Missed;
use super::digest::Sum;
use super::fields::FieldsSeen;
use super::key::OddKey;
use super::schema::Violation;
use crate::secrets::Leak;

/// The name of a stream within its namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamName {
    /// Absent for most sources.
    pub namespace: Option<String>,
    /// The stream's own name.
    pub name: String,
}

impl StreamName {
    /// Reads `name` and `namespace` of a descriptor, a catalog's stream, or anything shaped alike.
    pub(crate) fn of(descriptor: &Value) -> Self {
        let text = |key: &str| descriptor.get(key).and_then(Value::as_str).map(str::to_owned);
        StreamName { namespace: text("namespace"), name: text("name").unwrap_or_default() }
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Something that may happen on many lines: the first of them, and how many there were.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen<T> {
    pub(crate) what: T,
    /// Line of stdout, counted from 1.
    pub(crate) line: u64,
    pub(crate) times: u64,
}

/// How many different things of one kind are kept; the rest are counted with the last of them.
pub(crate) const KEPT: usize = 20;

/// Notes that `what` happened on `line`.
pub(crate) fn note<T>(seen: &mut Vec<Seen<T>>, line: u64, what: T, same: impl Fn(&T, &T) -> bool) {
    if let Some(known) = seen.iter_mut().find(|known| same(&known.what, &what)) {
        known.times += 1;
    } else if seen.len() < KEPT {
        seen.push(Seen { what, line, times: 1 });
    } else if let Some(last) = seen.last_mut() {
        last.times += 1;
    }
}

/// Something on stdout that is no protocol message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stray {
    NotUtf8(String),
    NotJson {
        excerpt: String,
        why: String,
    },
    NotAMessage(String),
    TooLong {
        excerpt: String,
        bytes: u64,
    },
    Unfinished(String),
    /// Messages other than records and logs, past what is kept of them.
    TooMany {
        kept: usize,
    },
}

/// A message that is neither RECORD nor LOG, in its place.
///
/// Kept as text: a connector that prints a state per record prints many, and parsed they take twenty times the memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    /// Line of stdout, counted from 1.
    pub(crate) line: u64,
    pub(crate) kind: MessageType,
    text: Box<str>,
    /// The stream that it speaks of, if it speaks of one.
    pub(crate) stream: Option<Arc<StreamName>>,
    /// Records so far: of that stream, or of all streams where it speaks of none.
    pub(crate) records: u64,
    /// For STATE: of these, the ones since the state before it of the same kind.
    pub(crate) since_state: u64,
}

impl Placed {
    pub(crate) fn new(line: u64, kind: MessageType, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into();
        Placed { line, kind, text, stream: None, records: 0, since_state: 0 }
    }

    /// The message as it was printed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn stream_name(&self) -> Option<StreamName> {
        self.stream.as_deref().cloned()
    }

    /// What the message carries: the value of the field that its type names.
    pub(crate) fn payload(&self) -> Value {
        let mut message: Value = serde_json::from_str(&self.text).unwrap_or_default();
        message[self.kind.field()].take()
    }
}

/// A secret on stdout.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revealed {
    pub(crate) leak: Leak,
    /// The stream of the record that holds it, if a record does.
    pub(crate) stream: Option<StreamName>,
}

/// What was seen of one stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StreamAccount {
    pub(crate) name: Arc<StreamName>,
    pub(crate) configured: bool,
    /// Whether it was to be read incrementally; in full otherwise.
    pub(crate) incremental: bool,
    pub(crate) records: u64,
    /// What its records are, to be compared with those of another read.
    pub(crate) sum: Sum,
    /// Line of its first record, 0 if there was none.
    pub(crate) first_line: u64,
    pub(crate) since_state: u64,
    pub(crate) states: u64,
    /// Records that violate the stream's schema, by rule.
    pub(crate) violations: Vec<Seen<Violation>>,
    /// Why its schema could not be used, so that no record was judged by it.
    pub(crate) unusable_schema: Option<String>,
    /// What its records have of the fields that its schema declares, where it declares any.
    pub(crate) fields: Option<FieldsSeen>,
    /// Records that have none of these.
    pub(crate) foreign: Option<Seen<String>>,
    /// Whether the source defines a primary key.
    pub(crate) has_key: bool,
    /// What stands in place of keys.
    pub(crate) odd_keys: Vec<Seen<OddKey>>,
    /// Keys that came again in a read in full.
    pub(crate) twin: Option<Seen<String>>,
    /// Records after the keys had become too many to tell.
    pub(crate) keys_unknown: u64,
    /// The first of the expected records that did not come, and how many did not.
    pub(crate) missed: Vec<Missed>,
    pub(crate) missed_in_all: usize,
    /// Times of its records that cannot be, by what is wrong with them.
    pub(crate) odd_moments: Vec<Seen<(&'static str, i64)>>,
    /// Extensions, with their dot, of the files that it was read from.
    pub(crate) file_types: Vec<String>,
}

static UNSEEN: LazyLock<StreamAccount> = LazyLock::new(StreamAccount::default);

impl StreamAccount {
    /// What was wanted and what came, if another read did not bring the same records.
    pub(crate) fn differs(&self, other: &StreamAccount) -> Option<(String, String)> {
        if (self.records, self.sum.set) == (other.records, other.sum.set) {
            return None;
        }
        let got = if self.records == other.records {
            "as many others".to_owned()
        } else {
            other.records.to_string()
        };
        Some((format!("the same {} records as before", self.records), got))
    }
}

/// All that one pass over the stdout of one process found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Account {
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
    /// Messages of every type, LOG and RECORD included.
    pub(crate) said: u64,
    pub(crate) records: u64,
    pub(crate) strays: Vec<Seen<Stray>>,
    /// Messages that violate the protocol's schema, by rule.
    pub(crate) violations: Vec<Seen<Violation>>,
    pub(crate) messages: Vec<Placed>,
    pub(crate) streams: Vec<StreamAccount>,
    pub(crate) leaks: Vec<Seen<Revealed>>,
    /// By what each record is known, in their order, the first of them: the place of its stream, and a digest of its primary
    /// key or, where it has none, of its data.
    pub(crate) identities: Vec<(u32, u64)>,
    /// The raw bytes, for the snapshot: the first of them where there are many.
    pub(crate) raw: Vec<u8>,
    /// Parsed when they are first asked for, and once: a dozen checks ask, and a catalog may have thousands of streams.
    catalog_streams: OnceLock<Vec<(u64, Value)>>,
}

impl Account {
    /// Whether every record of a stream is known by what it is.
    pub(crate) fn knows_each(&self) -> bool {
        self.identities.len() as u64 == self.records
    }

    /// The records in their order, the first of them: the stream of each, and by what it is known.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&StreamAccount, u64)> {
        self.identities.iter().map(|(place, identity)| (&self.streams[*place as usize], *identity))
    }

    /// The messages of one type, in order.
    pub(crate) fn of_kind(&self, kind: MessageType) -> impl Iterator<Item = &Placed> {
        self.messages.iter().filter(move |placed| placed.kind == kind)
    }

    /// The streams of the CATALOG messages, each with the line of its message.
    pub(crate) fn catalog_streams(&self) -> &[(u64, Value)] {
        self.catalog_streams.get_or_init(|| {
            let catalogs =
                self.of_kind(MessageType::Catalog).map(|it| (it.line, it.payload()["streams"].take()));
            let streams = catalogs.filter_map(|(line, streams)| match streams {
                Value::Array(streams) => Some(streams.into_iter().map(move |stream| (line, stream))),
                _ => None,
            });
            streams.flatten().collect()
        })
    }

    /// What was seen of a stream: nothing, if it was not seen.
    pub(crate) fn stream(&self, name: &StreamName) -> &StreamAccount {
        self.streams.iter().find(|stream| *stream.name == *name).unwrap_or(&UNSEEN)
    }

    /// The TRACE messages of one type, in order, each with the payload that its `field` holds.
    pub(crate) fn traces<'a>(
        &'a self,
        trace_type: &'a str,
        field: &'a str,
    ) -> impl Iterator<Item = (&'a Placed, Value)> {
        self.of_kind(MessageType::Trace).filter_map(move |placed| {
            let mut trace = placed.payload();
            (trace["type"] == trace_type).then(|| (placed, trace[field].take()))
        })
    }

    /// The TRACE messages of type ERROR, in order, with their `error`.
    pub(crate) fn errors(&self) -> impl Iterator<Item = (&Placed, Value)> {
        self.traces("ERROR", "error")
    }

    /// The one message that answers a command, as its payload: of several, the first.
    pub(crate) fn answer(&self, command: Command) -> Option<Value> {
        let kind = match command {
            Command::Spec => MessageType::Spec,
            Command::Check => MessageType::ConnectionStatus,
            Command::Discover => MessageType::Catalog,
            Command::Read => return None,
        };
        self.of_kind(kind).next().map(Placed::payload)
    }
}
