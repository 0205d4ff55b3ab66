//! The binary end to end, on connectors that misbehave one way each.

mod bench;
mod faults;
mod words;
