//! Which recorded request a request is equal to, and what differs from the nearest where there is none.
//!
//! There is one way to compare, the strict one. Rules that relax it (a query parameter or a field of a body to pass
//! over) belong to whoever plays the cassette, never to the cassette: they will be one more argument of
//! [`Canonical::of`], through which recorded and live requests pass alike, and of [`Index::new`].

mod canonical;
mod difference;
mod index;
mod json;

pub(crate) use canonical::{Canonical, Content};
pub use difference::Difference;
pub(crate) use index::{Group, Index};
