use std::pin::Pin;
#[cfg(unix)]
use std::time::Duration;

use crate::Error;

/// How long a command that was told to stop may take for its last states and for tokens under way. Longer than
/// `auth` waits for those.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(12);

/// For so long, a second signal is taken for the first one sent twice, as where a terminal and a parent both send it.
#[cfg(unix)]
const ECHO: Duration = Duration::from_millis(500);

/// What tells the process to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, as from Ctrl-C: exit code 130.
    Interrupt,
    /// SIGTERM, as from a platform that takes the machine back: exit code 143.
    Terminate,
}

/// Ends when the process is told to stop.
pub(crate) type Stop = Pin<Box<dyn Future<Output = Signal>>>;

impl Signal {
    /// As shells count: 128 and the number of the signal.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }

    pub(crate) fn error(self) -> Error {
        let name = match self {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        };
        Error::transient(format!(
            "{name} stopped the connector before it was done: the next read goes on from the last state"
        ))
    }
}

/// Waits for the first of the two signals.
#[cfg(unix)]
pub(crate) fn signals() -> Stop {
    Box::pin(next())
}

#[cfg(unix)]
async fn next() -> Signal {
    use tokio::signal::unix::{SignalKind, signal};

    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Signal::Interrupt,
        _ = terminate.recv() => Signal::Terminate,
    }
}

/// From a thread of its own, ends the process where it does not heed a signal: its one thread may be stuck in a write to
/// a pipe that nobody reads, or in a computation. A second signal ends it at once.
#[cfg(unix)]
#[expect(clippy::exit, reason = "the thread that could return from main is stuck")]
pub(crate) fn watch_over_signals() {
    // Without the thread, signals are heeded all the same, if nothing is stuck.
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let signal = runtime.block_on(async {
            let first = next().await;
            tokio::time::sleep(ECHO).await;
            // Whether the time is up or there was another: it is over.
            let _ = tokio::time::timeout(PATIENCE, next()).await;
            first
        });
        std::process::exit(signal.exit_code().into());
    });
}

/// Elsewhere, nobody can end a process softly and insist later.
#[cfg(not(unix))]
pub(crate) fn watch_over_signals() {}

/// Waits for Ctrl-C, which is all there is.
#[cfg(not(unix))]
pub(crate) fn signals() -> Stop {
    Box::pin(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    })
}

/// Never ends.
pub(crate) fn never() -> Stop {
    Box::pin(std::future::pending())
}
