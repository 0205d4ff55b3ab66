//! JSON that is taken apart without being built: the elements of an array as their bytes come, and single fields of a
//! text that is known to be JSON.

mod field;
mod flaw;
mod path;
mod splitter;

pub(crate) use field::{field, members};
pub(crate) use flaw::Flaw;
pub(crate) use path::through;
pub(crate) use splitter::Splitter;
