use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use connector_protocol::JsonObject;
use serde::Serialize;
use serde_json::Value;

use crate::partition::Found;
use crate::progress::Progress;
use crate::watch::{Seen, Watch};
use crate::{Error, Pages, Result, Resume};

/// Where the records of one slice go.
///
/// ```
/// # use connector_sdk::{Api, Paging, Records, Result};
/// # async fn read(api: &Api, records: &mut Records) -> Result<()> {
/// records.push(&serde_json::json!({ "id": 7, "name": "Ada" }))?;
/// let others = api.get("users").pages(Paging::cursor("cursor", "next")).records("users");
/// records.extend(others).await
/// # }
/// ```
pub struct Records {
    scratch: Vec<u8>,
    target: Target,
}

enum Target {
    /// To standard output, by way of the stream's progress.
    Stream { progress: Rc<RefCell<Progress>>, watch: Option<Watch> },
    /// Into a list of parents.
    Parents(Found),
}

impl Records {
    /// Of a stream, or of a part of it whose cursor is watched.
    pub(crate) fn of(progress: &Rc<RefCell<Progress>>, watch: Option<Watch>) -> Self {
        let progress = Rc::clone(progress);
        Records { scratch: Vec::new(), target: Target::Stream { progress, watch } }
    }

    /// Which become parents.
    pub(crate) fn found(found: Found) -> Self {
        Records { scratch: Vec::new(), target: Target::Parents(found) }
    }

    pub(crate) fn into_found(self) -> Found {
        match self.target {
            Target::Parents(found) => found,
            Target::Stream { .. } => Found::default(),
        }
    }

    /// Emits one record: anything that serialises to a JSON object.
    ///
    /// A [`RawValue`](crate::RawValue), whole or in a field, passes through as the bytes that the API sent: its numbers
    /// keep every digit and nothing is parsed.
    ///
    /// # Errors
    /// If it does not serialise to an object, or if nobody reads standard output any more: return the error.
    pub fn push<T: Serialize + ?Sized>(&mut self, record: &T) -> Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        serde_json::to_writer(&mut scratch, record)
            .map_err(|cause| self.unusable("does not serialise").caused_by(cause))?;
        let text =
            std::str::from_utf8(&scratch).map_err(|cause| self.unusable("is no UTF-8").caused_by(cause))?;
        let emitted = self.emit(text);
        self.scratch = scratch;
        emitted
    }

    /// Emits a record that is JSON already.
    fn emit(&mut self, record: &str) -> Result<()> {
        if !record.starts_with('{') {
            return Err(self.unusable("is no JSON object"));
        }
        let record = &*one_line(record);
        match &mut self.target {
            Target::Parents(found) => found.take(record),
            Target::Stream { progress, watch: None } => progress.borrow_mut().record(record),
            Target::Stream { progress, watch: Some(watch) } => match watch.look_at(record) {
                Seen::Old => Ok(()),
                Seen::New => {
                    progress.borrow_mut().record(record)?;
                    watch.count(progress)
                }
            },
        }
    }

    /// In [`Partitions::new`](crate::Partitions::new): adds a parent by its key, with the fields that may be kept of it.
    ///
    /// # Errors
    /// If the fields do not serialise, or if this is no list of parents.
    pub fn add(&mut self, key: impl Display, fields: &impl Serialize) -> Result<()> {
        match &mut self.target {
            Target::Parents(found) => found.add(&key, fields),
            Target::Stream { .. } => Err(self.unusable("was added like a parent: use `push`")),
        }
    }

    /// Whether more records are wanted: no longer, if the cursor is [descending](crate::Cursor::descending), filtered
    /// [here](crate::Cursor::client_side), and the last record was too old. [`extend`](Self::extend) heeds it.
    pub fn wants_more(&self) -> bool {
        !matches!(&self.target, Target::Stream { watch: Some(watch), .. } if watch.is_exhausted())
    }

    /// Emits all records of all pages, each as it came, for as long as [more are wanted](Self::wants_more). Of a
    /// [resumable](crate::Stream::resumable) stream, it writes a state after each page.
    ///
    /// # Errors
    /// If a page cannot be read, or as [`push`](Self::push) has it: return the error.
    pub async fn extend(&mut self, mut pages: Pages<'_>) -> Result<()> {
        let mut turned = pages.pages_read();
        while self.wants_more() && pages.step().await? {
            if pages.pages_read() > turned {
                turned = pages.pages_read();
                self.turned(&pages)?;
            }
            self.emit(pages.text())?;
        }
        Ok(())
    }

    /// All records of a page are out, and the next page is at hand.
    fn turned(&mut self, pages: &Pages<'_>) -> Result<()> {
        match (&self.target, pages.position()) {
            (Target::Stream { progress, .. }, Some(position)) if progress.borrow().is_paged() => {
                self.own_state(Resume::at(position))
            }
            _ => Ok(()),
        }
    }

    /// In a [resumable](crate::Stream::resumable) stream, or one read [by a token](crate::Stream::incremental_by_token):
    /// writes a state that covers all records so far, and that the next read is given.
    ///
    /// # Errors
    /// If the state does not serialise to an object, if the stream has another kind of state, or if nobody reads standard
    /// output any more.
    pub fn checkpoint(&mut self, state: &impl Serialize) -> Result<()> {
        match serde_json::to_value(state) {
            Ok(Value::Object(state)) => self.own_state(state),
            _ => Err(Error::system("a checkpoint wants a JSON object")),
        }
    }

    fn own_state(&mut self, state: JsonObject) -> Result<()> {
        match &self.target {
            Target::Stream { progress, .. } => progress.borrow_mut().own(state),
            Target::Parents(_) => Ok(()),
        }
    }

    /// The slice has been read to its end.
    pub(crate) fn done(self) -> Result<()> {
        match self.target {
            Target::Stream { progress, watch: Some(watch) } => watch.done(&progress),
            Target::Stream { watch: None, .. } | Target::Parents(_) => Ok(()),
        }
    }

    fn unusable(&self, why: &str) -> Error {
        let whose = match &self.target {
            Target::Stream { progress, .. } => format!("stream `{}`", progress.borrow().stream().name),
            Target::Parents(_) => "a list of parents".to_owned(),
        };
        Error::system(format!("a record of {whose} {why}"))
    }
}

