//! The sandbox: a connector's network is the replay session, and there is no other.
//!
//! Linux lets every user make namespaces of users, mounts and networks. In one of its own a connector finds a network of
//! a single interface, to which every address belongs; a name server that gives every host one; files of trusted
//! certificates with our authority alone. Its sockets belong to that network, but we hold them: what a connector dials in
//! there is answered by the session out here, and what nobody listens for is refused, and seen.
//!
//! [`Sandbox::prepare`] and [`try_out`] are done once per run; [`Sandbox::admit`] lets one process in. The process
//! itself does what has to be done inside: see [`inside`]. One that is a Python interpreter may stay, and become a process
//! of the connector as often as one is wanted: see [`warm`].

mod bundles;
mod dns;
mod door;
mod files;
mod inside;
mod names;
mod network;
mod order;
mod subject;
mod warm;
mod watch;

use std::path::Path;

use connector_replay::Authority;

pub(crate) use self::bundles::Program;
pub(crate) use self::door::{Barred, Entrant, channel, try_out};
pub(crate) use self::inside::run as become_connector;
pub(crate) use self::network::Network;
use self::order::Mount;
pub(crate) use self::warm::{Forked, Interpreter, Kind, Origin, Place, Turn, Warm};

/// The command of ours that the helper is.
pub(crate) const COMMAND: &str = "sandbox-init";

/// What all sandboxes of a run have in common.
pub(crate) struct Sandbox {
    mounts: Vec<Mount>,
}

impl Sandbox {
    /// Prepares sandboxes, what they need in `folder`.
    ///
    /// # Errors
    /// Where the files cannot be written.
    pub(crate) fn prepare(
        folder: &Path,
        authority: &Authority,
        program: &Program<'_>,
    ) -> std::io::Result<Sandbox> {
        Ok(Sandbox { mounts: files::prepare(folder, authority, &bundles::find(program))? })
    }
}
