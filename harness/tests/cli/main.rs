//! The binary end to end, on connectors that misbehave one way each.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

mod acceptance;
mod base_url;
mod bench;
mod cassette;
mod faults;
mod fleet;
mod fleet_docs;
mod locate;
mod miss;
mod record;
mod reports;
#[cfg(target_os = "linux")]
mod sandbox;
mod selection;
mod waivers;
#[cfg(target_os = "linux")]
mod warm;
mod words;
