use std::fmt::Write as _;

use connector_protocol::{Change, ChangeReason, JsonObject, RecordMetaChange};
use serde_json::Value;

use super::cast::{cast, unquoted};
use crate::scan::{Kind, Scan, unescaped};
use crate::shape::{Shape, Type};

/// One record on its way: it is read along, and copied only where something is changed.
pub(super) struct Pass<'a> {
    raw: &'a str,
    scan: Scan<'a>,
    /// How much of the record is in `out` already, or will never be.
    copied: usize,
    out: &'a mut String,
    changes: &'a mut Vec<RecordMetaChange>,
    path: Vec<Step<'a>>,
}

enum Step<'a> {
    /// A name, with escapes as written.
    Field(&'a str),
    Item(usize),
}

/// What is to become of a value that is of no use.
#[derive(PartialEq, Eq)]
enum Fate {
    Stays,
    /// It cannot be null, but it may be left out.
    Goes,
}

impl<'a> Pass<'a> {
    /// Normalises the record; whether anything was changed, and so whether `out` has it.
    pub(super) fn through(
        shape: &Shape,
        raw: &'a str,
        out: &'a mut String,
        changes: &'a mut Vec<RecordMetaChange>,
    ) -> bool {
        let mut pass = Pass { raw, scan: Scan::new(raw), copied: 0, out, changes, path: Vec::new() };
        if pass.scan.kind() == Some(Kind::Object) {
            pass.object(shape);
        }
        let changed = pass.copied > 0;
        if changed {
            pass.out.push_str(&raw[pass.copied..]);
        }
        changed
    }

    fn object(&mut self, shape: &Shape) {
        self.scan.enter();
        let mut has_fields = false;
        loop {
            let before = self.scan.at();
            let Some(name) = self.scan.field() else { return };
            let fate = if let Some(field) = shape.fields.get(&*unescaped(name)) {
                self.path.push(Step::Field(name));
                let fate = self.value(&field.shape, !field.is_required);
                self.path.pop();
                fate
            } else {
                self.scan.skip();
                Fate::Stays
            };
            if fate == Fate::Stays {
                has_fields = true;
                continue;
            }
            // The comma that goes with it is the one before; the first field has but one behind.
            if !has_fields {
                self.scan.comma();
            }
            self.replace(before, "");
        }
    }

    fn array(&mut self, items: &Shape) {
        self.scan.enter();
        let mut index = 0;
        while self.scan.item() {
            self.path.push(Step::Item(index));
            self.value(items, false);
            self.path.pop();
            index += 1;
        }
    }

    fn value(&mut self, shape: &Shape, may_go: bool) -> Fate {
        let Some(kind) = self.scan.kind() else { return Fate::Stays };
        match (kind, shape.items.as_deref()) {
            (Kind::Object, _) if shape.allows(Type::Object) && !shape.fields.is_empty() => self.object(shape),
            (Kind::Array, Some(items)) if shape.allows(Type::Array) => self.array(items),
            _ => return self.whole(shape, kind, may_go),
        }
        Fate::Stays
    }

    /// A value that is either right or replaced as a whole.
    fn whole(&mut self, shape: &Shape, kind: Kind, may_go: bool) -> Fate {
        let start = self.scan.at();
        let text = self.scan.skip();
        let takes = shape.takes(kind, text);
        let is_blank = kind == Kind::String && (!takes || shape.is_date) && unquoted(text).trim().is_empty();
        if takes && !is_blank {
            if kind == Kind::String {
                self.shorten(shape, start, text);
            }
            return Fate::Stays;
        }
        // A null that is not allowed is not made better by another value that is not the API's.
        if kind == Kind::Null {
            return Fate::Stays;
        }
        if !is_blank && let Some(cast) = cast(shape, kind, text) {
            self.replace(start, &cast);
            return Fate::Stays;
        }
        let nullable = shape.allows(Type::Null);
        if !nullable && !may_go {
            return Fate::Stays;
        }
        // That an empty text is no number and no day has told nobody anything.
        if !is_blank {
            self.note(Change::Nulled, ChangeReason::SourceSerializationError);
        }
        if nullable {
            self.replace(start, "null");
            return Fate::Stays;
        }
        Fate::Goes
    }

    fn shorten(&mut self, shape: &Shape, start: usize, text: &str) {
        // A text has no more characters than bytes, so most need not be counted.
        let Some(limit) = shape.max_length.filter(|limit| text.len() - 2 > *limit) else { return };
        let said = unquoted(text);
        if let Some((end, _)) = said.char_indices().nth(limit) {
            self.replace(start, &Value::from(&said[..end]).to_string());
            self.note(Change::Truncated, ChangeReason::SourceFieldSizeLimitation);
        }
    }

    /// Puts `new` in the place of all from `start` to where the scan is.
    fn replace(&mut self, start: usize, new: &str) {
        self.out.push_str(&self.raw[self.copied..start]);
        self.out.push_str(new);
        self.copied = self.scan.at();
    }

    fn note(&mut self, change: Change, reason: ChangeReason) {
        let mut field = String::new();
        for step in &self.path {
            let _ = match step {
                Step::Field(name) if field.is_empty() => write!(field, "{name}"),
                Step::Field(name) => write!(field, ".{name}"),
                Step::Item(index) => write!(field, "[{index}]"),
            };
        }
        self.changes.push(RecordMetaChange { field, change, reason, extra: JsonObject::new() });
    }
}
