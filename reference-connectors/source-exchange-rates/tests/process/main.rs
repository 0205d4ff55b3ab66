//! The connector as a process: what it says where a command cannot even begin, and how it ends when it is told to.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test of a whole process")]

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

fn run(arguments: &[&str], now: &str) -> Output {
    let mut connector = Command::new(env!("CARGO_BIN_EXE_source-exchange-rates"));
    connector.args(arguments).env("CONNECTOR_NOW", now).output().unwrap()
}

#[test]
fn a_time_that_is_none_ends_with_1_and_a_trace_error() {
    let output = run(&["spec"], "noon");
    assert_eq!(output.status.code(), Some(1));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stdout.contains(r#""failure_type":"system_error""#), "{stdout}");
    assert!(stdout.contains("CONNECTOR_NOW: want an RFC 3339 timestamp"), "{stdout}");
}

#[test]
fn no_command_ends_with_1_a_trace_error_and_the_usage() {
    let output = run(&[], "2024-01-09T12:00:00Z");
    assert_eq!(output.status.code(), Some(1));
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(stdout.contains(r#""message":"no command: want one of spec,"#), "{stdout}");
    assert!(stderr.contains("Usage:\n  source-exchange-rates spec\n"), "{stderr}");
}

#[test]
fn a_wrong_command_ends_with_2_and_prints_no_message() {
    let output = run(&["spek"], "2024-01-09T12:00:00Z");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}

/// A connector that reads while its API never answers, what it said first, and the API.
struct Waiting {
    connector: Child,
    stdout: BufReader<ChildStdout>,
    text: String,
    _folder: TempDir,
    /// Others wait at it too: closed, it would refuse them.
    _silent: TcpListener,
    _asked: TcpStream,
}

impl Waiting {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            std::fs::write(folder.path().join(name), content).unwrap();
            folder.path().join(name)
        };
        let config = file("config.json", r#"{"start_date": "2024-01-02", "access_key": "k-1"}"#);
        let catalog = file(
            "catalog.json",
            r#"{"streams": [{"stream": {"name": "exchange_rates", "json_schema": {}, "supported_sync_modes": ["incremental"]},
                "sync_mode": "incremental", "destination_sync_mode": "append"}]}"#,
        );
        let state = file(
            "state.json",
            r#"[{"type": "STREAM", "stream": {"stream_descriptor": {"name": "exchange_rates"},
                "stream_state": {"date": "2024-01-03"}}}]"#,
        );
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connector = Command::new(env!("CARGO_BIN_EXE_source-exchange-rates"))
            .args(["read", "--config"])
            .arg(config)
            .arg("--catalog")
            .arg(catalog)
            .arg("--state")
            .arg(state)
            .env("HTTPS_PROXY", format!("http://{}", silent.local_addr().unwrap()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(connector.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        // It asks, and so has begun to wait.
        let (asked, _) = silent.accept().unwrap();
        Waiting { connector, stdout, text, _folder: folder, _asked: asked, _silent: silent }
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.connector.id().try_into().unwrap()), signal).unwrap();
    }

    /// What it printed, and its exit code.
    fn end(mut self) -> (String, Option<i32>) {
        self.stdout.read_to_string(&mut self.text).unwrap();
        (self.text, self.connector.wait().unwrap().code())
    }
}

fn stopped_by(signal: Signal) -> (String, Option<i32>) {
    let waiting = Waiting::begin();
    waiting.send(signal);
    waiting.end()
}

#[test]
fn a_signal_ends_a_read_with_its_state_and_a_code_of_its_own() {
    for (signal, name, code) in [(Signal::SIGTERM, "SIGTERM", 143), (Signal::SIGINT, "SIGINT", 130)] {
        let (text, ended) = stopped_by(signal);
        assert_eq!(ended, Some(code), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].contains("STARTED") && lines[1].contains(r#""stream_state":{"date":"2024-01-03"}"#),
            "{text}"
        );
        assert!(lines[2].contains(name) && lines[2].contains("transient_error"), "{text}");
        assert!(lines[3].contains("INCOMPLETE") && lines.len() == 4, "{text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_pipe_that_is_full_and_that_nobody_reads_does_not_keep_a_second_signal_from_ending_it() {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    let mut waiting = Waiting::begin();
    let pipe = format!("/proc/{}/fd/1", waiting.connector.id());
    let nonblocking = nix::libc::O_NONBLOCK;
    let mut pipe = std::fs::OpenOptions::new().write(true).custom_flags(nonblocking).open(pipe).unwrap();
    for piece in [4096, 1] {
        while pipe.write(&vec![b' '; piece]).is_ok() {}
    }
    waiting.send(Signal::SIGTERM);
    let again = Pid::from_raw(waiting.connector.id().try_into().unwrap());
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(waiting.connector.wait().unwrap().code()).unwrap());
    // A signal soon after the first is taken for the same one, so it takes some.
    let code = (0..50).find_map(|_| {
        let code = end.recv_timeout(Duration::from_millis(200)).ok();
        if code.is_none() {
            // By now it may have ended.
            let _ = kill(again, Signal::SIGTERM);
        }
        code
    });
    assert_eq!(code, Some(Some(143)));
}
