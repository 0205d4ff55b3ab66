use std::rc::Rc;

use connector_protocol::{JsonObject, StateMessage, StateStats, StreamDescriptor, StreamStatus};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::output::Output;
use crate::{Error, Pages, Result};

/// Where the records of one stream go.
pub struct Records {
    output: Rc<Output>,
    stream: StreamDescriptor,
    running: bool,
    /// Whole, as the protocol wants it: a count with a decimal point.
    since_state: f64,
}

impl Records {
    pub(crate) fn new(output: Rc<Output>, stream: StreamDescriptor) -> Self {
        Records { output, stream, running: false, since_state: 0.0 }
    }

    /// Emits one record: anything that serialises to a JSON object.
    ///
    /// A [`RawValue`], whole or in a field, passes through as the bytes that the API sent: its numbers keep every
    /// digit and nothing is parsed.
    ///
    /// # Errors
    /// If it does not serialise to an object, or if nobody reads standard output any more: return the error.
    pub fn push<T: Serialize + ?Sized>(&mut self, record: &T) -> Result<()> {
        let data =
            to_raw_value(record).map_err(|cause| self.unusable("does not serialise").caused_by(cause))?;
        if !data.get().starts_with('{') {
            return Err(self.unusable("is no JSON object"));
        }
        if !self.running {
            self.running = true;
            self.output.status(&self.stream, StreamStatus::Running)?;
        }
        self.output.record(&self.stream, &one_line(data)?)?;
        self.since_state += 1.0;
        Ok(())
    }

    /// Emits all records of all pages, each as it came.
    ///
    /// # Errors
    /// If a page cannot be read, or as [`push`](Self::push) has it: return the error.
    pub async fn extend(&mut self, mut pages: Pages<'_>) -> Result<()> {
        while let Some(record) = pages.next().await? {
            self.push(&record)?;
        }
        Ok(())
    }

    /// Writes a state that covers all records so far.
    pub(crate) fn checkpoint(&mut self, state: JsonObject) -> Result<()> {
        let stats = StateStats { record_count: Some(self.since_state), ..StateStats::default() };
        let message = StateMessage::of_stream(self.stream.clone(), state);
        self.output.send(StateMessage { source_stats: Some(stats), ..message })?;
        self.since_state = 0.0;
        Ok(())
    }

    fn unusable(&self, why: &str) -> Error {
        Error::system(format!("a record of stream `{}` {why}", self.stream.name))
    }
}

/// Raw JSON may span lines, a message may not. Within JSON a bare line break is always white space.
fn one_line(data: Box<RawValue>) -> Result<Box<RawValue>> {
    if !data.get().contains(['\n', '\r']) {
        return Ok(data);
    }
    RawValue::from_string(data.get().replace(['\n', '\r'], " "))
        .map_err(|cause| Error::system("failed to put a record on one line").caused_by(cause))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::output::tests::Page;

    fn records(page: &Page) -> Records {
        Records::new(Rc::new(page.output()), StreamDescriptor::new("users"))
    }

    #[test]
    fn raw_records_keep_their_digits_and_stay_on_one_line() {
        let page = Page::default();
        let mut records = records(&page);
        let raw: &RawValue =
            serde_json::from_str("{\n\"n\": 1.10,\r\n\"big\": 12345678901234567890123}").unwrap();
        records.push(raw).unwrap();
        records.checkpoint(JsonObject::new()).unwrap();
        let text = page.text();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.contains(r#"{ "n": 1.10,  "big": 12345678901234567890123}"#), "{text}");
    }

    #[test]
    fn a_state_counts_the_records_since_the_one_before() {
        let page = Page::default();
        let mut records = records(&page);
        records.push(&json!({"id": 1})).unwrap();
        records.push(&json!({"id": 2})).unwrap();
        records.checkpoint(JsonObject::new()).unwrap();
        records.checkpoint(JsonObject::new()).unwrap();
        let text = page.text();
        let states: Vec<Value> = text
            .lines()
            .filter(|line| line.contains("STATE\""))
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(
            states.iter().map(|state| &state["state"]["sourceStats"]["recordCount"]).collect::<Vec<_>>(),
            [&json!(2.0), &json!(0.0)]
        );
        assert!(text.contains(r#""recordCount":2.0"#), "{text}");
    }

    #[test]
    fn a_record_that_is_no_object_is_refused() {
        let error = records(&Page::default()).push(&[1]).unwrap_err();
        assert_eq!(error.to_string(), "a record of stream `users` is no JSON object");
    }
}
