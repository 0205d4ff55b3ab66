//! The helper: a process that walks into namespaces of its own, sets them up, and becomes the connector.
//!
//! It is this same program, started as `harness sandbox-init`: what has to happen between a fork and an exec would need
//! `unsafe`, and the connector keeps the process id that the harness started.

mod network;
mod route;

use std::io::{self, IoSlice, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::time::Duration;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};

use super::order::{EXEC, FAILED, Mount, Order, PORTS, READY, UNSHARED};

/// How long the harness may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A step that failed.
pub(super) struct Failure {
    step: String,
    source: io::Error,
}

/// Makes a failure of what the system says.
pub(super) fn at<E: Into<io::Error>>(step: impl Into<String>) -> impl FnOnce(E) -> Failure {
    move |source| Failure { step: step.into(), source: source.into() }
}

/// Becomes the connector. Returns where it cannot, or where there is none to become; the harness knows why.
///
/// # Errors
/// Where nobody is there to talk to: somebody typed the command.
pub(crate) fn run() -> io::Result<bool> {
    let channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    channel.set_read_timeout(Some(PATIENCE))?;
    Ok(match enter(&channel) {
        Ok(()) => true,
        Err(Failure { step, source }) => {
            let line = format!("{FAILED}{} {step}\n", source.raw_os_error().unwrap_or_default());
            // Who does not hear it sees us end.
            let _heard = (&channel).write_all(line.as_bytes());
            false
        }
    })
}

fn enter(mut channel: &UnixStream) -> Result<(), Failure> {
    let namespaces = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET;
    unshare(namespaces).map_err(at("make user, mount and network namespaces"))?;
    channel.write_all(UNSHARED.as_bytes()).map_err(at("answer the harness"))?;
    let mut order = Vec::new();
    channel.read_to_end(&mut order).map_err(at("hear from the harness"))?;
    let order: Order = serde_json::from_slice(&order)
        .map_err(|error| at("understand the harness")(io::Error::from(error)))?;
    route::bring_up()?;
    cover(&order.mounts)?;
    let sockets = network::sockets(&order)?;
    send(channel, &sockets).map_err(at("hand over the sockets"))?;
    drop(sockets);
    become_connector(&order)
}

/// Puts files in the place of others, for this process and those that come from it.
fn cover(mounts: &[Mount]) -> Result<(), Failure> {
    let no: Option<&str> = None;
    mount(no, "/", no, MsFlags::MS_REC | MsFlags::MS_PRIVATE, no).map_err(at("keep mounts to itself"))?;
    for Mount { target, source } in mounts {
        let step = || format!("put a file in the place of {}", target.display());
        match mount(Some(source.as_os_str()), target.as_os_str(), no, MsFlags::MS_BIND, no) {
            // Gone since it was found: then it need not be covered.
            Ok(()) | Err(nix::errno::Errno::ENOENT) => {}
            Err(error) => return Err(at(step())(error)),
        }
    }
    Ok(())
}

fn send(channel: &UnixStream, sockets: &[OwnedFd]) -> io::Result<()> {
    let descriptors: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PORTS + super::order::FIRST_PORT))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("too many sockets"));
    }
    rustix::net::sendmsg(channel, &[IoSlice::new(READY.as_bytes())], &mut control, SendFlags::empty())?;
    Ok(())
}

fn become_connector(order: &Order) -> Result<(), Failure> {
    let Some((program, arguments)) = order.words.split_first() else { return Ok(()) };
    // A program that gains rights by being run could undo what was set up.
    nix::sys::prctl::set_no_new_privs().map_err(at("give up new privileges"))?;
    #[expect(
        clippy::disallowed_methods,
        reason = "it starts no process: it becomes the one that was started"
    )]
    let mut command = std::process::Command::new(program);
    command.args(arguments).envs(order.environment.iter().map(|(name, value)| (name, value)));
    Err(at(EXEC)(command.stdin(Stdio::null()).exec()))
}
