//! HTTP Archive 1.2.

mod read;
mod verbatim;
mod write;

pub(crate) use read::{Read, read};
pub(crate) use write::write;

/// What marks a HAR that was written from a cassette, and the version of what is marked.
const OWN: u64 = 1;
