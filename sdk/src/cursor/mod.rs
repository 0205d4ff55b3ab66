//! Cursors: by which field a stream is cut into slices, and how far it has been read.

mod form;
mod place;
mod slice;
mod step;
mod windows;

use std::rc::Rc;

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use form::{Form, Mark};
pub(crate) use place::Place;
pub use slice::{Bound, Slice};
pub use step::Step;
pub(crate) use windows::Windows;

use crate::{Date, DateTime, Error, Result};

/// After so many records of an ascending slice its state is written, unless the author says otherwise.
const CHECKPOINT: u32 = 1000;

/// The field by which a stream is read in parts, and what is known of it.
///
/// A read goes from the start, or from where the state says that the last one came to, up to now; in one slice, or in
/// slices of a [`step`](Self::step). The state is the value up to which everything has been read, under the field's
/// name: `{"created": 1704067200}`. A read that goes on from it reads that value again, since more records may have
/// come to it meanwhile: none is lost, some come twice.
///
/// The state after a slice that lies in the past is the slice's end. The state after the slice that reaches up to now is
/// the latest value among its records, so that what an API shows a little late is not passed over; unless it is known
/// [how late](Self::settled_after) that can be.
///
/// ```
/// # use connector_sdk::{Cursor, Date, Step};
/// # fn cursor(start_date: Date) -> Cursor {
/// Cursor::date_time("updated_at").start(start_date).step(Step::days(30)).lookback(Step::minutes(10))
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cursor {
    field: String,
    form: Rc<Form>,
    also: Vec<Form>,
    start: Mark,
    step: Option<Step>,
    lookback: Option<Step>,
    settled: Option<Step>,
    forgotten: Option<Step>,
    pub(crate) order: Order,
    pub(crate) client_side: bool,
    pub(crate) checkpoint_every: u32,
}

/// In which order an API gives the records of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// In none: a state within a slice would pass over some.
    None,
    Ascending,
    Descending,
}

impl Cursor {
    /// A day, such as `2024-01-02`.
    pub fn date(field: impl Into<String>) -> Self {
        Self::new(field, Form::Date)
    }

    /// A date and time in RFC 3339, such as `2024-01-02T03:04:05Z`.
    pub fn date_time(field: impl Into<String>) -> Self {
        Self::new(field, Form::DateTime)
    }

    /// A date and time by a strftime pattern, such as `%Y-%m-%d %H:%M:%S`; without an offset, it is taken for UTC.
    pub fn date_time_as(field: impl Into<String>, pattern: impl Into<String>) -> Self {
        Self::new(field, Form::Pattern(pattern.into()))
    }

    /// Seconds since 1970, as a number.
    pub fn epoch(field: impl Into<String>) -> Self {
        Self::new(field, Form::Epoch)
    }

    /// Milliseconds since 1970, as a number.
    pub fn epoch_millis(field: impl Into<String>) -> Self {
        Self::new(field, Form::EpochMillis)
    }

    /// Seconds since 1970 with six decimals, as a text such as `1405894322.002768`.
    pub fn epoch_text(field: impl Into<String>) -> Self {
        Self::new(field, Form::EpochText)
    }

    /// An integer that grows, such as a sequence number.
    pub fn integer(field: impl Into<String>) -> Self {
        Self::new(field, Form::Integer)
    }

    fn new(field: impl Into<String>, form: Form) -> Self {
        Cursor {
            field: field.into(),
            form: Rc::new(form),
            also: Vec::new(),
            start: Mark(0),
            step: None,
            lookback: None,
            settled: None,
            forgotten: None,
            order: Order::None,
            client_side: false,
            checkpoint_every: CHECKPOINT,
        }
    }

    /// A further format in which records or older states may have the value: a strftime pattern.
    #[must_use]
    pub fn accepting(mut self, pattern: impl Into<String>) -> Self {
        self.also.push(Form::Pattern(pattern.into()));
        self
    }

    /// The first value to read. Without it, a read begins at 1970, or at 0.
    #[must_use]
    pub fn start(self, start: impl Into<Start>) -> Self {
        Cursor { start: start.into().0, ..self }
    }

    /// How much one slice covers. Without it, and for integers, one slice covers all.
    #[must_use]
    pub fn step(self, step: Step) -> Self {
        Cursor { step: Some(step), ..self }
    }

    /// How far before the state a read begins again, for records that are changed or shown late.
    #[must_use]
    pub fn lookback(self, lookback: Step) -> Self {
        Cursor { lookback: Some(lookback), ..self }
    }

    /// After which time the API shows no record late any more.
    ///
    /// The state after the slice that reaches up to now is then that long ago, on the full minute, where the latest
    /// record is older: a stream in which nothing happens for a year is not read from a year ago on. A cursor of integers
    /// knows no time, and nothing of this.
    #[must_use]
    pub fn settled_after(self, time: Step) -> Self {
        Cursor { settled: Some(time), ..self }
    }

