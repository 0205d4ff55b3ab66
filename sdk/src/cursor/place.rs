use connector_protocol::JsonObject;
use jiff::Timestamp;

use super::{Cursor, Mark};
use crate::Result;

/// Under which name a state keeps when a listing began that is not done.
const LISTING_SINCE: &str = "listing_since";

/// Where a read stands, as a state has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Up to where everything has been read.
    pub(crate) mark: Option<Mark>,
    /// Of an API that [forgets](Cursor::forgotten_after): when the listing began that is still under way. What has changed
    /// since then is not known of what was listed before.
    pub(crate) listing_since: Option<Mark>,
}

impl Cursor {
    /// Where the state says that the last read came to. A place that the API has forgotten is none.
    ///
    /// # Errors
    /// If the state is not understood.
    pub(crate) fn place(&self, state: Option<&JsonObject>, now: Timestamp) -> Result<Place> {
        let given = |name| state.and_then(|state| state.get(name)).filter(|value| !value.is_null());
        let at = |name| given(name).map(|value| self.understand(value)).transpose();
        let mark = at(self.field())?;
        let Some(kept) = self.forgotten else { return Ok(Place { mark, listing_since: None }) };
        let since = at(LISTING_SINCE)?;
        let oldest = self.form.before(self.latest(now), kept);
        let anew = Place { mark: None, listing_since: Some(self.latest(now)) };
        Ok(match since.or(mark) {
            None => anew,
            Some(known) if known >= oldest => Place { mark, listing_since: since },
            Some(known) => {
                log::info!(
                    "the API has forgotten what changed since {}: everything is read again",
                    self.write(known)
                );
                anew
            }
        })
    }

    /// The state that says so.
    pub(crate) fn state(&self, place: Place) -> JsonObject {
        let listing = place.listing_since.filter(|_| place.mark.is_some());
        let values = [(self.field(), place.mark), (LISTING_SINCE, listing)];
        values.into_iter().filter_map(|(name, mark)| Some((name.to_owned(), self.write(mark?)))).collect()
    }
}

impl Place {
    /// All has been read: what was listed is known as it was when the listing began.
    pub(crate) fn complete(&mut self) -> bool {
        match self.listing_since.take() {
            Some(since) => {
                self.mark = self.mark.map(|mark| mark.min(since));
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Date, Step};

    fn place(state: &Value, now: &str) -> (Cursor, Place) {
        let start: Date = "2024-01-01".parse().unwrap();
        let cursor = Cursor::date("day").start(start).step(Step::days(10)).forgotten_after(Step::days(30));
        let place = cursor.place(state.as_object(), now.parse().unwrap()).unwrap();
        (cursor, place)
    }

    /// What the first slice is, and whether it asks for changes.
    fn first(state: &Value, now: &str) -> (String, bool) {
        let (cursor, place) = place(state, now);
        let slice = cursor.windows(place, now.parse().unwrap()).next().unwrap();
        (slice.start().to_string(), slice.is_resumed())
    }

    #[test]
    fn a_listing_that_was_cut_short_is_gone_on_with_as_a_listing() {
        let state = json!({ "day": "2024-01-10", "listing_since": "2024-05-01" });
        assert_eq!(first(&state, "2024-05-02T12:00:00Z"), ("2024-01-10".to_owned(), false));
        let (cursor, mut place) = place(&state, "2024-05-02T12:00:00Z");
        assert_eq!(Value::Object(cursor.state(place)), state);
        place.mark = cursor.read(&json!("2024-05-02"));
        assert!(place.complete());
        assert_eq!(Value::Object(cursor.state(place)), json!({ "day": "2024-05-01" }), "when it began");
    }

    #[test]
    fn changes_are_asked_for_while_the_api_knows_them() {
        let state = json!({ "day": "2024-04-10" });
        assert_eq!(first(&state, "2024-05-02T12:00:00Z"), ("2024-04-10".to_owned(), true));
        assert_eq!(first(&state, "2024-07-02T12:00:00Z"), ("2024-01-01".to_owned(), false));
        assert_eq!(first(&json!(null), "2024-05-02T12:00:00Z"), ("2024-01-01".to_owned(), false));
    }
}
