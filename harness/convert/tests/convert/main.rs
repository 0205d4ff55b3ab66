//! The importers on whole recordings, and a cassette out to HAR and back.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod hostile;
mod round_trip;
mod sample;
