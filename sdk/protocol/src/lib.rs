//! connector-protocol
