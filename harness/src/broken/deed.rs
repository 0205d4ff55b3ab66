//! What a broken connector does besides printing.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

/// Writes so many mebibytes without a line feed, then one.
pub(crate) fn flood(to: &mut dyn std::io::Write, mebibytes: usize) {
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..mebibytes {
        if to.write_all(&chunk).is_err() {
            return;
        }
    }
    let _printed = to.write_all(b"\n");
}

pub(crate) fn sleep() {
    note_pid(std::process::id());
    std::thread::sleep(Duration::from_secs(600));
}

pub(crate) fn log_for_ever() {
    let line = json!({"type": "LOG", "log": {"level": "INFO", "message": "still here"}});
    while writeln!(std::io::stdout(), "{line}").is_ok() {}
}

pub(crate) fn close_stdout_and_sleep() {
    // `close` is not to be had without `unsafe`: a shell takes our place and does it.
    use std::os::unix::process::CommandExt as _;
    note_pid(std::process::id());
    let _never_returns = Command::new("sh").args(["-c", "exec sleep 600 >&- 2>&-"]).exec();
}

/// Prints, and ends by itself soon; where it is sent SIGTERM meanwhile, it does not end for long.
pub(crate) fn print_and_sleep_when_asked_to_end(text: &str) {
    // A signal is not to be caught without `unsafe`: a shell takes our place and does it.
    use std::os::unix::process::CommandExt as _;
    let script = "trap 'exec sleep 600' TERM; printf '%s\\n' \"$1\"; sleep 0.5";
    let _never_returns = Command::new("sh").args(["-c", script, "sh", text]).exec();
}

pub(crate) fn leave_child() {
    let child = Command::new("sleep").arg("600").spawn();
    if let Ok(child) = child {
        note_pid(child.id());
    }
}

/// A process in a session of its own, whose parent has ended, that keeps our stdout open.
pub(crate) fn leave_daemon() {
    let script = "setsid sh -c 'echo $$ > pids; exec sleep 600' &";
    let _left = Command::new("sh").args(["-c", script]).status();
}

/// The same with nothing in its environment that says whose it is.
pub(crate) fn leave_unmarked_daemon() {
    let script = "env -i PATH=\"$PATH\" setsid sh -c 'echo $$ > pids; exec sleep 600' > /dev/null 2>&1 &";
    let _left = Command::new("sh").args(["-c", script]).status();
}

/// Leaves the id of a process for the test to look for.
pub(crate) fn note_pid(pid: u32) {
    let _noted = std::fs::write("pids", pid.to_string());
}
