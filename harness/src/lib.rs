//! connector-harness
