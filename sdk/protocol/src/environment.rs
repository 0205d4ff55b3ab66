//! The environment variables by which a harness speaks to a connector that was built to listen.
//!
//! They are no part of the Airbyte protocol: a connector that does not know them works all the same.

/// What time it is for the connector: an RFC 3339 timestamp such as `2024-01-08T12:00:00Z`.
///
/// A read that goes "up to today" asks for other pages every day. With this variable set, our SDK starts its clock
/// there, so that a recording answers for ever.
pub const NOW: &str = "CONNECTOR_NOW";

/// By which factor waits are multiplied: a number from 0 to 1.
///
/// A connector that waits before it asks again waits as long as the real server wants. Against a recording nobody is
/// spared by that: with this variable set, our SDK waits for that part of the time alone.
pub const WAITS: &str = "CONNECTOR_WAITS";

/// That the order of what a connector does must not depend on chance: `1` says so.
///
/// A connector that reads several streams or slices at a time says the same things in another order at every run. With
/// this variable set, our SDK reads one slice after the other, in the order of the catalog, so that snapshots agree.
pub const DETERMINISTIC: &str = "CONNECTOR_DETERMINISTIC";
