//! The binary end to end, on connectors that misbehave one way each.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod acceptance;
mod base_url;
mod bench;
mod cassette;
mod faults;
mod locate;
mod miss;
mod record;
#[cfg(target_os = "linux")]
mod sandbox;
mod words;
