//! States that mean the same in every connector, and what is amiss with a state as a whole.

use connector_protocol::{JsonObject, StateInput};

/// In place of a state, from a stream that has none.
pub(crate) const NO_CURSOR: &str = "__ab_no_cursor_state_message";

/// In place of a state, from a full refresh that can be resumed and has come to its end.
pub(crate) const COMPLETE: &str = "__ab_full_refresh_sync_complete";

/// Under which name a state keeps the places of the parents.
pub(crate) const PARTITIONS: &str = "partitions";

/// The state, unless it is one that says nothing.
pub(crate) fn meaningful(state: Option<&JsonObject>) -> Option<&JsonObject> {
    state.filter(|state| !state.is_empty() && !is_set(state, NO_CURSOR))
}

/// Whether the full refresh that wrote this has come to its end, so that there is nothing to go on with.
pub(crate) fn is_complete(state: &JsonObject) -> bool {
    is_set(state, COMPLETE)
}

fn is_set(state: &JsonObject, mark: &str) -> bool {
    state.get(mark).is_some_and(|mark| *mark == true)
}

/// A word on the streams that have a state and that the source, which `has` some, does not know: a stream that was
/// renamed is read from its beginning.
pub(crate) fn strangers(state: &StateInput, has: impl Fn(&str, Option<&str>) -> bool) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, namespace) in state.streams().filter(|(name, namespace)| !has(name, *namespace)) {
        let name = namespace.map_or_else(|| format!("`{name}`"), |namespace| format!("`{namespace}.{name}`"));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| {
        format!(
            "the state holds streams that this source does not have, which are passed over: {}",
            names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(value: Value) -> JsonObject {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_state_that_says_nothing_is_none() {
        for nothing in [json!({}), json!({ "__ab_no_cursor_state_message": true })] {
            assert_eq!(meaningful(Some(&object(nothing))), None);
        }
        let state = object(json!({ "day": "2024-01-02" }));
        assert_eq!(meaningful(Some(&state)), Some(&state));
    }

    #[test]
    fn a_full_refresh_says_when_it_is_over() {
        assert!(is_complete(&object(json!({ "__ab_full_refresh_sync_complete": true }))));
        assert!(!is_complete(&object(json!({ "page": 3 }))));
    }

    #[test]
    fn streams_that_nobody_knows_are_named_once() {
        let state: StateInput = serde_json::from_value(json!([
            { "type": "LEGACY", "data": { "users": { "id": 1 }, "rain": { "id": 1 } } },
            { "type": "STREAM", "stream": { "stream_descriptor": { "name": "users" } } },
            { "type": "STREAM", "stream": { "stream_descriptor": { "name": "rain", "namespace": "eu" } } },
        ]))
        .unwrap();
        assert_eq!(
            strangers(&state, |name, namespace| name == "rain" && namespace.is_none()).unwrap(),
            "the state holds streams that this source does not have, which are passed over: `users`, `eu.rain`"
        );
        assert_eq!(strangers(&state, |_, _| true), None);
    }
}
