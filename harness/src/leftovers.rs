//! Processes that a connector started and did not wait for: found, named, ended.
//!
//! On Linux we become the reaper of our descendants: a process whose parent has ended becomes our child, whatever
//! session or group it made itself, and so cannot get away. Elsewhere only the process group is known.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

/// How long a process may outlive its parent before it counts as left behind: helpers of interpreters need a moment
/// to notice.
const GRACE: Duration = Duration::from_millis(300);

/// How long what was killed may take to be gone.
const DEATH: Duration = Duration::from_secs(2);

/// How often we look within those times.
const LOOK: Duration = Duration::from_millis(5);

/// The environment variable by which an orphan tells whose it is.
const MARK: &str = "CONNECTOR_HARNESS_INVOCATION";

/// Knows which of our children are connectors under way, and so which are orphans of theirs.
#[derive(Debug, Default)]
pub(crate) struct Nursery {
    /// The process ids of connectors under way. Locked while one is started and while orphans are looked for, so that
    /// no connector is ever taken for an orphan.
    attended: Mutex<BTreeSet<i32>>,
}

/// A connector under way.
pub(crate) struct Attended {
    nursery: Arc<Nursery>,
    /// Its process id, which is the id of its group too.
    pub(crate) leader: Pid,
    /// Its own, and that of who forked it: a process shows the environment that it was started with.
    marks: Vec<Mark>,
}

/// By it a connector's orphans are known.
#[derive(Clone)]
pub(crate) struct Mark(String);

impl Mark {
    pub(crate) fn new() -> Self {
        Mark(format!("{:016x}", fastrand::u64(..)))
    }

    /// The environment variable that it stands in.
    #[cfg_attr(
        any(not(target_os = "linux"), no_sandbox),
        expect(dead_code, reason = "only what has a sandbox is forked")
    )]
    pub(crate) fn variable(&self) -> (&str, &str) {
        (MARK, &self.0)
    }
}

impl Nursery {
    /// Makes this process the reaper of its descendants, where the system knows such a thing.
    pub(crate) fn open() -> Self {
        #[cfg(target_os = "linux")]
        // Without it only what stays in the connector's group is found; no reason not to judge.
        let _best_effort = nix::sys::prctl::set_child_subreaper(true);
        Nursery::default()
    }

    /// Starts a connector in a process group of its own.
    pub(crate) fn spawn(self: &Arc<Self>, mut command: Command) -> io::Result<(Child, Attended)> {
        let mark = Mark::new();
        let mut attended = self.attended();
        let child = command.env(MARK, &mark.0).process_group(0).spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).ok_or(io::ErrorKind::NotFound)?;
        attended.insert(id);
        Ok((child, Attended { nursery: Arc::clone(self), leader: Pid::from_raw(id), marks: vec![mark] }))
    }

    /// Attends to a connector that was forked by `parent`, in a process group of its own and with `mark` in its environment.
    #[cfg_attr(
        any(not(target_os = "linux"), no_sandbox),
        expect(dead_code, reason = "only what has a sandbox is forked")
    )]
    pub(crate) fn adopt(self: &Arc<Self>, process: i32, mark: Mark, parent: &Attended) -> Attended {
        self.attended().insert(process);
        let marks = parent.marks.iter().cloned().chain([mark]).collect();
        Attended { nursery: Arc::clone(self), leader: Pid::from_raw(process), marks }
    }

    /// Ends every orphan that is left when nothing runs any more; returns their names.
    pub(crate) async fn close(&self) -> Vec<String> {
        // After an interrupt the connectors under way are being dropped, each by the task that attended it.
        let mut waited = Duration::ZERO;
        while !self.attended().is_empty() && waited < DEATH {
            tokio::time::sleep(LOOK).await;
            waited += LOOK;
        }
        let names = self.orphans(|_| true).into_iter().map(name_of).collect();
        self.end(|| self.orphans(|_| true)).await;
        names
    }

    /// Kills what `left` finds until it finds nothing: what is killed hands us its own children.
    async fn end(&self, left: impl Fn() -> Vec<Pid>) {
        let mut waited = Duration::ZERO;
        loop {
            let left = left();
            if left.is_empty() || waited >= DEATH {
                return;
            }
            for pid in left {
                // An error says that it is gone already.
                let _gone_or_killed = kill(pid, Signal::SIGKILL);
            }
            tokio::time::sleep(LOOK).await;
            waited += LOOK;
        }
    }

    /// Our living children that are no connector under way and that `belongs` picks. The dead are reaped.
    fn orphans(&self, belongs: impl Fn(Pid) -> bool) -> Vec<Pid> {
        let attended = self.attended();
        children()
            .into_iter()
            .filter(|pid| !attended.contains(&pid.as_raw()))
            .filter(|pid| matches!(waitpid(*pid, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive)))
            .filter(|pid| belongs(*pid))
            .collect()
    }

    fn attended(&self) -> MutexGuard<'_, BTreeSet<i32>> {
        self.attended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attended {
    /// Asks it to end, as a platform does.
    pub(crate) fn terminate(&self) {
        // An error says that it has ended already.
        let _gone_or_asked = kill(self.leader, Signal::SIGTERM);
    }

    /// Ends its whole group, itself included.
    pub(crate) fn kill_group(&self) {
        // An error says that the group is empty: what we want.
        let _empty_or_killed = killpg(self.leader, Signal::SIGKILL);
    }

    /// To be called when it was killed: ends whatever it left, and waits until that is gone.
    #[cfg_attr(
        any(not(target_os = "linux"), no_sandbox),
        expect(dead_code, reason = "only what has a sandbox is forked")
    )]
    pub(crate) async fn sweep(&self) {
        self.nursery.end(|| self.left()).await;
    }

    /// To be called when it has ended: ends what it left behind, and returns the names of what did not end by itself
    /// in time.
    pub(crate) async fn clear(&self) -> Vec<String> {
        let mut waited = Duration::ZERO;
        let left = loop {
            let left = self.left();
            if left.is_empty() && killpg(self.leader, None).is_err() {
                return Vec::new();
            }
            if waited >= GRACE {
                break left;
            }
            tokio::time::sleep(LOOK).await;
            waited += LOOK;
        };
        let mut names: Vec<String> = left.into_iter().map(name_of).collect();
        if names.is_empty() {
            names.push("a process of its group".to_owned());
        }
        self.kill_group();
        self.nursery.end(|| self.left()).await;
        names
    }

    /// The orphans that come from this connector: of its group, or with its mark in their environment.
    fn left(&self) -> Vec<Pid> {
        let marks: Vec<String> = self.marks.iter().map(|mark| format!("{MARK}={}", mark.0)).collect();
        self.nursery.orphans(|pid| {
            nix::unistd::getpgid(Some(pid)).is_ok_and(|group| group == self.leader)
                || std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                    environment
                        .split(|byte| *byte == 0)
                        .any(|it| marks.iter().any(|mark| it == mark.as_bytes()))
                })
        })
    }
}

impl Drop for Attended {
    /// Whatever the reason, a connector that we lose sight of is ended.
    fn drop(&mut self) {
        self.kill_group();
        self.nursery.attended().remove(&self.leader.as_raw());
    }
}

/// Our own children, where the system lists them.
fn children() -> Vec<Pid> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks
        .flat_map(|task| {
            let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            children.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
        })
        .map(Pid::from_raw)
        .collect()
}

fn name_of(pid: Pid) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm"))
        .map_or_else(|_| format!("process {pid}"), |name| name.trim_end().to_owned())
}
