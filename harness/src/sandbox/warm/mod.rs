//! Python interpreters that are kept warm. A script in Python takes a second or more to import what it needs, and a run starts
//! a score of processes: so an interpreter imports once, as the script's first statements say, and is then forked whenever a
//! process is wanted. `shim/warm.py` is what it does meanwhile.
//!
//! It stays in the sandbox that it was let into, with all that it forks, one process at a time. Its environment and its ports
//! must be those of the process, but for what a process alone is told ([`Kind`]).

mod interpreter;
mod script;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

pub(crate) use self::interpreter::{Forked, Interpreter, Origin};
use super::Program;

/// What an interpreter and its processes have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What its imports may see of the environment.
    pub(crate) environment: BTreeMap<OsString, OsString>,
    /// The ports that are served.
    pub(crate) ports: Vec<u16>,
}

/// The interpreters of a run.
pub(crate) struct Warm {
    table: Mutex<Table>,
    /// Notified when one has nothing to do any more, or is no more.
    changed: Notify,
}

#[derive(Default)]
struct Table {
    started: usize,
    idle: Vec<Interpreter>,
    /// Those that a process is being forked by, or that are being started.
    busy: Vec<(usize, Kind)>,
    /// Why there are to be no more.
    unfit: Option<String>,
}

/// What is to be had.
pub(crate) enum Turn {
    Idle(Box<Interpreter>),
    /// One is to be started.
    Start(Place),
    /// One is to be started in the place of this one, which is of another kind.
    Replace(Place, Box<Interpreter>),
}

/// That of one interpreter among those of the run. Who waits for it hears when it is given up.
pub(crate) struct Place {
    /// As the run counts them, from 1.
    number: usize,
    warm: Weak<Warm>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(warm) = self.warm.upgrade() {
            warm.table().busy.retain(|(number, _)| *number != self.number);
            warm.changed.notify_waiters();
        }
    }
}

impl Warm {
    /// `None` where the program is no Python script.
    pub(crate) fn of(program: &Program<'_>) -> Option<Arc<Warm>> {
        script::is_python(program).then(|| Arc::new(Warm { table: Mutex::default(), changed: Notify::new() }))
    }

    /// Whether there may be any.
    pub(crate) fn is_open(&self) -> bool {
        self.table().unfit.is_none()
    }

    /// An interpreter that is not number `unlike`, or the right to start one. `None` where there is to be none.
    ///
    /// Only who must not have the first that is idle waits, and for one that is busy: each has but one process, whose time
    /// is limited.
    pub(crate) async fn turn(self: &Arc<Self>, kind: &Kind, unlike: Option<usize>) -> Option<Turn> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let mut table = self.table();
                if table.unfit.is_some() {
                    return None;
                }
                let fits = |it: &Interpreter| it.kind == *kind && Some(it.number()) != unlike;
                if let Some(place) = table.idle.iter().position(fits) {
                    let interpreter = table.idle.swap_remove(place);
                    table.busy.push((interpreter.number(), kind.clone()));
                    return Some(Turn::Idle(Box::new(interpreter)));
                }
                let comes = |(number, of): &(usize, Kind)| of == kind && Some(*number) != unlike;
                if unlike.is_none() || !table.busy.iter().any(comes) {
                    table.started += 1;
                    let number = table.started;
                    table.busy.push((number, kind.clone()));
                    let own = Place { number, warm: Arc::downgrade(self) };
                    let other = table.idle.iter().position(|it| it.kind != *kind);
                    return Some(match other.map(|place| table.idle.swap_remove(place)) {
                        Some(other) => Turn::Replace(own, Box::new(other)),
                        None => Turn::Start(own),
                    });
                }
            }
            changed.await;
        }
    }

    /// Keeps one for the next process.
    pub(crate) fn keep(&self, interpreter: Interpreter) {
        let mut table = self.table();
        table.busy.retain(|(number, _)| *number != interpreter.number());
        table.idle.push(interpreter);
        self.changed.notify_waiters();
    }

    /// There are to be no more.
    pub(crate) fn give_up(&self, reason: String) {
        self.table().unfit.get_or_insert(reason);
        self.changed.notify_waiters();
    }

    /// Ends those that have nothing to do. Returns why there were to be no more, if so.
    pub(crate) async fn end(&self) -> Option<String> {
        let idle = std::mem::take(&mut self.table().idle);
        for interpreter in idle {
            interpreter.end().await;
        }
        self.table().unfit.clone()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
