//! What the records of one stream are judged by.

use std::sync::Arc;

use serde_json::Value;

use super::account::{StreamAccount, note};
use super::awaited::Awaited;
use super::digest::Digest;
use super::fields::Fields;
use super::key::{Key, KeyOfRecord, Keys, Met};
use super::schema::Schema;
use super::tree::Tree;
use super::wanted::Wanted;
use crate::excerpt;

/// Of records of files, what they were read from: `_ab_source_file_url`, as Airbyte's file connectors name it.
const FILE: &str = "_ab_source_file_url";

/// Kinds of files that are noted of one stream.
const FILE_TYPES_KEPT: usize = 50;

/// The judge of one stream that was asked for.
pub(super) struct Judge {
    /// As text until a record comes: of a catalog with a thousand streams most bring none, and compiled they take a
    /// hundred times the memory.
    schema: Arc<str>,
    shape: Option<Shape>,
    key: Option<Key>,
    /// Whether a key may come only once: not where a read goes on from a state, and may go back a little.
    once: bool,
    awaited: Option<Awaited>,
}

/// What a schema says of records.
struct Shape {
    /// None where it does not compile.
    schema: Option<Schema>,
    fields: Option<Fields>,
    reads_files: bool,
}

/// A record, as the ledger sees it.
pub(super) struct Seen<'a> {
    pub(super) line: u64,
    /// Bytes of its line.
    pub(super) size: usize,
    pub(super) data: &'a Tree<'a>,
}

impl Shape {
    /// Read from its text; `account` is told if it is of no use.
    fn of(schema: &str, account: &mut StreamAccount) -> Self {
        let json: Value = serde_json::from_str(schema).unwrap_or_default();
        let schema = match Schema::compile(&json) {
            Ok(schema) => Some(schema),
            Err(why) => {
                account.unusable_schema = Some(why);
                None
            }
        };
        let fields = schema.as_ref().and_then(|_| Fields::of(&json));
        Shape { schema, fields, reads_files: json["properties"].get(FILE).is_some() }
    }
}

impl Judge {
    /// The judge, and the account of a stream that nothing was read of yet.
    pub(super) fn of(wanted: &Wanted, digest: &Digest) -> (Self, StreamAccount) {
        let key = Key::at(&wanted.key);
        let judge = Judge {
            schema: Arc::clone(&wanted.schema),
            shape: None,
            once: !wanted.incremental,
            awaited: wanted.expected.as_ref().map(|expected| Awaited::of(expected, digest, key.as_ref())),
            key,
        };
        let account = StreamAccount {
            name: wanted.name.clone().into(),
            configured: true,
            incremental: wanted.incremental,
            has_key: judge.key.is_some(),
            ..StreamAccount::default()
        };
        (judge, account)
    }

    /// Takes a record of the stream, which stands at `place` among the streams. Returns a digest of its key, if it has one.
    pub(super) fn take(
        &mut self,
        account: &mut StreamAccount,
        record: &Seen<'_>,
        place: usize,
        keys: &mut Keys,
    ) -> Option<u64> {
        let Seen { line, size, data } = *record;
        let shape = self.shape.get_or_insert_with(|| Shape::of(&self.schema, account));
        if let Some(schema) = shape.schema.as_ref().filter(|schema| !schema.accepts(data)) {
            for violation in schema.violations(data, size) {
                note(&mut account.violations, line, violation, |one, other| one.rule == other.rule);
            }
        }
        if shape.fields.as_mut().is_some_and(|fields| !fields.take(data, line)) {
            let what = || excerpt::of_json(&data.to_json());
            account.foreign.get_or_insert_with(|| super::Seen { what: what(), line, times: 0 }).times += 1;
            // That it has no key either is no second fault.
            return None;
        }
        let key = self.key.as_ref().and_then(|key| match key.of(data) {
            KeyOfRecord::Is(is) => Some(is),
            KeyOfRecord::Odd(odd) => {
                note(&mut account.odd_keys, line, odd, |one, other| {
                    (&one.pointer, one.want) == (&other.pointer, other.want)
                });
                None
            }
        });
        if let (true, Some(is), Some(key)) = (self.once, key, &self.key) {
            match keys.meet(place, is) {
                Met::First => {}
                Met::Again => {
                    let twin = || super::Seen { what: key.show(data), line, times: 0 };
                    account.twin.get_or_insert_with(twin).times += 1;
                }
                Met::Unknown => account.keys_unknown += 1,
            }
        }
        if let Some(awaited) = &mut self.awaited {
            awaited.take(data, key, line);
        }
        if shape.reads_files {
            note_file(account, data);
        }
        key
    }

    /// The stream has ended.
    pub(super) fn finish(self, account: &mut StreamAccount) {
        account.fields = self.shape.and_then(|shape| shape.fields).map(Fields::finish);
        if let Some(awaited) = self.awaited {
            (account.missed, account.missed_in_all) = awaited.finish();
        }
    }
}

fn note_file(account: &mut StreamAccount, data: &Tree<'_>) {
    let name = data.get(FILE).and_then(Tree::as_str).map(|url| url.split('?').next().unwrap_or_default());
    let extension =
        name.and_then(|name| name.rsplit('/').next()?.rsplit_once('.')).map(|(_, extension)| extension);
    if let Some(extension) = extension
        && account.file_types.len() < FILE_TYPES_KEPT
    {
        // The same for most records: no text is made for those.
        let known = account.file_types.iter().any(|known| known[1..].eq_ignore_ascii_case(extension));
        if !known {
            account.file_types.push(format!(".{}", extension.to_lowercase()));
        }
    }
}
