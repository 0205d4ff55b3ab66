//! `harness record`, of the reference connector, against a server on this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers};

use crate::bench as broken;

const KEY: &str = "canary-9f2c41d07be84a63";
const CONNECTOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reference-connectors/source-exchange-rates");

/// A server that answers as the API of exchange rates does, and a folder for what is recorded of it.
struct Bench {
    server: MockServer,
    runtime: Runtime,
    folder: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(MockServer::start());
        let bench = Bench { server, runtime, folder: tempfile::tempdir().unwrap() };
        bench.answer(Duration::ZERO);
        let start = Timestamp::now().to_zoned(TimeZone::UTC).date() - 3.days();
        let config = json!({"access_key": KEY, "start_date": start.to_string(), "base": "EUR"});
        std::fs::write(bench.path("secret.json"), config.to_string()).unwrap();
        bench
    }

    /// From now on, after so long.
    fn answer(&self, delay: Duration) {
        let rates = move |request: &Request| {
            let last = request.url.path().rsplit('/').next().unwrap().to_owned();
            if request.headers.get("apikey").is_none_or(|key| key != KEY) {
                return ResponseTemplate::new(401)
                    .set_body_json(json!({"message": "Invalid authentication"}));
            }
            let today = Timestamp::now().to_zoned(TimeZone::UTC).date().to_string();
            let day = if last == "latest" { today } else { last };
            let rate: u32 = day.bytes().map(u32::from).sum();
            let answer = json!({"success": true, "date": day, "base": "EUR", "rates": {"USD": rate}});
            ResponseTemplate::new(200)
                .set_body_json(answer)
                .insert_header("x-request-id", fastrand::u64(..).to_string().as_str())
                .set_delay(delay)
        };
        self.runtime.block_on(async {
            self.server.reset().await;
            Mock::given(matchers::any()).respond_with(rates).mount(&self.server).await;
        });
    }

    fn asked(&self) -> usize {
        self.runtime.block_on(self.server.received_requests()).unwrap().len()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn harness(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command
            .args(arguments)
            .arg(CONNECTOR)
            .args(["--fixtures", "fixtures", "--snapshots", "snapshots"])
            .current_dir(self.folder.path())
            .env_remove("CI")
            .env_remove("INSTA_UPDATE")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn record(&self, arguments: &[&str]) -> Command {
        let upstream = format!("api.apilayer.com={}", self.server.uri());
        let mut all = vec!["record", "--config", "secret.json", "--upstream", &upstream];
        all.extend(arguments);
        self.harness(&all)
    }

    /// All files below a folder, with what is in them.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(folder), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
}

/// What it said, if it ended with that code.
fn said(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn a_recording_is_safe_to_publish_replays_and_is_the_same_when_made_again() {
    let bench = Bench::new();
    let text = said(&bench.record(&["--scenario", "first"]).output().unwrap(), 0);
    assert!(text.contains("recording `first`") && text.contains("secret access_key"), "{text}");
    assert!(text.contains("REC   read: 4 records and") && text.contains("Conforms"), "{text}");
    assert!(!text.contains(KEY), "{text}");

    let first = bench.files("fixtures");
    let snapshots = bench.files("snapshots");
    assert!(snapshots.keys().any(|path| path.ends_with("first/read.snap")), "{:?}", snapshots.keys());
    for (path, bytes) in first.iter().chain(&snapshots) {
        assert!(memchr::memmem::find(bytes, KEY.as_bytes()).is_none(), "{}", path.display());
    }
    let config: Value = serde_json::from_slice(&first[&bench.path("fixtures/first/config.json")]).unwrap();
    assert_eq!(config["access_key"].as_str().unwrap().len(), KEY.len());
    let cassette = String::from_utf8(first[&bench.path("fixtures/first/cassette.json")].clone()).unwrap();
    assert!(cassette.contains(r#"["apikey", "{{secret:access_key}}"]"#), "{cassette}");

    for _ in 0..2 {
        said(&bench.record(&["--scenario", "first", "--mode", "all"]).output().unwrap(), 0);
        let again = bench.files("fixtures");
        let name = bench.path("fixtures/first/cassette.json");
        assert_eq!(String::from_utf8_lossy(&again[&name]), cassette);
        assert_eq!(
            again[&bench.path("fixtures/first/config.json")],
            first[&bench.path("fixtures/first/config.json")]
        );
        assert_eq!(bench.files("snapshots"), snapshots, "byte for byte");
        said(&bench.harness(&["test"]).output().unwrap(), 0);
        assert_eq!(bench.files("snapshots"), snapshots, "byte for byte");
    }
}

#[test]
fn what_is_recorded_is_replayed_and_only_what_is_missing_is_asked_for() {
    let bench = Bench::new();
    said(&bench.record(&[]).output().unwrap(), 0);
    bench.answer(Duration::ZERO);
    let text = said(&bench.record(&[]).output().unwrap(), 0);
    assert!(text.contains("Nothing is recorded") && text.contains("--mode new_episodes"), "{text}");
    assert_eq!(bench.asked(), 0, "mode `once`");
    said(&bench.record(&["--mode", "none"]).output().unwrap(), 0);
    assert_eq!(bench.asked(), 0, "mode `none`");

    let path = bench.path("fixtures/recorded/cassette.json");
    let whole = std::fs::read_to_string(&path).unwrap();
    let mut tape: Value = serde_json::from_str(&whole).unwrap();
    let interactions = tape["interactions"].as_array_mut().unwrap();
    let all = interactions.len();
    interactions.pop();
    std::fs::write(&path, tape.to_string()).unwrap();
    said(&bench.record(&["--mode", "new_episodes"]).output().unwrap(), 0);
    assert!((1..=all).contains(&bench.asked()), "{} requests", bench.asked());
    let urls = bench.runtime.block_on(bench.server.received_requests()).unwrap();
    let mut urls: Vec<_> = urls.into_iter().map(|request| request.url.to_string()).collect();
    urls.dedup();
    assert_eq!(urls.len(), 1, "the one that was missing: {urls:?}");
    // A server answers in whichever second it is, and not in that of the whole recording.
    let at_once = |text: &str| text.replace("{{now+1s:http}}", "{{now:http}}");
    assert_eq!(at_once(&std::fs::read_to_string(&path).unwrap()), at_once(&whole));
}

#[test]
fn a_recording_that_is_interrupted_leaves_what_was_there() {
    let bench = Bench::new();
    said(&bench.record(&[]).output().unwrap(), 0);
    let before = bench.files("fixtures");
    bench.answer(Duration::from_secs(60));
    let child = bench.record(&["--mode", "all"]).spawn().unwrap();
    let patience = Instant::now();
    while bench.asked() == 0 {
        assert!(patience.elapsed() < Duration::from_secs(60), "nothing was asked");
        std::thread::yield_now();
    }
    let process = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGINT).unwrap();
    let text = said(&child.wait_with_output().unwrap(), 2);
    assert!(text.contains("Interrupted  nothing was written"), "{text}");
    assert_eq!(bench.files("fixtures"), before);
}

#[test]
fn a_failure_is_recorded_as_one() {
    let bench = Bench::new();
    let config = std::fs::read_to_string(bench.path("secret.json")).unwrap();
    std::fs::write(bench.path("secret.json"), config.replace(KEY, "canary-revoked-0001")).unwrap();
    let text = said(&bench.record(&[]).output().unwrap(), 0);
    assert!(text.contains("FAIL  check: FAILED: "), "{text}");
    let scenario = std::fs::read_to_string(bench.path("fixtures/recorded/scenario.toml")).unwrap();
    assert!(scenario.contains("check = \"fails\"") && scenario.contains("read = \"fails\""), "{scenario}");
    assert!(!text.contains("canary-revoked"), "{text}");
}

#[test]
fn a_stream_is_said_to_be_empty_only_where_all_was_answered() {
    let runtime = Runtime::new().unwrap();
    for (status, is_empty) in [(200, true), (500, false)] {
        let server = runtime.block_on(MockServer::start());
        let users = ResponseTemplate::new(status).set_body_json(json!([]));
        runtime.block_on(Mock::given(matchers::path("/users")).respond_with(users).mount(&server));
        // It takes every answer for one.
        let bench = broken::Bench::new("none");
        bench.write("secret.json", r#"{"key": "canary-old-77aa"}"#);
        let upstream = format!("api.broken.test={}", server.uri());
        bench.harness(&["record", ".", "--config", "secret.json", "--upstream", &upstream], &[]);
        let scenario = bench.read("fixtures/recorded/scenario.toml");
        assert_eq!(scenario.contains("[[empty_stream]]"), is_empty, "{status}: {scenario}");
    }
}

#[test]
fn an_answer_that_changes_is_told_with_its_place_and_the_names_of_the_commands() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let asked = std::sync::atomic::AtomicU64::new(0);
    let users = move |_: &Request| {
        let views = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ResponseTemplate::new(200).set_body_json(json!([{"id": 1, "name": "Ada", "views": views}]))
    };
    runtime.block_on(Mock::given(matchers::path("/users")).respond_with(users).mount(&server));
    let bench = broken::Bench::new("none");
    bench.write("secret.json", r#"{"key": "canary-old-77aa"}"#);
    let upstream = format!("api.broken.test={}", server.uri());
    let arguments = ["record", ".", "--config", "secret.json", "--upstream", &upstream];
    let text = String::from_utf8(bench.harness(&arguments, &[]).stderr).unwrap();
    let wanted = "NOTE  the answer to GET api.broken.test/users was another in `read` than in `read from state 1 of 1`, at \
                  /*/views. Replays give what `read` was given";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn a_spec_that_fails_says_why() {
    let error = r#"{"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1, "error": {"message": "no licence"}}}"#;
    let missing = "echo one >&2; echo 'No module named source_x' >&2; exit 1";
    for (script, wanted) in [
        (missing, "\n      one\n      No module named source_x\n"),
        (&format!("echo '{error}'"), "TRACE ERROR: no licence\n"),
    ] {
        let bench = broken::Bench::of(&["sh", "-c", script]);
        bench.write("secret.json", "{}");
        let text = said(&bench.harness(&["record", ".", "--config", "secret.json"], &[]), 4);
        assert!(text.contains("printed no SPEC message (exit status ") && text.contains(wanted), "{text}");
        assert!(text.contains("Run it yourself, and record when it prints one: sh -c"), "{text}");
    }
}

#[test]
fn a_read_that_fails_is_not_taken_up_again() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let users = ResponseTemplate::new(200).set_body_json(json!([{"id": 1, "name": "Ada"}]));
    runtime.block_on(Mock::given(matchers::path("/users")).respond_with(users).mount(&server));
    let bench = broken::Bench::new("says_that_the_key_was_refused");
    bench.write("secret.json", r#"{"key": "canary-old-77aa"}"#);
    let upstream = format!("api.broken.test={}", server.uri());
    let arguments = ["record", ".", "--config", "secret.json", "--upstream", &upstream];
    let text = said(&bench.harness(&arguments, &[]), 0);
    assert!(text.contains("FAIL  read: ") && text.contains("`read` failed, so that"), "{text}");
    assert!(!text.contains("read from state"), "{text}");
}

#[test]
fn a_config_that_the_connector_asks_to_keep_is_kept_and_stays_secret() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let users =
        ResponseTemplate::new(200).set_body_json(json!([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]));
    runtime.block_on(Mock::given(matchers::path("/users")).respond_with(users).mount(&server));
    // It asks, with every command, to keep another key.
    let bench = broken::Bench::new("says_all_that_may_be_said");
    bench.write("secrets/config.json", r#"{"key": "canary-old-77aa"}"#);
    let own = bench.path().join("secrets/config.json");
    std::fs::set_permissions(&own, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let upstream = format!("api.broken.test={}", server.uri());
    let arguments = ["record", ".", "--config", "secrets/config.json", "--upstream", &upstream];
    let text = said(&bench.harness(&arguments, &[]), 0);
    assert!(
        text.contains("asked to keep another config (CONTROL), which is in secrets/config.json now"),
        "{text}"
    );
    let kept: Value = serde_json::from_str(&bench.read("secrets/config.json")).unwrap();
    assert_eq!(kept["key"], "canary-5b1c9e");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&own).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "for its owner alone, as before");
    for file in ["config.json", "cassette.json", "scenario.toml"] {
        let written = bench.read(&format!("fixtures/recorded/{file}"));
        assert!(!written.contains("canary"), "{file}: {written}");
    }
}
