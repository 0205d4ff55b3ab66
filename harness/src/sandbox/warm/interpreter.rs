//! One interpreter: what it is asked, and what it answers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read as _, Seek as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use connector_replay::Session;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use serde::Deserialize;
use serde_json::json;
use tokio::io::Interest;
use tokio::net::unix::pipe;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Child;
use tokio::time::timeout;

use super::Kind;
use crate::leftovers::{Attended, Mark, Nursery};
use crate::refused::Refusals;
use crate::sandbox::Network;
use crate::transcript::Exit;

/// How long imports may take.
const IMPORTS: Duration = Duration::from_secs(60);
/// How long it may take to fork, or to die.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much imports may print.
const PRINTED: u64 = 64 * 1024;

/// How an interpreter came to be.
pub(crate) struct Origin {
    /// As the run counts them.
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    /// The port of the proxy that its environment names.
    pub(crate) port: u16,
    pub(crate) child: Child,
    pub(crate) attended: Attended,
    pub(crate) network: Network,
    /// Where its own output goes: what it printed while it imported.
    pub(crate) output: [File; 2],
}

/// An interpreter that has imported what the connector's script imports, and forks processes of it, one at a time.
pub(crate) struct Interpreter {
    pub(crate) number: usize,
    pub(super) kind: Kind,
    pub(crate) port: u16,
    child: Child,
    attended: Attended,
    network: Network,
    channel: UnixStream,
    heard: Vec<u8>,
    /// What every process of it would have printed first, on stdout and stderr.
    pub(crate) printed: [Vec<u8>; 2],
    busy: bool,
}

/// A process of it.
pub(crate) struct Forked {
    pub(crate) attended: Attended,
    pub(crate) stdout: pipe::Receiver,
    pub(crate) stderr: pipe::Receiver,
}

/// What it says.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// Why it cannot be forked; empty where it can.
    Unfit(String),
    Process(i32),
    Status(i32),
    Signal(i32),
}

impl Interpreter {
    /// Waits until the one that was just started has done its imports.
    ///
    /// # Errors
    /// Why it is of no use. It is ended then.
    pub(crate) async fn greet(mut origin: Origin, listener: UnixListener) -> Result<Self, String> {
        match timeout(IMPORTS, hello(&mut origin.child, listener)).await {
            Ok(Ok((channel, heard))) => {
                let [stdout, stderr] = origin.output;
                let mut interpreter = Interpreter {
                    number: origin.number,
                    kind: origin.kind,
                    port: origin.port,
                    child: origin.child,
                    attended: origin.attended,
                    network: origin.network,
                    channel,
                    heard,
                    printed: Default::default(),
                    busy: false,
                };
                match (read_all(stdout), read_all(stderr)) {
                    (Ok(stdout), Ok(stderr)) => {
                        interpreter.printed = [stdout, stderr];
                        Ok(interpreter)
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        interpreter.end().await;
                        Err(format!("what its imports print is not to be had: {error}"))
                    }
                }
            }
            unfit => {
                end(&mut origin.child, &origin.attended).await;
                Err(unfit.map_or_else(
                    |_| format!("its imports take more than {IMPORTS:?}"),
                    |why| why.err().unwrap_or_default(),
                ))
            }
        }
    }

    /// Makes it ready for a process whose requests are answered by `session`.
    pub(crate) fn serve(&self, session: &mut Session) -> io::Result<()> {
        self.network.clear()?;
        self.network.serve(session)
    }