    /// The API tells what has changed, and forgets it after that time.
    ///
    /// For a stream that is listed as it is at first, and later on read by its changes: `slice.is_resumed()` tells the
    /// closure which of the two to do. A listing that is cut short is gone on with; once it is done, the state says when it
    /// began, so that what changed meanwhile is asked for next. From a state older than that time, all is listed again. Not
    /// for the children of parents.
    #[must_use]
    pub fn forgotten_after(self, time: Step) -> Self {
        Cursor { forgotten: Some(time), ..self }
    }

    /// The API gives the records of a slice from the oldest to the newest, so a state can be written within a slice.
    ///
    /// If a record shows that it does not, a WARN says so, and the state goes back to where the slice began.
    #[must_use]
    pub fn ascending(self) -> Self {
        Cursor { order: Order::Ascending, ..self }
    }

    /// The API gives the records of a slice from the newest to the oldest. With
    /// [`client_side`](Self::client_side), reading ends at the first record that is too old.
    #[must_use]
    pub fn descending(self) -> Self {
        Cursor { order: Order::Descending, ..self }
    }

    /// Nothing is known of the order.
    pub(crate) fn unordered(self) -> Self {
        Cursor { order: Order::None, ..self }
    }

    /// The API cannot filter: records before the slice are dropped here.
    #[must_use]
    pub fn client_side(self) -> Self {
        Cursor { client_side: true, ..self }
    }

    /// After how many records of an [`ascending`](Self::ascending) slice its state is written; 1,000 if not said.
    #[must_use]
    pub fn checkpoint_every(self, records: u32) -> Self {
        Cursor { checkpoint_every: records.max(1), ..self }
    }

    pub(crate) fn forgets(&self) -> bool {
        self.forgotten.is_some()
    }

    /// Whether the value lies before the slice. A day that began before it has hours that are in it.
    pub(crate) fn is_before(&self, mark: Mark, slice: &Slice) -> bool {
        mark < self.form.floor(slice.start)
    }

    pub(crate) fn field(&self) -> &str {
        &self.field
    }

    /// The value of a record or state on the cursor's scale.
    pub(crate) fn read(&self, value: &Value) -> Option<Mark> {
        self.form.read(value).or_else(|| self.also.iter().find_map(|form| form.read(value)))
    }

    /// The value as states have it.
    pub(crate) fn write(&self, mark: Mark) -> Value {
        self.form.write(mark)
    }

    /// What is wrong with the cursor, whatever is read by it.
    pub(crate) fn flaw(&self) -> Option<String> {
        self.form.flaw().map(|flaw| format!("the cursor `{}`: {flaw}", self.field))
    }

    /// A value of a state; one that is not understood is no first sync, since that would say nothing of what is wrong.
    pub(crate) fn understand(&self, value: &Value) -> Result<Mark> {
        self.read(value).ok_or_else(|| {
            let (field, example) = (
                &self.field,
                self.write(Mark(if self.form.is_time() { 1_704_164_645 * 1_000_000_000 } else { 12 })),
            );
            Error::config(format!(
                "the state's `{field}`: want a value such as {example}, got {value}; reset the stream's state"
            ))
        })
    }

    /// The latest mark that can be read now.
    pub(crate) fn latest(&self, now: Timestamp) -> Mark {
        if self.form.is_time() { self.form.floor(Mark::from(now)) } else { Mark(i64::MAX.into()) }
    }

    /// Up to where no more records can come up, if that is known.
    pub(crate) fn settled(&self, present: Mark) -> Option<Mark> {
        let time = self.settled.filter(|_| self.form.is_time())?;
        // On the full minute, two reads of one recording do not differ by how fast they began.
        Some(self.form.before(present, time).to_the_minute())
    }

    /// One slice with all there is, whatever the start: a parent that is older has children that are not.
    pub(crate) fn everything(&self, now: Timestamp) -> Windows {
        Windows { next: Mark(0), step: None, ..self.windows(Place::default(), now) }
    }

    /// The slices from the start or the state, whichever is later, to now.
    pub(crate) fn windows(&self, place: Place, now: Timestamp) -> Windows {
        let from = place.mark.map(|mark| self.lookback.map_or(mark, |back| self.form.before(mark, back)));
        let limit = Mark(self.latest(now).0.saturating_add(self.form.unit()));
        Windows {
            form: Rc::clone(&self.form),
            next: from.map_or(self.start, |from| from.max(self.start)),
            limit,
            step: self.step,
            resumed: place.mark.is_some() && place.listing_since.is_none(),
            index: 0,
        }
    }
}

/// Where a [`Cursor`] starts: a [`Date`], a [`DateTime`], a timestamp or an integer.
#[derive(Clone, Copy, Debug)]
pub struct Start(Mark);

impl From<Date> for Start {
    fn from(date: Date) -> Self {
        Start(date.0.into())
    }
}

impl From<DateTime> for Start {
    fn from(time: DateTime) -> Self {
        Start(time.timestamp().into())
    }
}

impl From<Timestamp> for Start {
    fn from(time: Timestamp) -> Self {
        Start(time.into())
    }
}

impl From<i64> for Start {
    fn from(number: i64) -> Self {
        Start(Mark(number.into()))
    }
}

#[cfg(test)]
mod tests;
