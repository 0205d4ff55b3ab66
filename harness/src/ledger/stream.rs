//! What the records of one stream are judged by.

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
    schema: Option<Schema>,
    fields: Option<Fields>,
    key: Option<Key>,
    /// Whether a key may come only once: not where a read goes on from a state, and may go back a little.
    once: bool,
    awaited: Option<Awaited>,
    reads_files: bool,
}

/// A record, as the ledger sees it.
pub(super) struct Seen<'a> {
    pub(super) line: u64,
    /// Bytes of its line.
    pub(super) size: usize,
    pub(super) data: &'a Tree<'a>,
}

impl Judge {
    /// The judge, and the account of a stream that nothing was read of yet.
    pub(super) fn of(wanted: &Wanted, digest: &Digest) -> (Self, StreamAccount) {
        let (schema, unusable_schema) = match Schema::compile(&wanted.schema) {
            Ok(schema) => (Some(schema), None),
            Err(why) => (None, Some(why)),
        };
        let key = Key::at(&wanted.key);
        let judge = Judge {
            fields: schema.as_ref().and_then(|_| Fields::of(&wanted.schema)),
            schema,
            once: !wanted.incremental,
            awaited: wanted.expected.as_ref().map(|expected| Awaited::of(expected, digest, key.as_ref())),
            reads_files: wanted.schema["properties"].get(FILE).is_some(),
            key,
        };
        let account = StreamAccount {
            name: wanted.name.clone().into(),
            configured: true,
            incremental: wanted.incremental,
            has_key: judge.key.is_some(),
            unusable_schema,
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
        if let Some(schema) = self.schema.as_ref().filter(|schema| !schema.accepts(data)) {
            for violation in schema.violations(data, size) {
                note(&mut account.violations, line, violation, |one, other| one.rule == other.rule);
            }
        }
        if self.fields.as_mut().is_some_and(|fields| !fields.take(data, line)) {
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
        if self.reads_files {
            note_file(account, data);
        }
        key
    }

    /// The stream has ended.
    pub(super) fn finish(self, account: &mut StreamAccount) {
        account.fields = self.fields.map(Fields::finish);
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
