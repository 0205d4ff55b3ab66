//! The one place that starts connectors, and the one that makes sure they end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_protocol::Command;
use connector_replay::Session;
use jiff::Timestamp;
use nix::errno::Errno;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::UnixListener;
use tokio::process::Child;
use tokio::sync::Notify;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::leftovers::{Attended, Nursery};
use crate::refused::Refusals;
use crate::sandbox::{self, Barred, Entrant, Forked, Interpreter, Kind, Network, Origin, Place, Sandbox};
use crate::stderr::StderrLog;
use crate::transcript::{Exit, Transcript};

/// This very program, also where its file is another one by now.
const OURSELVES: &str = "/proc/self/exe";

/// How long output may still come after the process has ended and all it left was killed.
const DRAIN: Duration = Duration::from_secs(1);

/// How long a connector may take to end once it was disturbed: less than any platform gives it before it kills.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is done to a process once it has printed its first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disturbance {
    /// It is sent SIGTERM, as by a platform that stops a sync.
    Terminate,
    /// Its stdout is closed, as by a platform that has gone.
    CloseStdout,
}

/// What to start, and what it may take.
pub(crate) struct Invocation<'a> {
    pub(crate) command: Command,
    /// The program and all its arguments.
    pub(crate) words: Vec<OsString>,
    pub(crate) environment: BTreeMap<OsString, OsString>,
    pub(crate) folder: &'a Path,
    pub(crate) limit: Duration,
    /// What is tried, where it is no plain command.
    pub(crate) trial: Option<String>,
    pub(crate) disturbance: Option<Disturbance>,
    /// When it is to be given up, if ever.
    pub(crate) gives_up: Option<GivesUp>,
}

/// When a process is given up that asks for what is not recorded.
pub(crate) struct GivesUp {
    /// Notified when it does.
    pub(crate) missed: Arc<Notify>,
    /// How long it may go on.
    pub(crate) after: Duration,
}

/// A process under way.
pub(crate) struct Started {
    began: Instant,
    life: Life,
    attended: Attended,
    output: [Option<Pipe>; 2],
    /// What it would have printed before that, on stdout and stderr.
    printed: [Vec<u8>; 2],
    /// The network that it has to itself, in a sandbox that is its own.
    pub(crate) network: Option<Network>,
}

type Pipe = Box<dyn AsyncRead + Send + Unpin>;

/// By what the end of a process is known.
enum Life {
    Child(Child),
    Forked(Box<Interpreter>),
}

impl Life {
    /// Waits for it. Whoever stops to wait may begin again.
    async fn ended(&mut self) -> std::io::Result<Exit> {
        match self {
            Life::Child(child) => child.wait().await.map(exit_of),
            Life::Forked(interpreter) => interpreter.ended().await,
        }
    }
}

/// What is left of a process.
pub(crate) struct Over {
    pub(crate) transcript: Transcript,
    /// The connections that were refused to it; `None` where nobody could see.
    pub(crate) refused: Option<Refusals>,
    /// The interpreter that it was forked by.
    pub(crate) interpreter: Option<Box<Interpreter>>,
}

/// Where a process is started.
pub(crate) type Room<'a> = Option<(&'a Sandbox, Entrant<'a>)>;

/// Starts one process, in a sandbox or in none.
pub(crate) async fn start(
    invocation: &Invocation<'_>,
    room: Room<'_>,
    nursery: &Arc<Nursery>,
) -> Result<Started, Barred> {
    let began = Instant::now();
    let (mut child, attended, network) = spawn(invocation, room, nursery).await?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = [stdout.map(|pipe| Box::new(pipe) as Pipe), stderr.map(|pipe| Box::new(pipe) as Pipe)];
    Ok(Started { began, life: Life::Child(child), attended, output, printed: Default::default(), network })
}

/// Has an interpreter fork one, whose requests are answered by `session`.
///
/// # Errors
/// Where it does not. Then it is ended, and whatever it has forked.
pub(crate) async fn fork(
    invocation: &Invocation<'_>,
    arguments: &[OsString],
    mut interpreter: Box<Interpreter>,
    session: &mut Session,
    nursery: &Arc<Nursery>,
) -> std::io::Result<Started> {
    let began = Instant::now();
    let forked = match interpreter.serve(session) {
        Ok(()) => interpreter.fork(arguments, &invocation.environment, nursery).await,
        Err(error) => Err(error),
    };
    match forked {
        Ok(Forked { attended, stdout, stderr }) => {
            let printed = interpreter.printed.clone();
            let output = [Some(Box::new(stdout) as Pipe), Some(Box::new(stderr) as Pipe)];
            let life = Life::Forked(interpreter);
            Ok(Started { began, life, attended, output, printed, network: None })
        }
        Err(error) => {
            interpreter.end().await;
            Err(error)
        }
    }
}

