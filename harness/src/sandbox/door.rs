//! How a connector gets into its sandbox, seen from the harness: talks to the helper, and serves what it hands out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::time::Duration;

use nix::unistd::{Gid, Pid, Uid};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};
use tokio::io::{AsyncWriteExt as _, Interest};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::network::Network;
use super::order::{EXEC, FAILED, FIRST_PORT, Order, PORTS, READY, UNSHARED};
use super::{Sandbox, dns};

/// How long the helper may take in all. It needs milliseconds, on a machine that is not busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why nobody came in.
pub(crate) enum Barred {
    /// The sandbox could not be set up: where, and why.
    Step(String, io::Error),
    /// The program could not be started in it.
    Program(io::Error),
}

/// Who goes in.
pub(crate) struct Entrant<'a> {
    pub(crate) words: &'a [OsString],
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    /// The port of the proxy that its environment names, on 127.0.0.1.
    pub(crate) proxy: u16,
    /// The ports that are served on every address.
    pub(crate) ports: &'a [u16],
}

impl Sandbox {
    /// Lets the helper in, which was just started with the other end of `channel` as its stdin and becomes the program.
    pub(crate) async fn admit(
        &self,
        channel: Pair,
        helper: Pid,
        entrant: &Entrant<'_>,
    ) -> Result<Network, Barred> {
        let mut ports = entrant.ports.to_vec();
        ports.retain(|port| *port != entrant.proxy && *port != dns::PORT && *port != 0);
        ports.sort_unstable();
        ports.dedup();
        ports.truncate(PORTS);
        let environment = entrant.environment.iter();
        let order = Order {
            mounts: self.mounts.clone(),
            proxy: entrant.proxy,
            ports,
            words: entrant.words.to_vec(),
            environment: environment.map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        let sockets = admit(channel, helper, &order).await?;
        Network::over(sockets).map_err(|error| Barred::Step("serve the sandbox".to_owned(), error))
    }
}

/// Both ends of a channel: ours, and the one that becomes the helper's stdin.
pub(crate) fn channel() -> io::Result<(Pair, OwnedFd)> {
    let (ours, theirs) = Pair::pair()?;
    Ok((ours, theirs.into()))
}

/// Leads a helper through that has nothing to become: to see whether it can.
pub(crate) async fn try_out(sandbox: &Sandbox, channel: Pair, helper: Pid) -> Result<(), Barred> {
    let order =
        Order { mounts: sandbox.mounts.clone(), proxy: 8080, ports: vec![80, 443], ..Order::default() };
    admit(channel, helper, &order).await.map(drop)
}

/// Leads the helper through; returns the sockets that it made.
async fn admit(channel: Pair, helper: Pid, order: &Order) -> Result<Vec<OwnedFd>, Barred> {
    timeout(PATIENCE, talk(channel, helper, order))
        .await
        .unwrap_or_else(|_| Err(no_word(ErrorKind::TimedOut)))
}

async fn talk(channel: Pair, helper: Pid, order: &Order) -> Result<Vec<OwnedFd>, Barred> {
    channel.set_nonblocking(true).map_err(no_word)?;
    let mut channel = UnixStream::from_std(channel).map_err(no_word)?;
    let mut heard = Heard::default();
    while !heard.text.starts_with(UNSHARED.as_bytes()) {
        heard.more(&channel).await?;
    }
    map_ids(helper).map_err(|error| Barred::Step("map user and group ids".to_owned(), error))?;
    let text = serde_json::to_vec(order).map_err(|error| no_word(io::Error::from(error)))?;
    let told = async {
        channel.write_all(&text).await?;
        channel.shutdown().await
    };
    // One that no longer listens has failed, and has said why.
    let _told = told.await;
    while !heard.ended {
        heard.more(&channel).await?;
    }
    // What comes on the way may be cut off: the kernel says so by leaving some out.
    if heard.sockets.len() != FIRST_PORT + order.ports.len() {
        return Err(no_word(ErrorKind::InvalidData));
    }
    Ok(heard.sockets)
}

fn no_word(error: impl Into<io::Error>) -> Barred {
    Barred::Step("hear from the helper".to_owned(), error.into())
}

/// What the helper has said so far.
#[derive(Default)]
struct Heard {
    text: Vec<u8>,
    sockets: Vec<OwnedFd>,
    /// Whether it has closed its end.
    ended: bool,
}

impl Heard {
    /// Waits for more.
    ///
    /// # Errors
    /// Where it says that it failed, or ends before it was ready.
    async fn more(&mut self, channel: &UnixStream) -> Result<(), Barred> {
        channel.async_io(Interest::READABLE, || self.receive(channel)).await.map_err(no_word)?;
        let rest = self.text.strip_prefix(UNSHARED.as_bytes()).unwrap_or(&self.text);
        let is_ready = rest.starts_with(READY.as_bytes());
        let rest = String::from_utf8_lossy(rest.strip_prefix(READY.as_bytes()).unwrap_or(rest));
        if let Some(said) = rest.strip_prefix(FAILED).and_then(|rest| rest.strip_suffix('\n')) {
            let (code, step) = said.split_once(' ').unwrap_or_default();
            let error = io::Error::from_raw_os_error(code.parse().unwrap_or_default());
            return Err(if step == EXEC {
                Barred::Program(error)
            } else {
                Barred::Step(step.to_owned(), error)
            });
        }
        if self.ended && !is_ready {
            return Err(no_word(ErrorKind::UnexpectedEof));
        }
        Ok(())
    }

    fn receive(&mut self, channel: &UnixStream) -> io::Result<()> {
        let mut text = [0; 512];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PORTS + FIRST_PORT))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut buffers = [IoSliceMut::new(&mut text)];
        let received = rustix::net::recvmsg(channel, &mut buffers, &mut control, RecvFlags::CMSG_CLOEXEC)?;
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(sockets) = message {
                self.sockets.extend(sockets);
            }
        }
        self.text.extend_from_slice(&text[..received.bytes]);
        self.ended = received.bytes == 0;
        Ok(())
    }
}

/// Has the helper's user and group ids mean in its namespace what they mean here: all of them where we may say so,
/// which a connector that runs as root needs to read the files of others; else its own.
fn map_ids(helper: Pid) -> io::Result<()> {
    let write = |file: &str, text: &str| {
        // At once: the kernel takes one write alone.
        OpenOptions::new().write(true).open(format!("/proc/{helper}/{file}"))?.write_all(text.as_bytes())
    };
    let (user, group) = (Uid::effective(), Gid::effective());
    if user.is_root() && write("uid_map", &all_ids("uid_map")?).is_ok() {
        return write("gid_map", &all_ids("gid_map")?);
    }
    write("uid_map", &format!("{user} {user} 1"))?;
    write("setgroups", "deny")?;
    write("gid_map", &format!("{group} {group} 1"))
}

/// Every id that there is here, as itself.
fn all_ids(file: &str) -> io::Result<String> {
    let ours = std::fs::read_to_string(format!("/proc/self/{file}"))?;
    let lines = ours.lines().filter_map(|line| {
        let mut numbers = line.split_ascii_whitespace();
        Some((numbers.next()?, numbers.nth(1)?))
    });
    Ok(lines.flat_map(|(first, count)| [first, " ", first, " ", count, "\n"]).collect())
}