    /// Forks a process with these arguments and this environment.
    pub(crate) async fn fork(
        &mut self,
        arguments: &[OsString],
        environment: &BTreeMap<OsString, OsString>,
        nursery: &Arc<Nursery>,
    ) -> io::Result<Forked> {
        let mark = Mark::new();
        let text = |word: &OsString| word.to_str().map(str::to_owned).ok_or(ErrorKind::InvalidInput);
        let mut variables = BTreeMap::new();
        for (name, value) in environment {
            variables.insert(text(name)?, text(value)?);
        }
        let (name, value) = mark.variable();
        variables.insert(name.to_owned(), value.to_owned());
        let arguments: Vec<String> = arguments.iter().map(text).collect::<Result<_, _>>()?;
        let order = json!({"arguments": arguments, "environment": variables});
        let (out, stdout) = pipe::pipe()?;
        let (err, stderr) = pipe::pipe()?;
        let handed = [out.into_blocking_fd()?, err.into_blocking_fd()?];
        self.busy = true;
        let asked = async {
            self.tell(format!("{order}\n").as_bytes(), &handed).await?;
            drop(handed);
            self.hear().await
        };
        match timeout(PATIENCE, asked).await?? {
            Said::Process(process) => Ok(Forked { attended: nursery.adopt(process, mark), stdout, stderr }),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }

    /// Waits for the end of the process that it has forked. Whoever stops to wait may begin again.
    pub(crate) async fn ended(&mut self) -> io::Result<Exit> {
        let exit = match self.hear().await? {
            Said::Status(status) => Exit::Status(status),
            Said::Signal(signal) => Exit::Signal(signal),
            Said::Unfit(_) | Said::Process(_) => return Err(ErrorKind::InvalidData.into()),
        };
        self.busy = false;
        Ok(exit)
    }

    /// Whether it can fork another.
    pub(crate) fn is_idle(&self) -> bool {
        !self.busy
    }

    /// The connections that were refused to its process.
    pub(crate) fn refusals(&self) -> Refusals {
        self.network.refusals()
    }

    /// Ends it.
    pub(crate) async fn end(mut self) {
        end(&mut self.child, &self.attended).await;
    }

    async fn tell(&self, mut text: &[u8], handed: &[OwnedFd]) -> io::Result<()> {
        let descriptors: Vec<_> = handed.iter().map(OwnedFd::as_fd).collect();
        let send = || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
                return Err(io::Error::other("too many descriptors"));
            }
            let text = [IoSlice::new(text)];
            Ok(rustix::net::sendmsg(&self.channel, &text, &mut control, SendFlags::NOSIGNAL)?)
        };
        let sent = self.channel.async_io(Interest::WRITABLE, send).await?;
        text = &text[sent..];
        while !text.is_empty() {
            self.channel.writable().await?;
            match self.channel.try_write(text) {
                Ok(written) => text = &text[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn hear(&mut self) -> io::Result<Said> {
        hear(&self.channel, &mut self.heard).await
    }
}

async fn end(child: &mut Child, attended: &Attended) {
    attended.kill_group();
    // Reaps it, so that nobody takes it for an orphan.
    let _reaped = timeout(PATIENCE, child.wait()).await;
}

/// The channel to one that is ready, and what it has said beyond that.
async fn hello(child: &mut Child, listener: UnixListener) -> Result<(UnixStream, Vec<u8>), String> {
    let (channel, _) = tokio::select! {
        accepted = listener.accept() => accepted.map_err(|error| error.to_string())?,
        _ended = child.wait() => return Err("it ended before it had read its shim".to_owned()),
    };
    let mut heard = Vec::new();
    match hear(&channel, &mut heard).await {
        Ok(Said::Unfit(reason)) if reason.is_empty() => Ok((channel, heard)),
        Ok(Said::Unfit(reason)) => Err(reason),
        Ok(_) => Err("it answers what it was not asked".to_owned()),
        Err(error) => Err(format!("it does not say that it is ready: {error}")),
    }
}

/// The next that is said, a line; `heard` is what came beyond the last one. Nothing is lost where it is dropped.
async fn hear(channel: &UnixStream, heard: &mut Vec<u8>) -> io::Result<Said> {
    loop {
        if let Some(end) = heard.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = heard.drain(..=end).collect();
            return Ok(serde_json::from_slice(&line)?);
        }
        channel.readable().await?;
        let mut part = [0; 1024];
        match channel.try_read(&mut part) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => heard.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

fn read_all(mut file: File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.rewind()?;
    file.take(PRINTED + 1).read_to_end(&mut text)?;
    if text.len() as u64 > PRINTED {
        Err(io::Error::other(format!("it is more than {PRINTED} bytes")))
    } else {
        Ok(text)
    }
}