/// Starts an interpreter that is to fork processes, and waits until it has done its imports.
///
/// # Errors
/// Why it cannot fork any.
pub(crate) async fn warm_up(
    invocation: &Invocation<'_>,
    room: Room<'_>,
    nursery: &Arc<Nursery>,
    listener: UnixListener,
    (place, kind, port): (Place, Kind, u16),
) -> Result<Interpreter, String> {
    let spawned = spawn(invocation, room, nursery).await;
    let (child, attended, network) = spawned.map_err(|barred| match barred {
        Barred::Step(step, error) => format!("{step}: {error}"),
        Barred::Program(error) => error.to_string(),
    })?;
    let network = network.ok_or("it has no network of its own")?;
    let origin = Origin { place, kind, port, child, attended, network };
    Interpreter::greet(origin, listener, invocation.limit).await
}

/// Runs a process to its end, its output judged on the way.
///
/// # Errors
/// Where it could not be started for want of something that is ours.
pub(crate) async fn run(
    invocation: Invocation<'_>,
    started: Result<Started, Barred>,
    mut ledger: Ledger,
    mut stderr: StderrLog,
) -> Result<Over, Error> {
    let command_line =
        invocation.words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let began = Timestamp::now();
    let mut disturbed = false;
    let (mut duration, mut refused, mut interpreter) = (Duration::ZERO, None, None);
    let (exit, leftovers) = match started {
        Ok(mut started) => {
            let ended = attend(&mut started, &invocation, &mut ledger, &mut stderr, &mut disturbed).await;
            duration = started.began.elapsed();
            refused = started.network.as_ref().map(Network::refusals);
            if let Life::Forked(of) = started.life {
                refused = Some(of.refusals());
                interpreter = Some(of);
            }
            ended
        }
        Err(Barred::Step(step, source)) => return Err(no_sandbox(&step, source)),
        // What we lack ourselves is no fault of the connector.
        Err(Barred::Program(source)) if is_our_lack(&source) => {
            return Err(Error::Environment { doing: "start a process".to_owned(), source });
        }
        Err(Barred::Program(error)) => {
            let program = invocation.words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
            (Exit::NeverStarted(format!("{program}: {error}")), Vec::new())
        }
    };
    let transcript = Transcript {
        command: invocation.command,
        trial: invocation.trial,
        command_line,
        account: ledger.finish(),
        stderr: stderr.finish(),
        disturbed: disturbed || exit == Exit::GivenUp,
        exit,
        began,
        duration,
        leftovers,
    };
    Ok(Over { transcript, refused, interpreter })
}

fn is_our_lack(error: &std::io::Error) -> bool {
    let lacks = [Errno::EAGAIN, Errno::EMFILE, Errno::ENFILE, Errno::ENOMEM];
    error.raw_os_error().is_some_and(|code| lacks.contains(&Errno::from_raw(code)))
}

/// The error of a sandbox that could not be made.
pub(crate) fn no_sandbox(step: &str, source: std::io::Error) -> Error {
    let doing = format!("make a sandbox: {step} (`--sandbox off` does without one)");
    Error::Environment { doing, source }
}

/// Sees whether the system lets a process into a sandbox.
pub(crate) async fn try_out(sandbox: &Sandbox, nursery: &Arc<Nursery>) -> Result<(), Barred> {
    let step = |error| Barred::Step("start the helper".to_owned(), error);
    let (ours, theirs) = sandbox::channel().map_err(step)?;
    let mut command = helper(theirs.into());
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let (mut child, attended) = nursery.spawn(command).map_err(step)?;
    sandbox::try_out(sandbox, ours, attended.leader).await?;
    // Reaps it; it is killed where it does not end by itself.
    let _ended = tokio::time::timeout(DRAIN, child.wait()).await;
    Ok(())
}

fn helper(channel: Stdio) -> tokio::process::Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let mut command = tokio::process::Command::new(OURSELVES);
    command.arg(sandbox::COMMAND).stdin(channel);
    command
}

