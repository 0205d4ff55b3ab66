//! Records made to conform to their stream's schema.

mod cast;
mod pass;

use connector_protocol::{JsonObject, RecordMetaChange};

use crate::shape::Shape;
use pass::Pass;

/// Makes records conform to a schema that was compiled once.
///
/// | wanted | what is taken for it |
/// |---|---|
/// | string | a number or a boolean as written; an object or an array as its JSON |
/// | number, integer | a text that is one, with the digits as written; true and false as 1 and 0 |
/// | boolean | `true`, `t`, `yes`, `y`, `on`, `1` and their opposites, in any case; 1 and 0 |
/// | array | any other value that its items can be, as a list of one |
///
/// - A number with a fraction is no integer, and is not rounded. Dates and times are left as they are.
/// - An empty text where a number, a boolean, an object or a date is wanted means that there is none: it becomes null.
/// - What cannot be cast becomes null too and is noted as NULLED. Where null is not allowed it is left out if it may
///   be; a field that must be there, and an item of a list, stay as they came.
/// - A text longer than `maxLength` is cut and noted as TRUNCATED.
/// - Fields that the schema does not declare are left alone, and so is a record that needs nothing: byte for byte.
#[derive(Debug)]
pub(crate) struct Normalizer(Shape);

impl Normalizer {
    /// For records of this schema.
    pub(crate) fn compile(schema: &JsonObject) -> Self {
        Normalizer(Shape::of(schema))
    }

    /// Adds to `out` the record as it should be, and to `changes` what it has lost. False if it is as it should be:
    /// nothing is added then.
    ///
    /// `raw` must be valid JSON. Fields are named as in `lines[0].price`.
    pub(crate) fn apply(&self, raw: &str, out: &mut String, changes: &mut Vec<RecordMetaChange>) -> bool {
        Pass::through(&self.0, raw, out, changes)
    }
}

#[cfg(test)]
mod tests;
