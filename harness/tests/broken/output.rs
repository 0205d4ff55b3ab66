use std::io::Write as _;
use std::process::ExitCode;

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
}

impl Output {
    pub(crate) fn of(messages: Vec<Value>) -> Self {
        Output { messages, status: 0, before: Vec::new(), line_feed: true, then: || {} }
    }

    /// The first message of a type.
    pub(crate) fn message(&mut self, kind: &str) -> &mut Value {
        self.messages.iter_mut().find(|message| message["type"] == kind).expect("a message of that type")
    }

    pub(crate) fn insert_before(&mut self, kind: &str, message: Value) {
        let place = self.messages.iter().position(|message| message["type"] == kind).expect("such a message");
        self.messages.insert(place, message);
    }

    pub(crate) fn remove(&mut self, kind: &str) {
        self.messages.retain(|message| message["type"] != kind);
    }

    pub(crate) fn print(self) -> ExitCode {
        let mut text = self.before;
        let lines: Vec<String> = self.messages.iter().map(Value::to_string).collect();
        text.extend_from_slice(lines.join("\n").as_bytes());
        if self.line_feed {
            text.push(b'\n');
        }
        // Whoever closed the pipe has judged already.
        let _printed = std::io::stdout().write_all(&text);
        let _flushed = std::io::stdout().flush();
        (self.then)();
        ExitCode::from(self.status)
    }
}
