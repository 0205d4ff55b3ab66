//! In the place of the sandbox, where the system has none: everything but Linux.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connector_replay::{Authority, Session};
use nix::unistd::Pid;
use tokio::net::UnixListener;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;

use crate::leftovers::{Attended, Nursery};
use crate::refused::Refusals;
use crate::transcript::Exit;

/// The command of ours that the helper is.
pub(crate) const COMMAND: &str = "sandbox-init";

#[expect(dead_code, reason = "what it says is for those who have a sandbox")]
pub(crate) struct Program<'a> {
    pub(crate) words: &'a [String],
    pub(crate) folder: &'a Path,
    pub(crate) path: OsString,
    pub(crate) python_path: OsString,
    pub(crate) home: Option<PathBuf>,
}

pub(crate) enum Barred {
    Step(String, io::Error),
    Program(io::Error),
}

pub(crate) enum Sandbox {}

impl Sandbox {
    pub(crate) fn prepare(_: &Path, _: &Authority, _: &Program<'_>) -> io::Result<Sandbox> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no namespaces"))
    }

    pub(crate) async fn admit(&self, _: UnixStream, _: Pid, _: &Entrant<'_>) -> Result<Network, Barred> {
        match *self {}
    }
}

#[expect(dead_code, reason = "what it says is for those who have a sandbox")]
pub(crate) struct Entrant<'a> {
    pub(crate) words: &'a [OsString],
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    pub(crate) proxy: u16,
    pub(crate) ports: &'a [u16],
}

pub(crate) enum Network {}

impl Network {
    pub(crate) fn serve(&self, _: &mut Session) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn refusals(&self) -> Refusals {
        match *self {}
    }
}

/// What has no sandbox has no interpreters in one.
pub(crate) enum Warm {}

pub(crate) enum Place {}

pub(crate) enum Turn {
    #[expect(dead_code, reason = "for those who have a sandbox")]
    Idle(Box<Interpreter>),
    #[expect(dead_code, reason = "for those who have a sandbox")]
    Start(Place),
    #[expect(dead_code, reason = "for those who have a sandbox")]
    Replace(Place, Box<Interpreter>),
}

#[derive(PartialEq)]
pub(crate) struct Kind {
    pub(crate) environment: BTreeMap<OsString, OsString>,
    pub(crate) ports: Vec<u16>,
}

impl Warm {
    pub(crate) fn of(_: &Program<'_>) -> Option<Arc<Warm>> {
        None
    }

    pub(crate) fn is_open(&self) -> bool {
        match *self {}
    }

    pub(crate) async fn turn(self: &Arc<Self>, _: &Kind, _: Option<usize>) -> Option<Turn> {
        match **self {}
    }

    pub(crate) fn keep(&self, _: Interpreter) {
        match *self {}
    }

    pub(crate) fn give_up(&self, _: String) {
        match *self {}
    }

    pub(crate) async fn end(&self) -> Option<String> {
        match *self {}
    }
}

#[expect(dead_code, reason = "for those who have a sandbox")]
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    pub(crate) port: u16,
    pub(crate) child: Child,
    pub(crate) attended: Attended,
    pub(crate) network: Network,
}

pub(crate) struct Forked {
    pub(crate) attended: Attended,
    pub(crate) stdout: Receiver,
    pub(crate) stderr: Receiver,
}

pub(crate) struct Interpreter {
    never: Infallible,
    pub(crate) port: u16,
    pub(crate) printed: [Vec<u8>; 2],
}

impl Interpreter {
    pub(crate) async fn greet(origin: Origin, _: UnixListener, _: Duration) -> Result<Self, String> {
        match origin.place {}
    }

    pub(crate) fn number(&self) -> usize {
        match self.never {}
    }

    pub(crate) fn serve(&self, _: &mut Session) -> io::Result<()> {
        match self.never {}
    }

    pub(crate) async fn fork(
        &mut self,
        _: &[OsString],
        _: &BTreeMap<OsString, OsString>,
        _: &Arc<Nursery>,
    ) -> io::Result<Forked> {
        match self.never {}
    }

    pub(crate) async fn ended(&mut self) -> io::Result<Exit> {
        match self.never {}
    }

    pub(crate) fn is_idle(&self) -> bool {
        match self.never {}
    }

    pub(crate) fn refusals(&self) -> Refusals {
        match self.never {}
    }

    pub(crate) async fn end(self) {
        match self.never {}
    }
}

pub(crate) fn channel() -> io::Result<(UnixStream, OwnedFd)> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) async fn try_out(_: &Sandbox, _: UnixStream, _: Pid) -> Result<(), Barred> {
    Ok(())
}

pub(crate) fn become_connector() -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}