/// Raw JSON may span lines, a message may not. Within JSON a bare line break is always white space.
///
/// Most records are on one line as they come, which is seen at a glance: no byte is a control character.
fn one_line(record: &str) -> Cow<'_, str> {
    let lowest = record.bytes().fold(u8::MAX, u8::min);
    if lowest < b' ' { record.replace(['\n', '\r'], " ").into() } else { record.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;
    use crate::output::tests::Page;
    use crate::{Cursor, Date, Stream};

    fn records(page: &Page, stream: &Stream) -> Records {
        let progress =
            Progress::new(Rc::new(page.output()), stream, None, jiff::Timestamp::UNIX_EPOCH).unwrap();
        Records::of(&Rc::new(RefCell::new(progress)), None)
    }

    fn users() -> Stream {
        Stream::new("users", r#"{"type": "object"}"#).full_refresh(async |_| Ok(()))
    }

    #[test]
    fn raw_records_keep_their_digits_and_stay_on_one_line() {
        let page = Page::default();
        let stream = Stream::new("users", "{}").resumable(async |_, _| Ok(()));
        let mut records = records(&page, &stream);
        let raw: &RawValue =
            serde_json::from_str("{\n\"n\": 1.10,\r\n\"big\": 12345678901234567890123}").unwrap();
        records.push(raw).unwrap();
        records.checkpoint(&json!({"page": 2})).unwrap();
        let text = page.text();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains(r#"{ "n": 1.10,  "big": 12345678901234567890123}"#), "{text}");
        assert!(text.contains(r#""stream_state":{"page":2}},"sourceStats":{"recordCount":1.0}"#), "{text}");
    }

    #[test]
    fn a_record_that_is_no_object_is_refused() {
        let error = records(&Page::default(), &users()).push(&[1]).unwrap_err();
        assert_eq!(error.to_string(), "a record of stream `users` is no JSON object");
    }

    #[test]
    fn only_a_resumable_stream_has_checkpoints_of_its_own() {
        let days = Cursor::date("day").start("2024-01-01".parse::<Date>().unwrap());
        let stream = Stream::new("users", "{}").incremental(days, async |_, _| Ok(()));
        let error = records(&Page::default(), &stream).checkpoint(&json!({})).unwrap_err();
        assert!(error.to_string().starts_with("the stream `users` writes its states by itself"), "{error}");
    }
}
