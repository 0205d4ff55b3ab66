//! What a connector is told: the schema of its config in the dialect of the platforms, and what is wrong with a config.

mod choice;
mod complaint;
mod dialect;
mod emptied;
mod member;
mod order;
mod word;

pub(crate) use complaint::{Complaint, complaints};
pub(crate) use dialect::config_schema;
pub(crate) use emptied::without_nulls;
