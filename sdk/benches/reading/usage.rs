use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use crate::{Outcome, ROLE};

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// CPU time, of itself and of the system for it.
    pub(crate) cpu: Duration,
    /// Peak of resident memory, in KiB.
    pub(crate) peak: u64,
}

/// Runs a process to its end, with its output thrown away, and tells what it took.
///
/// Another process waits for it and asks, so that the figures are of this one alone.
pub(crate) fn of(program: impl AsRef<OsStr>, role: Option<&str>, arguments: &[&str]) -> Outcome<Usage> {
    let output = Command::new(std::env::current_exe()?)
        .env(ROLE, "usage")
        .args([program.as_ref(), OsStr::new(role.unwrap_or_default())])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()?;
    let told = String::from_utf8(output.stdout)?;
    let mut figures = told.split_whitespace().map(str::parse::<u64>);
    match (figures.next(), figures.next()) {
        (Some(Ok(cpu)), Some(Ok(peak))) => Ok(Usage { cpu: Duration::from_micros(cpu), peak }),
        _ => Err(format!("{} failed", program.as_ref().display()).into()),
    }
}

/// The process that waits.
pub(crate) fn wait(arguments: &[String]) -> Outcome<()> {
    let [program, role, arguments @ ..] = arguments else { return Err("nothing to run".into()) };
    let mut command = Command::new(program);
    command.env_remove(ROLE).args(arguments).stdout(Stdio::null());
    if !role.is_empty() {
        command.env(ROLE, role);
    }
    let status = command.status()?;
    if !status.success() {
        return Err(format!("{program} ended with {status}").into());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    println!("{} {}", micros(usage.user_time()) + micros(usage.system_time()), usage.max_rss());
    Ok(())
}
