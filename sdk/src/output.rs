use std::cell::RefCell;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use connector_protocol::{
    JsonObject, LogLevel, LogMessage, Message, Payload, RateLimitedReason, RecordMetaChange, StatusReason,
    StatusReasonType, StreamDescriptor, StreamStatus, StreamStatusTrace, TraceMessage, TraceType,
};
use jiff::Timestamp;

use crate::auth::TokensOfCommand;
use crate::redaction::Redaction;
use crate::write_back::HeldConfig;
use crate::{Clock, Error, Result};

/// How many bytes of records wait before they are written.
const BUFFER: usize = 64 * 1024;

/// After so long, a pipe that was full and does not block is tried again.
const FULL: Duration = Duration::from_millis(2);

/// The one writer of standard output: protocol messages, one on a line.
///
/// Records are buffered; every other message is written at once, after the records before it. So a state is never
/// out before the records that it covers.
pub(crate) struct Output {
    clock: Clock,
    held_config: HeldConfig,
    tokens: TokensOfCommand,
    inner: RefCell<Inner>,
}

struct Inner {
    writer: Box<dyn Write>,
    buffer: Vec<u8>,
    /// The time of the last record, and how a record tells it: thousands come within a millisecond.
    emitted_at: (i64, String),
    closed: bool,
    redaction: Redaction,
}

impl Output {
    pub(crate) fn new(writer: Box<dyn Write>, clock: Clock) -> Self {
        let buffer = Vec::with_capacity(BUFFER);
        let inner = Inner {
            writer,
            buffer,
            emitted_at: (i64::MIN, String::new()),
            closed: false,
            redaction: Redaction::default(),
        };
        Output {
            clock,
            held_config: HeldConfig::default(),
            tokens: TokensOfCommand::default(),
            inner: RefCell::new(inner),
        }
    }

    /// From now on, takes these secrets too out of every LOG, TRACE and CONNECTION_STATUS.
    pub(crate) fn redact(&self, secrets: &[String]) {
        self.inner.borrow_mut().redaction.add(secrets);
    }

