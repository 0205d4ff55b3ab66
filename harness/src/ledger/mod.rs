//! One pass over what a connector prints, while it prints it.
//!
//! Every line is split off, searched for secrets, parsed once, judged by the protocol's schema, and, if it is a RECORD,
//! by its stream's schema. What is kept does not grow with the number of records: counts, the first line that breaks
//! each rule, and the messages that are few by nature.

mod account;
mod awaited;
mod digest;
mod fields;
mod formats;
mod key;
mod lines;
mod moment;
mod protocol;
mod schema;
mod stream;
mod tree;
mod wanted;

use std::sync::Arc;

use connector_protocol::MessageType;
use serde_json::Value;

pub use account::StreamName;
pub(crate) use account::{Account, Placed, Revealed, Seen, Stray, StreamAccount, note};
pub(crate) use awaited::Missed;
pub(crate) use digest::Digest;
pub(crate) use key::KEYS_KEPT;
pub(crate) use lines::{LONGEST_LINE, Line, Lines};
pub(crate) use protocol::{first_fault_by, first_fault_of_catalog};
pub(crate) use schema::{Schema, Violation};
pub(crate) use tree::Tree;
pub(crate) use wanted::{Expected, Wanted};

use self::key::Keys;
use self::stream::Judge;
use crate::excerpt;
use crate::secrets::Secrets;

/// Of how many records it is kept by what they are known: a megabyte and a half.
const IDENTITIES_KEPT: usize = 100_000;

/// How much raw output is kept for the snapshot.
pub(crate) const RAW_KEPT: usize = 4 * 1024 * 1024;

/// How many bytes of messages are kept besides records and logs. A connector that prints more of them than records
/// would have us keep for ever.
const MESSAGES_KEPT: usize = 16 * 1024 * 1024;

/// Streams that nobody asked for are kept apart up to this number.
const STRANGERS_KEPT: usize = 100;

/// The pass itself: fed with chunks, it keeps an [`Account`].
pub(crate) struct Ledger {
    lines: Lines,
    book: Book,
}

struct Book {
    secrets: Arc<Secrets>,
    digest: Digest,
    account: Account,
    /// The judges of the streams asked for, by their place in `account.streams`.
    judges: Vec<Judge>,
    keys: Keys,
    /// The stream of the last record: the next is most likely of the same.
    last: usize,
    since_global_state: u64,
    kept: usize,
}

impl Ledger {
    /// A ledger for one process. `wanted` is empty but for `read`.
    pub(crate) fn new(secrets: Arc<Secrets>, wanted: &[Wanted], digest: Digest) -> Self {
        let mut account = Account::default();
        let mut judges = Vec::new();
        for wanted in wanted {
            // A catalog with twins is condemned elsewhere: here they are one stream.
            if account.streams.iter().any(|stream: &StreamAccount| *stream.name == wanted.name) {
                continue;
            }
            let (judge, stream) = Judge::of(wanted, &digest);
            judges.push(judge);
            account.streams.push(stream);
        }
        let keys = Keys::default();
        let book = Book { secrets, digest, account, judges, keys, last: 0, since_global_state: 0, kept: 0 };
        Ledger { lines: Lines::new(LONGEST_LINE), book }
    }

    /// Takes the next bytes of stdout.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        self.book.account.bytes += chunk.len() as u64;
        let room = RAW_KEPT.saturating_sub(self.book.account.raw.len());
        self.book.account.raw.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.lines.feed(chunk, |line| self.book.enter(&line));
    }

    /// RECORD messages so far.
    pub(crate) fn records(&self) -> u64 {
        self.book.account.records
    }

    /// Stdout has ended.
    pub(crate) fn finish(self) -> Account {
        let Ledger { lines, mut book } = self;
        lines.finish(|line| book.enter(&line));
        for (judge, stream) in book.judges.into_iter().zip(&mut book.account.streams) {
            judge.finish(stream);
        }
        book.account
    }
}

impl Book {
    fn enter(&mut self, line: &Line<'_>) {
        self.account.lines += 1;
        let number = self.account.lines;
        match *line {
            Line::Whole(bytes) => self.enter_bytes(number, bytes),
            Line::Unfinished(bytes) => {
                self.stray(number, Stray::Unfinished(excerpt::of_bytes(bytes)));
                self.enter_bytes(number, bytes);
            }
            Line::TooLong { start, bytes } => {
                self.stray(number, Stray::TooLong { excerpt: excerpt::of_bytes(start), bytes });
            }
        }
    }

    fn enter_bytes(&mut self, number: u64, bytes: &[u8]) {
        if bytes.trim_ascii().is_empty() {
            return;
        }
        let parsed = Tree::parse(bytes);
        let word = parsed.as_ref().ok().and_then(|tree| tree.get("type")).and_then(Tree::as_str);
        let kind: Option<MessageType> = word.and_then(|word| word.parse().ok());
        self.look_for_secrets(number, bytes, kind, parsed.as_ref().ok());
        let excerpt = || excerpt::of_bytes(bytes);
        let (tree, word) = match (&parsed, word) {
            (Ok(tree), Some(word)) => (tree, word),
            (Ok(_), None) => return self.stray(number, Stray::NotAMessage(excerpt())),
            (Err(_), _) if std::str::from_utf8(bytes).is_err() => {
                return self.stray(number, Stray::NotUtf8(excerpt()));
            }
            (Err(why), _) => {
                return self.stray(number, Stray::NotJson { excerpt: excerpt(), why: why.to_string() });
            }
        };
        self.account.said += 1;
        let Some(kind) = kind else {
            return self.violation(number, protocol::unknown_type(word));
        };
        let schema = protocol::schema(kind);
        if !schema.accepts(tree) {
            for mut violation in schema.violations(tree, bytes.len()) {
                violation.rule.insert_str(0, word);
                self.violation(number, violation);
            }
        }
        match kind {
            MessageType::Record => self.record(number, bytes.len(), tree),
            MessageType::Log => {}
            _ => {
                self.kept += bytes.len();
                self.place(Placed::new(number, kind, bytes), &tree.to_json());
            }
        }
    }

