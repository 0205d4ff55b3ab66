use serde_json::Value;

/// What the connector was started with.
pub(crate) struct Call {
    pub(crate) command: String,
    /// Null where there is none, as all files.
    pub(crate) config: Value,
    pub(crate) catalog: Value,
    pub(crate) state: Value,
}

impl Call {
    /// Reads `COMMAND [--config FILE] [--catalog FILE] [--state FILE]`.
    pub(crate) fn parse(words: &[String]) -> Self {
        let file = |flag: &str| {
            let path = words.iter().skip_while(|word| *word != flag).nth(1)?;
            serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
        };
        Call {
            command: words.first().cloned().unwrap_or_default(),
            config: file("--config").unwrap_or_default(),
            catalog: file("--catalog").unwrap_or_default(),
            state: file("--state").unwrap_or_default(),
        }
    }

    pub(crate) fn is(&self, command: &str) -> bool {
        self.command == command
    }

    /// The names of the streams that are to be read.
    pub(crate) fn streams(&self) -> impl Iterator<Item = &str> {
        let streams = self.catalog["streams"].as_array().into_iter().flatten();
        streams.filter_map(|configured| configured["stream"]["name"].as_str())
    }

    /// The last user that was read before.
    pub(crate) fn last_id(&self) -> u64 {
        let states = self.state.as_array().into_iter().flatten();
        states.filter_map(|state| state["stream"]["stream_state"]["id"].as_u64()).max().unwrap_or_default()
    }
}
