use connector_protocol::JsonObject;
use serde_json::Value;

/// Under which name a state keeps a place among pages.
const PAGE: &str = "page";

/// Where a read of a [`resumable`](crate::Stream::resumable) stream begins: at the start, or after the last state of
/// one that was cut short.
///
/// ```
/// # use connector_sdk::Stream;
/// # use serde_json::{Value, json};
/// let pages = Stream::new("pages", r#"{"type": "object"}"#).resumable(async |from, records| {
///     for page in from.get("next").and_then(Value::as_u64).unwrap_or(1)..=3 {
///         records.push(&json!({ "page": page }))?;
///         records.checkpoint(&json!({ "next": page + 1 }))?;
///     }
///     Ok(())
/// });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resume {
    state: JsonObject,
}

impl Resume {
    pub(crate) fn from(state: Option<&JsonObject>) -> Self {
        Resume { state: state.cloned().unwrap_or_default() }
    }

    /// The state of a read that stands at this place among pages.
    pub(crate) fn at(position: Value) -> JsonObject {
        JsonObject::from_iter([(PAGE.to_owned(), position)])
    }

    /// The place among pages that the read goes on from.
    pub(crate) fn position(&self) -> Option<&Value> {
        self.state.get(PAGE)
    }

    /// A value of the state that the read goes on from; none at the start.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.state.get(field)
    }
}
