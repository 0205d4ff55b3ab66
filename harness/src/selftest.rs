//! Judges the checks: every connector that is broken in one way must be condemned by the check that is meant for it, and by
//! no other.
//!
//! It runs this very program, as a user does: `harness test` of a connector that is `harness broken FAULT`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::broken::{self, Fault};
use crate::checks::{self, Level};

/// What the API of the broken connectors answers.
const USERS: &str = r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]"#;

/// What came of one fault.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) fault: &'static str,
    /// The check that is meant for it; of what is no fault, none.
    pub(crate) meant: Option<&'static str>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was condemned by the check that is meant for it alone; or acquitted, where it is no fault.
    AsMeant,
    /// It shows in a sandbox alone, and there is none here.
    PassedOver,
    /// Something else, in words.
    Otherwise(String),
}

/// Tries the faults whose name or check contains `wanted`, `jobs` of them side by side; in the order of the tables.
///
/// # Errors
/// What keeps this program from being run.
pub(crate) fn run(wanted: &str, jobs: usize) -> io::Result<Vec<Trial>> {
    let program = std::env::current_exe()?;
    let is_wanted = |fault: &&Fault| {
        fault.name.contains(wanted) || fault.condemned_by.is_some_and(|check| check.contains(wanted))
    };
    let faults: Vec<&'static Fault> = broken::all().filter(is_wanted).collect();
    let todo = Mutex::new(faults.iter().enumerate());
    let next = || todo.lock().ok()?.next();
    let work = || {
        let mut done = Vec::new();
        while let Some((place, fault)) = next() {
            let outcome = attempt(&program, fault)?;
            done.push((place, Trial { fault: fault.name, meant: fault.condemned_by, outcome }));
        }
        Ok::<_, io::Error>(done)
    };
    let mut trials = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            let done = worker.join().map_err(|_| io::Error::other("a thread of the selftest panicked"))?;
            all.extend(done?);
        }
        Ok::<_, io::Error>(all)
    })?;
    trials.sort_by_key(|(place, _)| *place);
    Ok(trials.into_iter().map(|(_, trial)| trial).collect())
}

fn attempt(program: &Path, fault: &Fault) -> io::Result<Outcome> {
    let folder = tempfile::tempdir()?;
    lay_out(folder.path(), program, fault)?;
    // What hangs, hangs for as long as we let it; what does not may take its time on a busy machine.
    let timeout = if fault.condemned_by == Some("process_ends_by_itself") { "2" } else { "60" };
    #[expect(clippy::disallowed_methods, reason = "it is the harness itself, not a connector")]
    let output = Command::new(program)
        .args(["test", ".", "--format", "json", "--timeout", timeout])
        .current_dir(folder.path())
        .env_remove("CI")
        .env("INSTA_UPDATE", "always")
        .stdin(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let events: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if fault.sandboxed && events.iter().all(|event| event["rung"] != "sandbox") {
        return Ok(Outcome::PassedOver);
    }
    if events.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Ok(Outcome::Otherwise(format!("not judged: {said}")));
    }
    Ok(compare(fault.condemned_by, &condemned_by(&events), output.status.code()).unwrap_or_else(|| {
        let left =
            std::fs::read_to_string(folder.path().join("pids")).ok().filter(|pid| !is_gone(pid.trim()));
        left.map_or(Outcome::AsMeant, |pid| {
            Outcome::Otherwise(format!("process {} was left behind", pid.trim()))
        })
    }))
}

/// What is wrong with what was said of it and with the exit code, if anything is.
fn compare(meant: Option<&str>, by: &[String], code: Option<i32>) -> Option<Outcome> {
    let meant: Vec<&str> = meant.into_iter().collect();
    if by != meant {
        let or_none =
            |names: &[&str]| if names.is_empty() { "no check".to_owned() } else { names.join(", ") };
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        return Some(Outcome::Otherwise(format!("want {}, got {}", or_none(&meant), or_none(&by))));
    }
    let condemns = meant.iter().filter_map(|id| checks::find(id)).any(|check| check.level == Level::Must);
    let wanted = i32::from(condemns);
    (code != Some(wanted)).then(|| Outcome::Otherwise(format!("want exit code {wanted}, got {code:?}")))
}

