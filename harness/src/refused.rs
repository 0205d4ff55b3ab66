//! The connections that a connector tried to make and that nobody took.

use std::collections::BTreeMap;
use std::fmt;

/// How often each was tried.
pub(crate) type Refusals = BTreeMap<Refused, u64>;

/// A connection that was refused: nobody listens there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Refused {
    /// `tcp` or `udp`.
    pub(crate) transport: &'static str,
    /// The name that its address was handed out for, or the address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:{}", self.transport, self.host, self.port)
    }
}
