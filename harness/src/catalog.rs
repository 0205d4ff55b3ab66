//! What a read is asked for: the file of `--catalog`, made from what `discover` found and what the scenario says.

use serde_json::{Value, json};

use crate::demands::Demands;
use crate::ledger::{StreamName, Wanted};

/// The configured catalog of a scenario; `None` where there is nothing to make it from.
///
/// A scenario's own catalog says which streams to read and how; the streams themselves are taken as discovered, as a
/// platform does. Without one, every discovered stream is read: incrementally where it can be.
pub(crate) fn configure(discovered: Option<&Value>, wanted: Option<&Value>) -> Option<Value> {
    let discovered = streams_of(discovered);
    let streams: Vec<Value> = match wanted {
        Some(wanted) => {
            streams_of(Some(wanted)).iter().map(|stream| as_discovered(stream, discovered)).collect()
        }
        None => discovered.iter().map(everything_of).collect(),
    };
    (wanted.is_some() || !streams.is_empty()).then(|| json!({ "streams": streams }))
}

/// The streams of a configured catalog, with what their records are judged by.
pub(crate) fn wanted(configured: &Value, demands: &Demands) -> Vec<Wanted> {
    let streams = streams_of(Some(configured)).iter().map(Wanted::of);
    streams.map(|wanted| Wanted { expected: demands.expected_of(&wanted.name), ..wanted }).collect()
}

fn streams_of(catalog: Option<&Value>) -> &[Value] {
    catalog.and_then(|catalog| catalog.get("streams")?.as_array()).map_or(&[], Vec::as_slice)
}

fn as_discovered(configured: &Value, discovered: &[Value]) -> Value {
    let name = StreamName::of(&configured["stream"]);
    let mut configured = configured.clone();
    if let Some(stream) = discovered.iter().find(|stream| StreamName::of(stream) == name) {
        configured["stream"] = stream.clone();
    }
    configured
}

fn everything_of(stream: &Value) -> Value {
    let modes = stream["supported_sync_modes"].as_array().map_or(&[][..], Vec::as_slice);
    let incremental = modes.iter().any(|mode| mode == "incremental");
    let mut configured = json!({
        "stream": stream,
        "sync_mode": if incremental { "incremental" } else { "full_refresh" },
        "destination_sync_mode": "append",
    });
    for (key, from) in
        [("cursor_field", "default_cursor_field"), ("primary_key", "source_defined_primary_key")]
    {
        if let Some(value) = stream.get(from).filter(|value| value.is_array()) {
            configured[key] = value.clone();
        }
    }
    configured
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovered() -> Value {
        json!({"streams": [
            {"name": "a", "json_schema": {"x": 1}, "supported_sync_modes": ["full_refresh", "incremental"],
             "default_cursor_field": ["at"]},
            {"name": "b", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
        ]})
    }

    #[test]
    fn without_a_catalog_everything_is_read_incrementally_where_it_can_be() {
        let configured = configure(Some(&discovered()), None).unwrap();
        assert_eq!(configured["streams"][0]["sync_mode"], "incremental");
        assert_eq!(configured["streams"][0]["cursor_field"], json!(["at"]));
        assert_eq!(configured["streams"][1]["sync_mode"], "full_refresh");
        assert_eq!(configure(None, None), None);
    }

    #[test]
    fn a_catalog_says_how_to_read_and_discover_says_what() {
        let file =
            json!({"streams": [{"stream": {"name": "a", "json_schema": {}}, "sync_mode": "full_refresh"}]});
        let configured = configure(Some(&discovered()), Some(&file)).unwrap();
        assert_eq!(configured["streams"].as_array().unwrap().len(), 1);
        assert_eq!(configured["streams"][0]["sync_mode"], "full_refresh");
        assert_eq!(configured["streams"][0]["stream"]["json_schema"], json!({"x": 1}));
        assert_eq!(configure(None, Some(&file)).unwrap(), file);
    }
}
