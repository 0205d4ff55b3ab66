//! What a read is asked for, stream by stream.

use std::sync::Arc;

use serde_json::Value;

use super::account::StreamName;

/// A stream that a read is asked for, and what its records are judged by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) name: StreamName,
    /// The text of its JSON Schema.
    pub(crate) schema: Arc<str>,
    /// Whether it is read incrementally; in full otherwise.
    pub(crate) incremental: bool,
    /// The paths of its source-defined primary key; none where it has no such key.
    pub(crate) key: Vec<Vec<String>>,
    /// Records that have to be among its own.
    pub(crate) expected: Option<Expected>,
}

/// Records that have to be among those of one stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    /// The `data` of each.
    pub(crate) records: Vec<Value>,
    /// JSON pointers into messages, of what is passed over in comparing.
    pub(crate) ignored: Vec<String>,
    /// Whether the stream has to begin with these, in this order.
    pub(crate) exact_order: bool,
    /// Whether primary keys alone are compared, and without one numbers of records.
    pub(crate) by_key: bool,
}

impl Wanted {
    /// A stream of a configured catalog.
    pub(crate) fn of(configured: &Value) -> Self {
        let stream = &configured["stream"];
        let paths = stream["source_defined_primary_key"].as_array();
        let path = |path: &Value| -> Vec<String> {
            path.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Wanted {
            name: StreamName::of(stream),
            schema: stream["json_schema"].to_string().into(),
            incremental: configured["sync_mode"] == "incremental",
            key: paths.into_iter().flatten().map(path).filter(|path| !path.is_empty()).collect(),
            expected: None,
        }
    }
}
