//! The schema of a config in the dialect of the platforms.

mod choice;
mod dialect;
mod order;

pub(crate) use dialect::config_schema;
