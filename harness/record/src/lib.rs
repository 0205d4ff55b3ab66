//! Makes cassettes of real traffic, safe to publish.
//!
//! - [`Recorded`] is an interaction without secrets, and in which run of the client it was recorded.
//! - [`assembly`] makes one tape of them, writes it, and compares tapes.

pub mod assembly;
mod error;
mod recorded;

pub use error::Error;
pub use recorded::Recorded;
