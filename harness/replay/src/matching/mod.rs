//! Which recorded request a request is equal to, and what differs from the nearest where there is none.
//!
//! Recorded and live requests pass through one form, [`Canonical`]. What relaxes the comparison, [`Terms`](crate::Terms),
//! belongs to whoever plays the cassette, never to the cassette.

mod canonical;
mod clock;
mod credential;
mod difference;
mod equals;
mod index;
mod json;
mod remedy;
mod written;

pub(crate) use canonical::{Canonical, Content};
pub use difference::Difference;
pub use equals::Equals;
pub(crate) use index::{Group, Index, Nearest};
pub use remedy::Remedy;
