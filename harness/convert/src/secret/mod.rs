//! Credentials: found in a whole recording, then taken out of it, so that what is imported can be published.

mod cookie;
mod find;
mod name;
mod scrub;
mod vault;

pub(crate) use find::all_in;
pub(crate) use scrub::Scrub;