/// The checks that fail in these events, each once.
fn condemned_by(events: &[Value]) -> Vec<String> {
    let failed = events.iter().filter(|event| event["verdict"] == "fail");
    let mut checks: Vec<String> = Vec::new();
    for check in failed.filter_map(|event| event["check"].as_str()) {
        if !checks.iter().any(|known| known == check) {
            checks.push(check.to_owned());
        }
    }
    checks
}

/// The folder of a connector with that fault, and one scenario.
fn lay_out(folder: &Path, program: &Path, fault: &Fault) -> io::Result<()> {
    let scenario = folder.join("fixtures/normal");
    std::fs::create_dir_all(&scenario)?;
    let command = json!([program, "broken", fault.name]);
    // TLS is not what it is about.
    let settings = format!("command = {command}\nplain_hosts = [\"*.broken.test\"]\n{}", fault.settings);
    std::fs::write(folder.join("harness.toml"), settings)?;
    let users: Value = serde_json::from_str(USERS).unwrap_or_default();
    let users = json!({
        "request": {"method": "GET", "url": "http://api.broken.test/users"},
        "response": {"status": 200, "headers": [["content-type", "application/json"]], "body": {"json": users}},
    });
    let interactions: Vec<Value> = std::iter::once(users).chain(fault.recorded()).collect();
    let cassette = json!({"cassette": 1, "interactions": interactions}).to_string();
    let config = r#"{"key": "canary-5b1c9e"}"#;
    let files = [("config.json", config), ("cassette.json", &*cassette), ("scenario.toml", fault.scenario)];
    for (name, text) in files.iter().chain(fault.files) {
        std::fs::write(scenario.join(name), text)?;
    }
    Ok(())
}

/// Whether there is no such process any more, or soon is none.
fn is_gone(pid: &str) -> bool {
    let Ok(pid) = pid.parse().map(nix::unistd::Pid::from_raw) else { return true };
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        // Signal 0 asks without harming.
        if nix::sys::signal::kill(pid, None).is_err() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

/// The faults of each check, in the order of the checks.
pub(crate) fn matrix(trials: &[Trial]) -> Vec<(&'static str, Vec<&Trial>)> {
    let mut by_check: BTreeMap<&str, Vec<&Trial>> = BTreeMap::new();
    for trial in trials {
        by_check.entry(trial.meant.unwrap_or_default()).or_default().push(trial);
    }
    let checks = checks::ALL.iter().map(|check| check.id).chain([""]);
    checks.filter_map(|check| Some((check, by_check.remove(check)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_is_seen_by_none_by_another_or_by_several_is_told() {
        let check = "stdout_is_protocol_only";
        let by = |names: &[&str], code| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            compare(Some(check), &names, Some(code))
        };
        assert_eq!(by(&[check], 1), None);
        for (names, code) in
            [(&[][..], 0), (&["state_is_present"], 1), (&[check, "state_is_present"], 1), (&[check], 0)]
        {
            assert!(matches!(by(names, code), Some(Outcome::Otherwise(_))), "{names:?} {code}");
        }
        // Of level should: condemned, and yet the run is well.
        assert_eq!(compare(Some("spec_marks_secrets"), &["spec_marks_secrets".to_owned()], Some(0)), None);
        assert!(compare(None, &[check.to_owned()], Some(1)).is_some());
    }

    #[test]
    fn every_check_has_a_fault_and_every_fault_a_check_that_there_is() {
        for check in checks::ALL {
            assert!(
                broken::all().any(|fault| fault.condemned_by == Some(check.id)),
                "{check:?} has no fault"
            );
        }
        for check in broken::all().filter_map(|fault| fault.condemned_by) {
            assert!(checks::find(check).is_some(), "there is no {check}");
        }
    }
}