async fn spawn(
    invocation: &Invocation<'_>,
    room: Room<'_>,
    nursery: &Arc<Nursery>,
) -> Result<(Child, Attended, Option<Network>), Barred> {
    let (program, arguments) = invocation
        .words
        .split_first()
        .ok_or_else(|| Barred::Program(std::io::ErrorKind::InvalidInput.into()))?;
    let spawn = |mut command: tokio::process::Command| {
        command
            .current_dir(invocation.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        nursery.spawn(command).map_err(Barred::Program)
    };
    let Some((sandbox, entrant)) = room else {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).env_clear().envs(&invocation.environment).stdin(Stdio::null());
        return spawn(command).map(|(child, attended)| (child, attended, None));
    };
    let (ours, theirs) =
        sandbox::channel().map_err(|error| Barred::Step("start the helper".to_owned(), error))?;
    let mut command = helper(theirs.into());
    // What is meant for the connector, such as a library to load first, is not for the helper.
    command.env_clear();
    let (child, attended) = spawn(command)?;
    let network = sandbox.admit(ours, attended.leader, &entrant).await?;
    Ok((child, attended, Some(network)))
}

async fn attend(
    Started { life, attended, output, printed, .. }: &mut Started,
    Invocation { limit, disturbance, gives_up, .. }: &Invocation<'_>,
    ledger: &mut Ledger,
    stderr: &mut StderrLog,
    disturbed: &mut bool,
) -> (Exit, Vec<String>) {
    let [out, err] = output.each_mut().map(Option::take);
    ledger.feed(&printed[0]);
    stderr.feed(&printed[1]);
    let (disturbance, mut limit) = (*disturbance, *limit);
    let disturbing = Notify::new();
    let listen = |chunk: &[u8]| {
        ledger.feed(chunk);
        if *disturbed || disturbance.is_none() || ledger.records() == 0 {
            return ControlFlow::Continue(());
        }
        *disturbed = true;
        disturbing.notify_one();
        if disturbance == Some(Disturbance::CloseStdout) {
            return ControlFlow::Break(());
        }
        attended.terminate();
        ControlFlow::Continue(())
    };
    let log = |chunk: &[u8]| {
        stderr.feed(chunk);
        ControlFlow::Continue(())
    };
    let pumps = async {
        tokio::join!(pump(out, listen), pump(err, log));
    };
    tokio::pin!(pumps);
    let deadline = tokio::time::sleep(limit);
    tokio::pin!(deadline);
    let missed = async {
        match gives_up {
            Some(gives_up) => {
                gives_up.missed.notified().await;
                gives_up.after
            }
            None => std::future::pending().await,
        }
    };
    tokio::pin!(missed);
    let (mut pumping, mut has_missed) = (true, false);
    let exit = loop {
        tokio::select! {
            () = &mut pumps, if pumping => pumping = false,
            // Notified once: its time runs from here.
            () = disturbing.notified() => {
                deadline.as_mut().reset(tokio::time::Instant::now() + PATIENCE.min(limit));
                limit = PATIENCE.min(limit);
            }
            after = &mut missed, if !has_missed => {
                has_missed = true;
                let latest = deadline.deadline();
                deadline.as_mut().reset(latest.min(tokio::time::Instant::now() + after));
            }
            ended = life.ended() => break match ended {
                Ok(exit) => exit,
                Err(error) => Exit::NeverStarted(format!("its end could not be awaited: {error}")),
            },
            () = &mut deadline => {
                attended.kill_group();
                // Reaps it. What survives SIGKILL is the system's to mend: it has not ended in time either way.
                let _reaped = tokio::time::timeout(DRAIN, life.ended()).await;
                break if has_missed { Exit::GivenUp } else { Exit::TimedOut(limit) };
            }
        }
    };
    // Only when all that may hold the pipes is gone can their end be waited for; what it printed is read meanwhile.
    let clearing = attended.clear();
    tokio::pin!(clearing);
    let leftovers = loop {
        tokio::select! {
            () = &mut pumps, if pumping => pumping = false,
            names = &mut clearing => break names,
        }
    };
    if pumping {
        // Whatever still holds the pipes open is out of our reach: it is not waited for.
        let _ended_or_not = tokio::time::timeout(DRAIN, pumps).await;
    }
    (exit, leftovers)
}

/// Hands on what comes, until it ends or `take` has enough; then the pipe is closed.
async fn pump(pipe: Option<impl AsyncRead + Unpin>, mut take: impl FnMut(&[u8]) -> ControlFlow<()>) {
    let Some(mut pipe) = pipe else { return };
    let mut chunk = vec![0; 64 * 1024];
    // An error on a pipe means what its end means: nothing more comes.
    while let Ok(bytes @ 1..) = pipe.read(&mut chunk).await {
        if take(&chunk[..bytes]).is_break() {
            return;
        }
        // A process that prints without a pause must not keep the clock from being read.
        tokio::task::consume_budget().await;
    }
}

fn exit_of(status: std::process::ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Status(code),
        (None, signal) => Exit::Signal(signal.unwrap_or_default()),
    }
}
