use std::ops::Range;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Flaw;
use super::path::through;

/// How much of a body may stand outside of the array: it is kept until the page has been read.
const ENVELOPE: usize = 4 * 1024 * 1024;

/// How large one element may be: it is kept until it is complete.
const RECORD: usize = 64 * 1024 * 1024;

/// Takes the elements of one array out of a body that comes in pieces.
///
/// No more of the body is kept than the element at hand and what stands outside of the array. All of it is checked to be
/// JSON, by `serde_json`: a scanner of our own that checked less was measured to be a third faster in this alone,
/// which is not worth a second parser.
pub(crate) struct Splitter {
    path: String,
    /// How much of the path leads to the next value; `None` if the path leads elsewhere.
    passed: Option<usize>,
    /// How much of the path leads to each object that is open around the next value.
    open: Vec<usize>,
    state: State,
    found: bool,
    buffer: String,
    /// The beginning of a character that has not come to its end.
    partial: Vec<u8>,
    /// How much of the buffer is done with.
    at: usize,
    /// Where the last element stands in the buffer, as long as it does.
    element: Range<usize>,
    /// The last element, afterwards.
    last: String,
    /// How much of the body was dropped from the buffer.
    dropped: usize,
    /// How much of the buffer was not enough for a whole value.
    tried: usize,
    ended: bool,
    envelope: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    FirstKey,
    Key,
    Colon,
    AfterMember,
    FirstElement,
    Element,
    AfterElement,
    /// Any number of values, one after the other.
    Values,
    Done,
}

impl Splitter {
    /// Elements of the array at `path`. Where the path leads to an object, that is the only element.
    pub(crate) fn at(path: &str) -> Self {
        Splitter {
            path: path.to_owned(),
            passed: Some(0),
            open: Vec::new(),
            state: State::Value,
            found: false,
            buffer: String::new(),
            partial: Vec::new(),
            at: 0,
            element: 0..0,
            last: String::new(),
            dropped: 0,
            tried: 0,
            ended: false,
            envelope: String::new(),
        }
    }

    /// Values that follow one another, as in JSON Lines.
    pub(crate) fn values() -> Self {
        Splitter { state: State::Values, found: true, ..Splitter::at("") }
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    /// If they are no UTF-8.
    pub(crate) fn feed(&mut self, bytes: Bytes) -> Result<(), Flaw> {
        self.make_room();
        let mut bytes = bytes;
        if self.buffer.is_empty() && self.partial.is_empty() {
            // Without copying, if they are nobody else's.
            match String::from_utf8(bytes.into()) {
                Ok(text) => {
                    self.buffer = text;
                    return Ok(());
                }
                Err(error) => bytes = error.into_bytes().into(),
            }
        }
        if !self.partial.is_empty() {
            bytes = [self.partial.as_slice(), &bytes].concat().into();
        }
        let whole = match str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => {
                let offset = self.dropped + self.buffer.len() + error.valid_up_to();
                return Err(Flaw::Syntax { offset, what: "no UTF-8".to_owned() });
            }
        };
        self.partial = bytes.split_off(whole).into();
        self.buffer.push_str(str::from_utf8(&bytes).unwrap_or_default());
        Ok(())
    }

    /// Drops what is done with.
    fn make_room(&mut self) {
        if !self.element.is_empty() {
            self.last.clear();
            self.last.push_str(&self.buffer[self.element.clone()]);
            self.element = 0..0;
        }
        self.buffer.drain(..self.at);
        self.dropped += self.at;
        self.at = 0;
    }

    /// Learns that the body is complete.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Whether it has been told that the body is complete.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// What stands outside of the array, as JSON: the array is empty. Whole once the body is.
    pub(crate) fn envelope(&self) -> &str {
        &self.envelope
    }

    /// The last element.
    pub(crate) fn element(&self) -> &str {
        if self.element.is_empty() { &self.last } else { &self.buffer[self.element.clone()] }
    }

