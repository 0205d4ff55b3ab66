//! The protocol as JSON Schemas, one file per message: what the harness judges raw bytes by.
//!
//! We wrote them from the protocol's definition. They ask for what every reader needs, which in a few listed places is
//! more than the official schema asks: see `sdk/protocol/schema/README.md`.
