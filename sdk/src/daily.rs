use connector_protocol::JsonObject;
use jiff::ToSpan;
use serde_json::Value;

use crate::{Date, Error, Result};

/// A cursor that walks day by day, up to and with today: one slice a day.
///
/// Its state is `{"<field>": "<last day read>"}`, written after each day, also one without records. A read that goes
/// on from a state reads that day again, since it may have been read before it was over: no record is lost, some come
/// twice.
#[derive(Clone, Debug)]
pub struct Daily {
    field: String,
    start: Date,
}

impl Daily {
    /// By the day in the record's `field`, beginning at `start`.
    pub fn new(field: impl Into<String>, start: Date) -> Self {
        Daily { field: field.into(), start }
    }

    pub(crate) fn field(&self) -> &str {
        &self.field
    }

    /// The days to read: from the start or the state, whichever is later, to `today`.
    pub(crate) fn days(
        &self,
        state: Option<&JsonObject>,
        today: Date,
    ) -> Result<impl Iterator<Item = Date> + use<>> {
        let first = self.last_day(state)?.map_or(self.start, |last| last.max(self.start));
        Ok(first.0.series(1.day()).map(Date).take_while(move |day| *day <= today))
    }

    /// The state after `day`.
    pub(crate) fn state(&self, day: Date) -> JsonObject {
        JsonObject::from_iter([(self.field.clone(), Value::from(day.to_string()))])
    }

    fn last_day(&self, state: Option<&JsonObject>) -> Result<Option<Date>> {
        let Some(value) = state.and_then(|state| state.get(&self.field)) else { return Ok(None) };
        let day = value.as_str().and_then(|text| text.parse().ok());
        day.map(Some).ok_or_else(|| {
            Error::config(format!(
                "the state's `{}`: want a date such as 2024-01-02, got {value}; reset the stream's state",
                self.field
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn days(state: &Value, today: Date) -> Result<Vec<String>> {
        let daily = Daily::new("date", date("2024-02-27"));
        Ok(daily.days(state.as_object(), today)?.map(|day| day.to_string()).collect())
    }

    #[test]
    fn days_run_from_the_start_to_today_over_the_end_of_a_month() {
        let days = days(&json!(null), date("2024-03-01")).unwrap();
        assert_eq!(days, ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"]);
    }

    #[test]
    fn the_day_of_the_state_is_read_again() {
        assert_eq!(days(&json!({"date": "2024-03-01"}), date("2024-03-01")).unwrap(), ["2024-03-01"]);
    }

    #[test]
    fn a_start_later_than_the_state_wins() {
        assert_eq!(days(&json!({"date": "2020-01-01"}), date("2024-02-27")).unwrap(), ["2024-02-27"]);
    }

    #[test]
    fn a_state_in_the_future_leaves_nothing_to_read() {
        assert!(days(&json!({"date": "2999-01-01"}), date("2024-03-01")).unwrap().is_empty());
    }

    #[test]
    fn a_state_that_is_no_date_names_the_field() {
        let error = days(&json!({"date": "soon"}), date("2024-03-01")).unwrap_err();
        assert!(error.to_string().starts_with("the state's `date`: want a date"), "{error}");
        assert!(error.to_string().contains(r#"got "soon""#), "{error}");
    }
}
