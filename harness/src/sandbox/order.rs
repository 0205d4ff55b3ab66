//! What harness and helper say to each other over the helper's stdin.
//!
//! ```text
//! helper   unshared                          it is in namespaces of its own
//! harness  (writes its maps of user ids; then an Order as JSON, and closes its side)
//! helper   ready  + the sockets              all is set up; it becomes the connector
//! helper   (closes its side by becoming it), or: failed ERRNO STEP
//! ```

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

/// How the first of the helper's sentences reads.
pub(super) const UNSHARED: &str = "unshared\n";
/// And the second, which the sockets come with: names, names over TCP, refusals, the proxy, then a listener per port.
pub(super) const READY: &str = "ready\n";
/// How the third begins, if there is one: the error's number and the step follow.
pub(super) const FAILED: &str = "failed ";
/// The step that is the connector's matter and not the sandbox's.
pub(super) const EXEC: &str = "start the program";

/// How many sockets come before those of the ports.
pub(super) const FIRST_PORT: usize = 4;
/// The most ports that are served: so many sockets fit into one message, with those before them.
pub(super) const PORTS: usize = 200;

/// What the helper is to set up, and what it is to become.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) mounts: Vec<Mount>,
    /// The port of the proxy on 127.0.0.1.
    pub(super) proxy: u16,
    /// The ports that are served on every address.
    pub(super) ports: Vec<u16>,
    /// The program and its arguments. None: it is to end well instead.
    pub(super) words: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
}

/// A file or folder that another one is put in the place of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Mount {
    /// What is there now. Its symbolic links are followed.
    pub(super) target: OsString,
    pub(super) source: OsString,
}
