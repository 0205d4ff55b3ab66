//! One interpreter: what it is asked, and what it answers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use connector_replay::Session;
use nix::unistd::Pid;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, Interest};
use tokio::net::unix::pipe;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Child;
use tokio::time::timeout;

use super::{Kind, Place};
use crate::leftovers::{Attended, Mark, Nursery};
use crate::refused::Refusals;
use crate::sandbox::Network;
use crate::transcript::Exit;

/// How long it may take to fork, or to die.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much imports may print.
const PRINTED: usize = 64 * 1024;
/// The most that it has to say at a time.
const SAID: usize = 4 * 1024;
/// How long what was printed before it said that it is ready may take to come.
const QUIET: Duration = Duration::from_millis(3);
/// Why one is of no use whose imports ask for something: every process is to be seen asking for it.
const DIALLED: &str = "its imports open connections";

/// How an interpreter came to be.
pub(crate) struct Origin {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    /// The port of the proxy that its environment names.
    pub(crate) port: u16,
    /// Its output is what it prints while it imports.
    pub(crate) child: Child,
    pub(crate) attended: Attended,
    pub(crate) network: Network,
}

/// An interpreter that has imported what the connector's script imports, and forks processes of it, one at a time.
pub(crate) struct Interpreter {
    pub(super) kind: Kind,
    pub(crate) port: u16,
    child: Child,
    /// The process that forks, which may be a child of the one that we have started.
    process: i32,
    attended: Attended,
    network: Network,
    channel: UnixStream,
    heard: Vec<u8>,
    /// What every process of it would have printed first, on stdout and stderr.
    pub(crate) printed: [Vec<u8>; 2],
    busy: bool,
    /// Dropped last: who waits for it may then have another.
    place: Place,
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
    /// Waits until the one that was just started has done its imports, which may take so long.
    ///
    /// # Errors
    /// Why it is of no use. It is ended then.
    pub(crate) async fn greet(
        mut origin: Origin,
        listener: UnixListener,
        limit: Duration,
    ) -> Result<Self, String> {
        let greeted = timeout(limit, hello(&mut origin, listener)).await;
        match greeted.unwrap_or_else(|_| Err(format!("its imports take more than {limit:?}"))) {
            Ok(Greeted { channel, process, heard, printed }) => Ok(Interpreter {
                kind: origin.kind,
                port: origin.port,
                child: origin.child,
                process,
                attended: origin.attended,
                network: origin.network,
                channel,
                heard,
                printed,
                busy: false,
                place: origin.place,
            }),
            Err(reason) => {
                end(&mut origin.child, &origin.attended).await;
                Err(reason)
            }
        }
    }

    /// As the run counts them, from 1.
    pub(crate) fn number(&self) -> usize {
        self.place.number
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
        let Said::Process(process) = timeout(PATIENCE, asked).await?? else {
            return Err(ErrorKind::InvalidData.into());
        };
        // What its imports say is to be believed no more than what it prints: another process is not ours to attend to.
        if !is_fork(process, self.process) {
            return Err(io::Error::other(format!("process {process} is not its own")));
        }
        let attended = nursery.adopt(process, mark, &self.attended);
        timeout(PATIENCE, self.tell(b"{}\n", &[])).await??;
        Ok(Forked { attended, stdout, stderr })
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
    attended.sweep().await;
}

/// Whether a process is one that `parent` has forked and put into a group of its own. As long as it is not reaped.
fn is_fork(process: i32, parent: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name, which may hold anything: state, parent, group.
    let mut numbers = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(1).map(str::parse);
    process > 1 && numbers.next() == Some(Ok(parent)) && numbers.next() == Some(Ok(process))
}

/// One that has done its imports.
struct Greeted {
    channel: UnixStream,
    process: i32,
    /// What it has said beyond that.
    heard: Vec<u8>,
    printed: [Vec<u8>; 2],
}

async fn hello(origin: &mut Origin, listener: UnixListener) -> Result<Greeted, String> {
    let Origin { child, attended, network, .. } = origin;
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let mut printed = [Vec::new(), Vec::new()];
    let [out, err] = &mut printed;
    let greeting = async {
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
    };
    let (channel, heard) = tokio::select! {
        greeted = greeting => greeted?,
        // Nobody answers it, and the processes are to ask for it themselves.
        dialled = network.dialled() => return Err(dialled.map_or_else(|error| error.to_string(), |()| DIALLED.to_owned())),
        () = collect(stdout.as_mut(), out) => return Err("its imports print too much".to_owned()),
        () = collect(stderr.as_mut(), err) => return Err("its imports print too much".to_owned()),
    };
    let [out, err] = &mut printed;
    let rest = async { tokio::join!(collect(stdout.as_mut(), out), collect(stderr.as_mut(), err)) };
    // It prints no more: what is still to come is on its way.
    let _quiet = timeout(QUIET, rest).await;
    let process = channel.peer_cred().ok().and_then(|peer| peer.pid());
    let in_group = |process: &i32| {
        nix::unistd::getpgid(Some(Pid::from_raw(*process))).is_ok_and(|group| group == attended.leader)
    };
    let process = process.filter(in_group).ok_or("somebody else answered for it")?;
    if network.is_used().map_err(|error| error.to_string())? {
        return Err(DIALLED.to_owned());
    }
    Ok(Greeted { channel, process, heard, printed })
}

/// Keeps what comes. Returns when it is too much, and never where it ends before.
async fn collect(pipe: Option<&mut (impl AsyncRead + Unpin)>, printed: &mut Vec<u8>) {
    let mut part = [0; 4096];
    if let Some(pipe) = pipe {
        while let Ok(bytes @ 1..) = pipe.read(&mut part).await {
            printed.extend_from_slice(&part[..bytes]);
            if printed.len() > PRINTED {
                return;
            }
        }
    }
    std::future::pending::<()>().await;
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
            Ok(_) if heard.len() > SAID => return Err(ErrorKind::InvalidData.into()),
            Ok(length) => heard.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
