//! In the place of the sandbox, where the system has none: everything but Linux.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use connector_replay::{Authority, Session};
use nix::unistd::Pid;

use crate::refused::Refusals;

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

pub(crate) struct Door<'a>(Infallible, PhantomData<&'a ()>);

impl Sandbox {
    pub(crate) fn prepare(_: &Path, _: &Authority, _: &Program<'_>) -> io::Result<Sandbox> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no namespaces"))
    }

    pub(crate) fn door<'a>(&'a self, _: &'a mut Session, _: Vec<u16>) -> Door<'a> {
        match *self {}
    }
}

impl Door<'_> {
    pub(crate) async fn open(
        &mut self,
        _: UnixStream,
        _: Pid,
        _: &[OsString],
        _: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<(), Barred> {
        match self.0 {}
    }

    pub(crate) fn close(self) -> Option<Refusals> {
        match self.0 {}
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
