use std::collections::BTreeSet;

use serde_json::Value;

/// What the connector was started with.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) command: String,
    pub(crate) config_file: Option<String>,
    /// Null where there is none, as all files.
    pub(crate) config: Value,
    pub(crate) catalog: Value,
    pub(crate) state: Value,
}

impl Call {
    /// Reads `COMMAND [--config FILE] [--catalog FILE] [--state FILE]`.
    pub(crate) fn parse(words: &[String]) -> Self {
        let path = |flag: &str| words.iter().skip_while(|word| *word != flag).nth(1).cloned();
        let file = |flag: &str| serde_json::from_str(&std::fs::read_to_string(path(flag)?).ok()?).ok();
        Call {
            command: words.first().cloned().unwrap_or_default(),
            config_file: path("--config"),
            config: file("--config").unwrap_or_default(),
            catalog: file("--catalog").unwrap_or_default(),
            state: file("--state").unwrap_or_default(),
        }
    }

    pub(crate) fn is(&self, command: &str) -> bool {
        self.command == command
    }

    /// The names of the streams that are to be read, each once.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &str> {
        let streams = self.catalog["streams"].as_array().into_iter().flatten();
        let mut seen = BTreeSet::new();
        streams
            .filter_map(|configured| configured["stream"]["name"].as_str())
            .filter(move |name| seen.insert(*name))
    }

    /// The last id of this stream that was read before, 0 if none was.
    pub(crate) fn last_id(&self, stream: &str) -> u64 {
        let states = self.state.as_array().into_iter().flatten();
        let of_streams = states.flat_map(|state| {
            let global = state["global"]["stream_states"].as_array().into_iter().flatten();
            global.chain(state.get("stream"))
        });
        let own = of_streams.filter(|state| state["stream_descriptor"]["name"] == stream);
        own.filter_map(|state| state["stream_state"]["id"].as_u64()).max().unwrap_or_default()
    }
}