    /// The next element, as `make` makes it; `None` if more of the body is needed, or if it has ended and is well.
    pub(crate) fn next<T>(&mut self, make: impl Fn(&RawValue) -> T) -> Result<Option<T>, Flaw> {
        while let Some(byte) = self.peek() {
            match (self.state, byte) {
                (State::Value, _) => match self.passed {
                    Some(passed) if passed == self.path.len() => {
                        let element = self.wanted_value(byte, &make)?;
                        if element.is_some() || self.state == State::Value {
                            return Ok(element);
                        }
                    }
                    Some(passed) if byte == b'{' => {
                        self.open.push(passed);
                        self.pass(State::FirstKey)?;
                    }
                    _ => {
                        if !self.pass_value()? {
                            return Ok(None);
                        }
                    }
                },
                (State::FirstKey | State::AfterMember, b'}') => {
                    self.open.pop();
                    let state = self.after_value();
                    self.pass(state)?;
                }
                (State::AfterMember, b',') => self.pass(State::Key)?,
                (State::FirstKey | State::Key, b'"') => {
                    let Some(key) = self.value(ENVELOPE, RawValue::to_owned)? else { return Ok(None) };
                    self.keep(key.get())?;
                    let key: String = serde_json::from_str(key.get()).unwrap_or_default();
                    let behind = self.open.last().copied().unwrap_or_default();
                    let rest = through(&self.path[behind..], &key).filter(|_| !self.found);
                    self.passed = rest.map(|rest| self.path.len() - rest.len());
                    self.state = State::Colon;
                }
                (State::Colon, b':') => self.pass(State::Value)?,
                (State::FirstElement | State::AfterElement, b']') => {
                    let state = self.after_value();
                    self.pass(state)?;
                }
                (State::AfterElement, b',') => {
                    self.at += 1;
                    self.state = State::Element;
                }
                (State::FirstElement | State::Element | State::Values, _) => {
                    let element = self.element_value(&make)?;
                    if element.is_some() && self.state != State::Values {
                        self.state = State::AfterElement;
                    }
                    return Ok(element);
                }
                (state, byte) => return Err(self.unexpected(state, byte)),
            }
        }
        match self.state {
            _ if !self.ended => Ok(None),
            _ if !self.partial.is_empty() => Err(Flaw::Truncated { offset: self.offset() }),
            State::Done if !self.found => Err(Flaw::Absent { path: self.path.clone() }),
            State::Done | State::Values => Ok(None),
            _ => Err(Flaw::Truncated { offset: self.offset() }),
        }
    }

    /// The value that the path leads to: an array is entered, an object is an element itself, and null is nothing.
    fn wanted_value<T>(&mut self, first: u8, make: impl Fn(&RawValue) -> T) -> Result<Option<T>, Flaw> {
        if first == b'[' {
            self.found = true;
            self.pass(State::FirstElement)?;
            return Ok(None);
        }
        let Some(value) = self.element_value(make)? else { return Ok(None) };
        let found = match first {
            b'{' | b'n' => {
                self.found = true;
                self.state = self.after_value();
                self.keep("null")?;
                return Ok((first == b'{').then_some(value));
            }
            b'"' => "a string",
            b't' | b'f' => "a boolean",
            _ => "a number",
        };
        Err(Flaw::OtherKind { path: self.path.clone(), found })
    }

    /// Goes past a value that is not wanted; false if more of the body is needed.
    fn pass_value(&mut self) -> Result<bool, Flaw> {
        let Some(value) = self.value(ENVELOPE, RawValue::to_owned)? else { return Ok(false) };
        self.keep(value.get())?;
        self.state = self.after_value();
        Ok(true)
    }

    /// Goes past one byte of the envelope.
    fn pass(&mut self, state: State) -> Result<(), Flaw> {
        let byte = char::from(self.buffer.as_bytes()[self.at]);
        self.at += 1;
        self.state = state;
        self.keep(byte.encode_utf8(&mut [0; 4]))
    }

