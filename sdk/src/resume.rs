use connector_protocol::JsonObject;
use serde_json::Value;

/// Where a read of a [`resumable`](crate::Stream::resumable) stream begins: at the start, or after the last state of
/// one that was cut short.
#[derive(Clone, Debug, Default)]
pub struct Resume {
    state: JsonObject,
}

impl Resume {
    pub(crate) fn from(state: Option<&JsonObject>) -> Self {
        Resume { state: state.cloned().unwrap_or_default() }
    }

    /// A value of the state that the read goes on from; none at the start.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.state.get(field)
    }
}