    fn record(&mut self, line: u64, size: usize, tree: &Tree<'_>) {
        self.account.records += 1;
        self.since_global_state += 1;
        let Some(record) = tree.get("record") else { return };
        let Some(name) = record.get("stream").and_then(Tree::as_str) else { return };
        let Some(place) = self.stream(name, record.get("namespace").and_then(Tree::as_str)) else { return };
        let stream = &mut self.account.streams[place];
        stream.records += 1;
        stream.since_state += 1;
        if stream.first_line == 0 {
            stream.first_line = line;
        }
        let moment = record.get("emitted_at").and_then(moment::of);
        if let Some((moment, fault)) = moment.and_then(|moment| Some((moment, moment::fault_of(moment)?))) {
            note(&mut stream.odd_moments, line, (fault, moment), |one, other| one.0 == other.0);
        }
        let Some(data) = record.get("data") else { return };
        let digest = self.digest.of(data);
        stream.sum.add(digest);
        let seen = stream::Seen { line, size, data };
        let key =
            self.judges.get_mut(place).and_then(|judge| judge.take(stream, &seen, place, &mut self.keys));
        // Where one before it is not known, no later one tells anything.
        let known = self.account.identities.len();
        if known < IDENTITIES_KEPT && known as u64 + 1 == self.account.records {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            self.account.identities.push((place, key.unwrap_or(digest)));
        }
    }

    /// The place of a stream in the account; `None` where too many strangers have come.
    fn stream(&mut self, name: &str, namespace: Option<&str>) -> Option<usize> {
        let is_it = |stream: &StreamAccount| {
            stream.name.name == name && stream.name.namespace.as_deref() == namespace
        };
        let streams = &mut self.account.streams;
        if !streams.get(self.last).is_some_and(is_it) {
            self.last = match streams.iter().position(is_it) {
                Some(place) => place,
                None if streams.len() >= self.judges.len() + STRANGERS_KEPT => return None,
                None => {
                    let name = StreamName { namespace: namespace.map(str::to_owned), name: name.to_owned() };
                    streams.push(StreamAccount { name: Arc::new(name), ..StreamAccount::default() });
                    streams.len() - 1
                }
            };
        }
        Some(self.last)
    }

    fn place(&mut self, mut placed: Placed, message: &Value) {
        let (line, kind) = (placed.line, placed.kind);
        let descriptor = match kind {
            MessageType::State => message.pointer("/state/stream/stream_descriptor"),
            MessageType::Trace => message
                .pointer("/trace/stream_status/stream_descriptor")
                .or_else(|| message.pointer("/trace/error/stream_descriptor")),
            _ => None,
        };
        placed.records = self.account.records;
        if let Some(name) = descriptor.map(StreamName::of) {
            match self.stream(&name.name, name.namespace.as_deref()) {
                Some(place) => self.place_of_stream(&mut placed, place),
                None => placed.stream = Some(Arc::new(name)),
            }
        } else if kind == MessageType::State {
            placed.since_state = std::mem::take(&mut self.since_global_state);
            let states = message.pointer("/state/global/stream_states").and_then(Value::as_array);
            // One that lists none speaks for all.
            if states.is_none_or(Vec::is_empty) {
                self.account.streams.iter_mut().for_each(|stream| stream.since_state = 0);
            }
            for state in states.into_iter().flatten() {
                let name = StreamName::of(&state["stream_descriptor"]);
                if let Some(place) = self.stream(&name.name, name.namespace.as_deref()) {
                    self.account.streams[place].states += 1;
                    self.account.streams[place].since_state = 0;
                }
            }
        }
        if self.kept <= MESSAGES_KEPT {
            self.account.messages.push(placed);
        } else {
            note(&mut self.account.strays, line, Stray::TooMany { kept: MESSAGES_KEPT }, PartialEq::eq);
        }
    }

    fn place_of_stream(&mut self, placed: &mut Placed, place: usize) {
        let stream = &mut self.account.streams[place];
        placed.stream = Some(Arc::clone(&stream.name));
        placed.records = stream.records;
        if placed.kind == MessageType::State {
            stream.states += 1;
            placed.since_state = std::mem::take(&mut stream.since_state);
        }
    }

    fn look_for_secrets(
        &mut self,
        line: u64,
        bytes: &[u8],
        kind: Option<MessageType>,
        message: Option<&Tree<'_>>,
    ) {
        // A CONTROL message hands the platform a new config: its secrets belong there.
        if kind == Some(MessageType::Control) || self.secrets.is_empty() {
            return;
        }
        for leak in self.secrets.leaks_in(bytes) {
            let stream = message.and_then(|message| name_of(message.get("record")?));
            note(&mut self.account.leaks, line, Revealed { leak, stream }, PartialEq::eq);
        }
    }

    fn stray(&mut self, line: u64, stray: Stray) {
        note(&mut self.account.strays, line, stray, |_, _| false);
    }

    fn violation(&mut self, line: u64, violation: Violation) {
        note(&mut self.account.violations, line, violation, |one, other| one.rule == other.rule);
    }
}

/// The stream of a record.
fn name_of(record: &Tree<'_>) -> Option<StreamName> {
    let text = |key: &str| record.get(key).and_then(Tree::as_str).map(str::to_owned);
    Some(StreamName { namespace: text("namespace"), name: text("stream")? })
}
