use std::pin::Pin;

use crate::Error;

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
    use tokio::signal::unix::{SignalKind, signal};

    Box::pin(async {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
        }
    })
}

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
