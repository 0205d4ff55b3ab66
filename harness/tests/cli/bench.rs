//! A connector's folder made for one test, and the harness run on it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

const CASSETTE: &str = r#"{"cassette": 1, "interactions": [
    {"request": {"method": "GET", "url": "http://api.broken.test/users"},
     "response": {"status": 200, "headers": [["content-type", "application/json"]],
                  "body": {"json": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}}}
]}"#;

pub(crate) struct Bench(TempDir);

impl Bench {
    /// The broken connector with that fault, and one scenario.
    pub(crate) fn new(fault: &str) -> Self {
        Bench::of(&[HARNESS, "broken", fault])
    }

    /// Any command, and one scenario.
    pub(crate) fn of(command: &[&str]) -> Self {
        let bench = Bench::empty();
        bench.connector("", command);
        bench
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Bench(tempfile::tempdir().unwrap())
    }

    /// The broken connector with that fault in a folder of its own, which ends in `/`.
    pub(crate) fn broken(&self, folder: &str, fault: &str) {
        self.connector(folder, &[HARNESS, "broken", fault]);
    }

    fn connector(&self, folder: &str, command: &[&str]) {
        // TLS is not what it is about.
        let settings =
            format!("command = {}\nplain_hosts = [\"*.broken.test\"]\n", Value::from(command.to_vec()));
        self.write(&format!("{folder}harness.toml"), &settings);
        self.scenario(folder, "normal");
    }

    /// A scenario of a connector in a folder.
    pub(crate) fn scenario(&self, folder: &str, name: &str) {
        let config = format!("{folder}fixtures/{name}/config.json");
        self.write(&config, r#"{"key": "canary-5b1c9e"}"#);
        self.write(&format!("{folder}fixtures/{name}/cassette.json"), CASSETTE);
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// Adds interactions to the cassette.
    pub(crate) fn record(&self, interactions: &[Value]) {
        let mut cassette: Value = serde_json::from_str(CASSETTE).unwrap();
        cassette["interactions"].as_array_mut().unwrap().extend_from_slice(interactions);
        self.write("fixtures/normal/cassette.json", &cassette.to_string());
    }

    /// `harness` with these arguments, in the folder, its environment free of what this machine says.
    pub(crate) fn harness(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(arguments, environment).output().unwrap()
    }

    /// The same, not started yet; its output goes into pipes.
    pub(crate) fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(HARNESS);
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("CI")
            .env_remove("INSTA_UPDATE")
            .env("NO_COLOR", "1")
            .env("XDG_CACHE_HOME", self.path().join(".cache"))
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `harness test .` with `--format json`: the exit code and the events.
    pub(crate) fn test(&self, arguments: &[&str]) -> (i32, Vec<Value>) {
        self.judge(&[&["."], arguments].concat())
    }

    /// The same of other connectors than that in the folder itself.
    pub(crate) fn judge(&self, arguments: &[&str]) -> (i32, Vec<Value>) {
        let all = [&["test", "--format", "json"], arguments].concat();
        let output = self.harness(&all, &[("INSTA_UPDATE", "always")]);
        let text = String::from_utf8(output.stdout).unwrap();
        let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!events.is_empty(), "no event; stderr:\n{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), events)
    }
}

/// The checks that fail in these events.
pub(crate) fn condemned_by(events: &[Value]) -> Vec<&str> {
    let failed = events.iter().filter(|event| event["verdict"] == "fail");
    let mut checks: Vec<&str> = failed.map(|event| event["check"].as_str().unwrap()).collect();
    checks.dedup();
    checks
}