    /// The text without the secrets known so far.
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.inner.borrow().redaction.apply(text)
    }

    /// The time as the command sees it.
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The config of the command.
    pub(crate) fn held_config(&self) -> &HeldConfig {
        &self.held_config
    }

    /// The access tokens that the command has fetched.
    pub(crate) fn tokens(&self) -> &TokensOfCommand {
        &self.tokens
    }

    /// The time of a message, in the number that the protocol wants with a decimal point.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay under 2^53 for 285,000 years")]
    pub(crate) fn emitted_at(&self) -> f64 {
        self.clock.now().as_millisecond() as f64
    }

    /// What precedes the data of each record of a stream.
    pub(crate) fn prefix(stream: &StreamDescriptor) -> Result<Vec<u8>> {
        let mut prefix = br#"{"type":"RECORD","record":{"stream":"#.to_vec();
        serde_json::to_writer(&mut prefix, &stream.name).map_err(unwritable)?;
        if let Some(namespace) = &stream.namespace {
            prefix.extend_from_slice(br#","namespace":"#);
            serde_json::to_writer(&mut prefix, namespace).map_err(unwritable)?;
        }
        prefix.extend_from_slice(br#","data":"#);
        Ok(prefix)
    }

    /// Writes one record, sooner or later: the JSON of an object, on one line, and what was changed in it.
    pub(crate) fn record(&self, prefix: &[u8], data: &str, changes: &[RecordMetaChange]) -> Result<()> {
        let emitted_at = self.clock.now().as_millisecond();
        let mut inner = self.inner.borrow_mut();
        let Inner { buffer, emitted_at: (known, text), .. } = &mut *inner;
        if *known != emitted_at {
            (*known, *text) = (emitted_at, format!(r#","emitted_at":{emitted_at}"#));
        }
        buffer.extend_from_slice(prefix);
        buffer.extend_from_slice(data.as_bytes());
        buffer.extend_from_slice(text.as_bytes());
        if !changes.is_empty() {
            buffer.extend_from_slice(br#","meta":{"changes":"#);
            serde_json::to_writer(&mut *buffer, changes).map_err(unwritable)?;
            buffer.push(b'}');
        }
        buffer.extend_from_slice(b"}}\n");
        if buffer.len() >= BUFFER { inner.flush() } else { Ok(()) }
    }

    /// Writes a message now, after the records before it.
    pub(crate) fn send(&self, message: impl Into<Message>) -> Result<()> {
        let mut inner = self.inner.borrow_mut();
        let message = redacted(message.into(), &inner.redaction);
        serde_json::to_writer(&mut inner.buffer, &message).map_err(unwritable)?;
        inner.buffer.push(b'\n');
        inner.flush()
    }

    /// Writes text that is no message: the help, which nothing but a person asks for.
    pub(crate) fn help(&self, text: &str) -> Result<()> {
        let mut inner = self.inner.borrow_mut();
        inner.buffer.extend_from_slice(text.as_bytes());
        inner.flush()
    }

    /// Tells the people who watch. That they cannot be told is no reason to stop.
    pub(crate) fn log(&self, level: LogLevel, message: String) {
        let _ = self.send(LogMessage { level, message, stack_trace: None, extra: JsonObject::new() });
    }

    /// Tells the platform that a stream, or the whole command, has failed.
    pub(crate) fn error(&self, error: &Error, stream: Option<&StreamDescriptor>) -> Result<()> {
        self.send(TraceMessage { error: Some(error.trace(stream)), ..self.trace(TraceType::Error) })
    }

    /// Tells the platform how far a stream has come.
    pub(crate) fn status(&self, stream: &StreamDescriptor, status: StreamStatus) -> Result<()> {
        self.status_because(stream, status, None)
    }

    /// The same of a stream that has no quota until `reset`.
    pub(crate) fn rate_limited(
        &self,
        stream: &StreamDescriptor,
        status: StreamStatus,
        reset: Timestamp,
    ) -> Result<()> {
        let limited =
            RateLimitedReason { quota_reset: Some(reset.as_millisecond()), ..RateLimitedReason::default() };
        let reason = StatusReason {
            reason_type: StatusReasonType::RateLimited,
            rate_limited: Some(limited),
            extra: JsonObject::new(),
        };
        self.status_because(stream, status, Some(vec![reason]))
    }

    fn status_because(
        &self,
        stream: &StreamDescriptor,
        status: StreamStatus,
        reasons: Option<Vec<StatusReason>>,
    ) -> Result<()> {
        let status = StreamStatusTrace {
            stream_descriptor: stream.clone(),
            status,
            reasons,
            extra: JsonObject::new(),
        };
        self.send(TraceMessage { stream_status: Some(status), ..self.trace(TraceType::StreamStatus) })
    }

    fn trace(&self, trace_type: TraceType) -> TraceMessage {
        TraceMessage {
            trace_type,
            emitted_at: self.emitted_at(),
            error: None,
            estimate: None,
            stream_status: None,
            analytics: None,
            extra: JsonObject::new(),
        }
    }
}

impl Inner {
    fn flush(&mut self) -> Result<()> {
        if !self.closed {
            self.closed = write_all(&mut *self.writer, &self.buffer).is_err();
        }
        self.buffer.clear();
        if self.closed {
            Err(Error::system("failed to write to standard output: it is closed"))
        } else {
            Ok(())
        }
    }
}

/// Writes all, however slow the reader is. A pipe or a terminal that its other users have set not to block refuses what
/// it has no room for; that does not mean that it is closed.
fn write_all(writer: &mut dyn Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = patiently(|| writer.write(bytes))?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
    }
    patiently(|| writer.flush())
}

fn patiently<T>(mut write: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match write() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(FULL),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// What a person wrote, without secrets. A CONTROL has the config as it is, which the platform is to keep.
fn redacted(mut message: Message, redaction: &Redaction) -> Message {
    let hide = |text: &mut String| *text = redaction.apply(text);
    match &mut message.payload {
        Payload::Log(log) => {
            hide(&mut log.message);
            log.stack_trace.iter_mut().for_each(hide);
        }
        Payload::ConnectionStatus(status) => status.message.iter_mut().for_each(hide),
        Payload::Trace(TraceMessage { error: Some(error), .. }) => {
            hide(&mut error.message);
            error.internal_message.iter_mut().chain(&mut error.stack_trace).for_each(hide);
        }
        _ => {}
    }
    message
}

fn unwritable(cause: serde_json::Error) -> Error {
    Error::system("failed to write a message as JSON").caused_by(cause)
}

#[cfg(test)]
pub(crate) mod tests {
    use connector_protocol::{ConnectorConfig, ControlMessage, ControlType, ErrorTrace};

    use super::*;

    pub(crate) use crate::testing::Page;

    impl Page {
        pub(crate) fn output(&self) -> Output {
            Output::new(Box::new(self.clone()), Clock::starting_at("2024-01-08T12:00:00Z".parse().unwrap()))
        }
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn secrets_are_taken_out_of_logs_and_errors() {
        let page = Page::default();
        let output = page.output();
        output.redact(&["k-123".into()]);
        output.log(LogLevel::Info, "with k-123".into());
        let error = Error::config("key k-123 is wrong").caused_by(io::Error::other("k-123 again"));
        output.error(&error, None).unwrap();
        assert!(!page.text().contains("k-123"), "{}", page.text());
        assert_eq!(page.text().matches("****").count(), 4, "{}", page.text());
    }

    #[test]
    fn secrets_are_taken_out_of_stack_traces_and_left_in_a_config_to_keep() {
        let page = Page::default();
        let output = page.output();
        output.redact(&["k-123".into()]);
        let error = ErrorTrace { stack_trace: Some("at k-123".into()), ..Error::config("no").trace(None) };
        output.send(TraceMessage { error: Some(error), ..output.trace(TraceType::Error) }).unwrap();
        let config = JsonObject::from_iter([("key".to_owned(), "k-123".into())]);
        let control = ControlMessage {
            control_type: ControlType::ConnectorConfig,
            emitted_at: 0.0,
            connector_config: Some(ConnectorConfig { config, extra: JsonObject::new() }),
            extra: JsonObject::new(),
        };
        output.send(control).unwrap();
        let text = page.text();
        assert!(text.contains("at ****") && text.contains(r#"{"key":"k-123"}"#), "{text}");
    }

    #[test]
    fn a_record_waits_for_the_message_after_it() {
        let page = Page::default();
        let output = page.output();
        let stream = StreamDescriptor::new("s");
        output.record(&Output::prefix(&stream).unwrap(), "{}", &[]).unwrap();
        assert_eq!(page.text(), "");
        output.status(&stream, StreamStatus::Complete).unwrap();
        let text = page.text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("RECORD") && lines[1].contains("COMPLETE"), "{lines:?}");
    }

    #[test]
    fn a_record_is_the_message_that_the_protocol_knows() {
        let page = Page::default();
        let output = page.output();
        let stream = StreamDescriptor { namespace: Some("a \"b\"".into()), ..StreamDescriptor::new("s\n") };
        let change = RecordMetaChange {
            field: "n".into(),
            change: connector_protocol::Change::Nulled,
            reason: connector_protocol::ChangeReason::SourceSerializationError,
            extra: JsonObject::new(),
        };
        output
            .record(&Output::prefix(&stream).unwrap(), r#"{"n":null}"#, std::slice::from_ref(&change))
            .unwrap();
        output.log(LogLevel::Info, "end".into());
        let message: Message = serde_json::from_str(page.text().lines().next().unwrap()).unwrap();
        let Payload::Record(record) = message.payload else { panic!("{}", page.text()) };
        assert_eq!((record.stream.as_str(), record.namespace.as_deref()), ("s\n", Some("a \"b\"")));
        assert_eq!(record.data.get("n"), Some(&serde_json::Value::Null));
        assert_eq!(record.meta.unwrap().changes.unwrap(), [change]);
        assert_eq!(record.emitted_at / 60_000, output.clock.now().as_millisecond() / 60_000);
    }

    #[test]
    fn a_reader_that_has_gone_is_an_error_and_no_panic() {
        let output = Output::new(Box::new(Gone), Page::default().output().clock);
        output.log(LogLevel::Info, "anyone there?".into());
        let error = output.send(connector_protocol::Catalog::default()).unwrap_err();
        assert_eq!(error.to_string(), "failed to write to standard output: it is closed");
    }

    /// A pipe whose other end was set not to block, and whose reader is slow.
    struct Slow(Page, bool);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                Err(io::ErrorKind::WouldBlock.into())
            } else {
                self.0.write(&bytes[..bytes.len().min(50)])
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        }
    }

    #[test]
    fn a_reader_that_is_slow_is_waited_for_even_where_the_pipe_does_not_block() {
        let page = Page::default();
        let output = Output::new(Box::new(Slow(page.clone(), false)), page.output().clock);
        output.send(connector_protocol::Catalog::default()).unwrap();
        output.log(LogLevel::Info, "x".repeat(200));
        let text = page.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}");
    }
}
