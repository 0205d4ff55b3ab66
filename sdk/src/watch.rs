use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;

use crate::cursor::{Mark, Order};
use crate::json::field;
use crate::progress::Progress;
use crate::{Cursor, Result, Slice};

/// Watches the cursor's value in the records of one slice: how far it has come, what is too old, what is out of order.
pub(crate) struct Watch {
    cursor: Rc<Cursor>,
    slice: Slice,
    partition: Option<Rc<str>>,
    /// The latest value, as far as it lies before now.
    latest: Option<Mark>,
    present: Mark,
    /// Whether the records have come in the order that was declared.
    in_order: bool,
    exhausted: bool,
    since_checkpoint: u32,
    /// How many records had no value to go by.
    without: u64,
}

/// What to make of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    New,
    /// It lies before the slice: the API could not leave it out.
    Old,
}

impl Watch {
    pub(crate) fn new(cursor: &Rc<Cursor>, slice: Slice, partition: Option<Rc<str>>, present: Mark) -> Self {
        Watch {
            cursor: Rc::clone(cursor),
            slice,
            partition,
            latest: None,
            present,
            in_order: true,
            exhausted: false,
            since_checkpoint: 0,
            without: 0,
        }
    }

    /// Looks for the cursor's value, where it matters: in a slice that lies in the past, it often does not.
    pub(crate) fn look_at(&mut self, record: &str) -> Seen {
        if !self.slice.open && self.cursor.order != Order::Ascending && !self.cursor.client_side {
            return Seen::New;
        }
        let Some(mark) = value(record, self.cursor.field()).and_then(|value| self.cursor.read(&value)) else {
            self.without += 1;
            return Seen::New;
        };
        if self.cursor.client_side && self.cursor.is_before(mark, &self.slice) {
            self.exhausted = self.cursor.order == Order::Descending;
            return Seen::Old;
        }
        if self.cursor.order == Order::Ascending && self.latest.is_some_and(|latest| mark < latest) {
            self.in_order = false;
        }
        // A record of tomorrow must not keep those of today from being read.
        self.latest = self.latest.max(Some(mark.min(self.present)));
        Seen::New
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// A record is out: in ascending order, all before its value are.
    pub(crate) fn count(&mut self, progress: &RefCell<Progress>) -> Result<()> {
        if self.cursor.order != Order::Ascending {
            return Ok(());
        }
        if !self.in_order {
            return self.out_of_order(progress);
        }
        self.since_checkpoint += 1;
        if self.since_checkpoint < self.cursor.checkpoint_every {
            return Ok(());
        }
        self.since_checkpoint = 0;
        match self.latest {
            Some(mark) => {
                // What lies beyond the slice, and what is between, belongs to others that may not have been read.
                let mark = mark.min(self.slice.last()).max(self.slice.start);
                progress.borrow_mut().reached(self.partition.as_ref(), self.slice.index, mark)
            }
            None => Ok(()),
        }
    }

    /// Takes back what was said within this slice, and says nothing more until its end.
    fn out_of_order(&mut self, progress: &RefCell<Progress>) -> Result<()> {
        log::warn!(
            "records of the stream `{}` are not in ascending order of `{}`, as the connector says they are: the state goes \
             back to {} until this slice is done",
            progress.borrow().stream().name,
            self.cursor.field(),
            self.slice.start()
        );
        // The order is not looked at any more.
        self.cursor = Rc::new(Cursor::clone(&self.cursor).unordered());
        progress.borrow_mut().back_to(self.partition.as_ref(), self.slice.start)
    }

    /// The slice is done: up to its end if it lies in the past, else up to the latest record, or to where none can come up
    /// any more.
    pub(crate) fn done(self, progress: &RefCell<Progress>) -> Result<()> {
        let mark = if self.slice.open {
            let settled = self.cursor.settled(self.present);
            self.slice.start.max(self.latest.max(settled).unwrap_or(self.slice.start))
        } else {
            self.slice.last()
        };
        if self.without > 0 {
            log::warn!(
                "{} records of the stream `{}` have no `{}` that can be read, so they do not count for its state",
                self.without,
                progress.borrow().stream().name,
                self.cursor.field()
            );
        }
        progress.borrow_mut().done(self.partition.as_ref(), self.slice.index, mark)
    }
}

/// The value of a field of a record, which is known to be JSON.
fn value(record: &str, name: &str) -> Option<Value> {
    serde_json::from_str(field(record, name)?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::output::tests::Page;
    use crate::{Date, Step, Stream};

    /// The last state of a stream with these records, which was read on the second of March, some time after noon.
    fn state(cursor: Cursor, records: &[i64]) -> String {
        let now: Timestamp = "2024-03-02T12:34:56Z".parse().unwrap();
        let cursor = cursor.start("2024-03-01".parse::<Date>().unwrap());
        let stream = Stream::new("events", "{}").incremental(cursor.clone(), async |_, _| Ok(()));
        let page = Page::default();
        let progress = RefCell::new(Progress::new(Rc::new(page.output()), &stream, None, now).unwrap());
        let cursor = Rc::new(cursor);
        for slice in cursor.windows(crate::cursor::Place::default(), now) {
            let mut watch = Watch::new(&cursor, slice, None, cursor.latest(now));
            for record in records {
                watch.look_at(&json!({ "at": record }).to_string());
            }
            watch.done(&progress).unwrap();
        }
        let text = page.text();
        text.rsplit_once(r#""stream_state":"#).unwrap().1.split('}').next().unwrap().to_owned() + "}"
    }

    #[test]
    fn the_state_of_the_present_is_the_latest_record_or_the_start() {
        assert_eq!(state(Cursor::epoch("at"), &[1_709_300_000, 1_709_290_000]), r#"{"at":1709300000}"#);
        assert_eq!(state(Cursor::epoch("at"), &[]), r#"{"at":1709251200}"#);
    }

    #[test]
    fn where_records_are_late_no_more_the_state_follows_the_clock() {
        let cursor = Cursor::epoch("at").settled_after(Step::hours(1));
        let an_hour_ago = r#"{"at":1709379240}"#;
        assert_eq!(state(cursor.clone(), &[1_709_300_000]), an_hour_ago);
        assert_eq!(state(cursor.clone(), &[]), an_hour_ago);
        assert_eq!(state(cursor, &[1_709_382_000]), r#"{"at":1709382000}"#, "a record of twenty past noon");
        assert_eq!(Cursor::integer("at").settled_after(Step::hours(1)).settled(Mark(7)), None);
    }

    /// What a watch says of records of one slice, the third of March by days.
    fn watch(cursor: &Cursor) -> (Watch, RefCell<Progress>, Page) {
        let now: Timestamp = "2024-03-09T12:34:56Z".parse().unwrap();
        let stream = Stream::new("events", "{}").incremental(cursor.clone(), async |_, _| Ok(()));
        let page = Page::default();
        let progress = RefCell::new(Progress::new(Rc::new(page.output()), &stream, None, now).unwrap());
        let cursor = Rc::new(cursor.clone());
        let slice = cursor.windows(crate::cursor::Place::default(), now).next().unwrap();
        (Watch::new(&cursor, slice, None, cursor.latest(now)), progress, page)
    }

    #[test]
    fn a_record_beyond_its_slice_does_not_take_the_state_beyond_it() {
        let start: Date = "2024-03-01".parse().unwrap();
        let cursor = Cursor::epoch("at").start(start).step(Step::days(1)).ascending().checkpoint_every(1);
        let (mut watch, progress, page) = watch(&cursor);
        watch.look_at(r#"{"at": 1709700000}"#);
        watch.count(&progress).unwrap();
        let text = page.text();
        assert!(text.contains(r#"{"at":1709337599}"#), "the end of the first of March: {text}");
    }

    #[test]
    fn a_start_within_a_day_drops_no_record_of_that_day() {
        let start: crate::DateTime = "2024-03-01T10:00:00Z".parse().unwrap();
        let (mut watch, ..) = watch(&Cursor::date("at").start(start).client_side());
        assert_eq!(watch.look_at(r#"{"at": "2024-03-01"}"#), Seen::New);
        assert_eq!(watch.look_at(r#"{"at": "2024-02-29"}"#), Seen::Old);
    }
}
