use std::fmt;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Step;
use super::form::{Form, Mark};
use crate::{Date, Error, Result};

/// A part of a stream that is read on its own: what lies between two values of its cursor.
///
/// The bounds show themselves as the API writes the cursor, so they go into a request as they are:
///
/// ```
/// # use connector_sdk::{Api, Request, Slice};
/// fn charges<'a>(api: &'a Api, slice: &Slice) -> Request<'a> {
///     api.get("charges").query("created[gte]", slice.start()).query("created[lte]", slice.end())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Slice {
    pub(crate) form: Rc<Form>,
    pub(crate) start: Mark,
    pub(crate) until: Mark,
    pub(crate) resumed: bool,
    /// Its place among the slices of its sequence.
    pub(crate) index: usize,
    /// Whether it reaches to the present, where records may still arrive.
    pub(crate) open: bool,
}

impl Slice {
    /// The first value that belongs to the slice.
    pub fn start(&self) -> Bound {
        self.bound(self.start)
    }

    /// The last value that belongs to the slice, in the smallest unit that the cursor's format shows (of a date and
    /// time in RFC 3339, that is a millisecond): for APIs whose upper bound is inclusive.
    ///
    /// A cursor of integers has no end: it is the largest integer.
    pub fn end(&self) -> Bound {
        self.bound(self.last())
    }

    pub(crate) fn last(&self) -> Mark {
        Mark(self.until.0.saturating_sub(self.form.unit()))
    }

    /// The first value that does not belong to the slice any more: for APIs whose upper bound is exclusive.
    pub fn until(&self) -> Bound {
        self.bound(self.until)
    }

    /// Whether the read goes on from a state, so that older records are known already.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    fn bound(&self, mark: Mark) -> Bound {
        Bound { form: Rc::clone(&self.form), mark }
    }
}

/// One end of a [`Slice`], shown in the cursor's own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    form: Rc<Form>,
    mark: Mark,
}

impl Bound {
    /// The moment; meaningless for a cursor of integers.
    pub fn timestamp(&self) -> Timestamp {
        self.form.time(self.mark)
    }

    /// The bound a step earlier, but not behind 1970 or 0: for APIs whose lower bound is exclusive.
    #[must_use]
    pub fn back(&self, step: Step) -> Bound {
        let mark = self.form.before(self.mark, step).max(Mark(0).min(self.mark));
        Bound { form: Rc::clone(&self.form), mark }
    }

    /// The day, in UTC.
    pub fn date(&self) -> Date {
        Date(Offset::UTC.to_datetime(self.timestamp()).date())
    }

    /// The moment in another format, for an API that filters by one and writes another: a strftime pattern, such as
    /// `%Y-%m-%dT%H:%M:%SZ` or `%s`.
    ///
    /// # Errors
    /// Of the connector, if the pattern is not understood.
    pub fn as_format(&self, pattern: &str) -> Result<String> {
        strtime::format(pattern, self.timestamp()).map_err(|cause| {
            Error::system(format!("the pattern `{pattern}` of strftime is not understood")).caused_by(cause)
        })
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form.write(self.mark) {
            Value::String(text) => f.write_str(&text),
            other => write!(f, "{other}"),
        }
    }
}

impl Serialize for Bound {
    /// As records have it: a number or a text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.form.write(self.mark).serialize(serializer)
    }
}