    fn after_value(&self) -> State {
        if self.open.is_empty() { State::Done } else { State::AfterMember }
    }

    fn keep(&mut self, text: &str) -> Result<(), Flaw> {
        self.envelope.push_str(text);
        if self.envelope.len() > ENVELOPE { Err(self.large_envelope()) } else { Ok(()) }
    }

    fn large_envelope(&self) -> Flaw {
        Flaw::LargeEnvelope { path: self.path.clone(), limit: ENVELOPE }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let rest = &self.buffer.as_bytes()[self.at..];
        let Some(distance) = rest.iter().position(|byte| !blank(byte)) else {
            self.at = self.buffer.len();
            return None;
        };
        self.at += distance;
        self.buffer.as_bytes().get(self.at).copied()
    }

    /// The element that begins here; `None` if more of the body is needed.
    fn element_value<T>(&mut self, make: impl Fn(&RawValue) -> T) -> Result<Option<T>, Flaw> {
        let start = self.at;
        let element = self.value(RECORD, make)?;
        self.element = start..self.at;
        Ok(element)
    }

    /// The whole value that begins here; `None` if more of the body is needed.
    fn value<T>(&mut self, limit: usize, make: impl Fn(&RawValue) -> T) -> Result<Option<T>, Flaw> {
        let rest = &self.buffer[self.at..];
        // Only when there is twice as much: a large value in small pieces is not scanned over and over.
        if rest.len() < (2 * self.tried).min(limit + 1) && !self.ended {
            return Ok(None);
        }
        let error = match <&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(rest)) {
            Ok(value) => {
                let length = value.get().len();
                // The number 12 may be the beginning of 123.
                let whole = length < rest.len() || self.ended || rest.starts_with(['{', '[', '"']);
                if whole {
                    let made = make(value);
                    self.at += length;
                    self.tried = 0;
                    return Ok(Some(made));
                }
                None
            }
            Err(error) if error.is_eof() || self.cuts_number(&error) => None,
            Err(error) => Some(error),
        };
        match error {
            Some(error) => Err(self.syntax(&error)),
            None if self.ended => Err(Flaw::Truncated { offset: self.offset() + rest.len() }),
            None if rest.len() > limit && limit == ENVELOPE => Err(self.large_envelope()),
            None if rest.len() > limit => Err(Flaw::LargeRecord { limit }),
            None => {
                self.tried = rest.len();
                Ok(None)
            }
        }
    }

    fn offset(&self) -> usize {
        self.dropped + self.at
    }

    /// Whether the number 1.5 was taken for a wrong one because only `1.` is there.
    fn cuts_number(&self, error: &serde_json::Error) -> bool {
        self.buffer.ends_with(['-', '+', '.', 'e', 'E']) && self.place(error) + 1 == self.buffer.len()
    }

    /// The index in the buffer that an error of `serde_json` means, which counts lines and columns from where the value began.
    fn place(&self, error: &serde_json::Error) -> usize {
        let lines = self.buffer[self.at..].split_inclusive('\n').take(error.line().saturating_sub(1));
        self.at + lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1)
    }

    fn syntax(&self, error: &serde_json::Error) -> Flaw {
        let text = error.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        Flaw::Syntax { offset: self.dropped + self.place(error), what: what.to_owned() }
    }

    fn unexpected(&self, state: State, byte: u8) -> Flaw {
        let wanted = match state {
            State::Value | State::Element | State::FirstElement | State::Values => "a value",
            State::FirstKey => "a name or `}`",
            State::Key => "a name",
            State::Colon => "`:`",
            State::AfterMember => "`,` or `}`",
            State::AfterElement => "`,` or `]`",
            State::Done => "its end",
        };
        let what = format!("expected {wanted}, but `{}` came", byte.escape_ascii());
        Flaw::Syntax { offset: self.offset(), what }
    }
}

#[cfg(test)]
mod tests;
