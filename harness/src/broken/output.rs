use std::io::Write as _;

use serde_json::Value;

/// What a command is going to print, and how it is going to end.
pub(crate) struct Output {
    pub(crate) messages: Vec<Value>,
    pub(crate) status: u8,
    /// Printed before the messages, as it is.
    pub(crate) before: Vec<u8>,
    /// Whether the last line is ended.
    pub(crate) line_feed: bool,
    /// Done after everything is printed.
    pub(crate) then: fn(),
    /// What is changed where there is no such message.
    pub(crate) nothing: Value,
}

impl Output {
    pub(crate) fn of(messages: Vec<Value>) -> Self {
        Output { messages, status: 0, before: Vec::new(), line_feed: true, then: || {}, nothing: Value::Null }
    }

    /// The first message of a type. Where there is none, a change to it changes nothing.
    pub(crate) fn message(&mut self, kind: &str) -> &mut Value {
        let found = self.messages.iter_mut().find(|message| message["type"] == kind);
        found.unwrap_or(&mut self.nothing)
    }

    /// Before the first message of a type, or first of all.
    pub(crate) fn insert_before(&mut self, kind: &str, message: Value) {
        let place = self.messages.iter().position(|message| message["type"] == kind).unwrap_or_default();
        self.messages.insert(place, message);
    }

    pub(crate) fn remove(&mut self, kind: &str) {
        self.messages.retain(|message| message["type"] != kind);
    }

    /// The messages, a line each, the last one not ended.
    pub(crate) fn text(&self) -> String {
        self.messages.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Prints it, and returns the exit status.
    pub(crate) fn print(self) -> u8 {
        let messages = self.text();
        let mut text = self.before;
        text.extend_from_slice(messages.as_bytes());
        if self.line_feed {
            text.push(b'\n');
        }
        // Whoever closed the pipe has judged already.
        let _printed = std::io::stdout().write_all(&text);
        let _flushed = std::io::stdout().flush();
        (self.then)();
        self.status
    }
}

pub(crate) fn push(list: &mut Value, item: Value) {
    if let Some(list) = list.as_array_mut() {
        list.push(item);
    }
}

pub(crate) fn remove(object: &mut Value, key: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(key);
    }
}

/// The first stream that `discover` prints.
pub(crate) fn stream(output: &mut Output) -> &mut Value {
    &mut output.message("CATALOG")["catalog"]["streams"][0]
}
