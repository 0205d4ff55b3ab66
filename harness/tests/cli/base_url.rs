//! `[base_url]`: the config names the replay server, for a client that is told of it in no other way.

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::bench::Bench;

/// A connector that asks the server of its config's `api_url`, and no proxy.
fn bench(pointer: &str) -> Bench {
    let bench = Bench::new("none");
    let settings = bench.read("harness.toml").replace("plain_hosts = [\"*.broken.test\"]", "");
    bench.write("harness.toml", &format!("{settings}\n[base_url]\npointer = \"{pointer}\"\n"));
    let config = json!({"key": "canary-5b1c9e", "api_url": "https://api.broken.test"});
    bench.write("fixtures/normal/config.json", &config.to_string());
    let cassette = bench.read("fixtures/normal/cassette.json").replace("http://api", "https://api");
    bench.write("fixtures/normal/cassette.json", &cassette);
    bench
}

#[test]
fn what_is_asked_of_the_base_url_is_asked_of_the_host_that_it_stands_for() {
    let (code, events) = bench("/api_url").test(&[]);
    // No host without TLS is allowed here.
    assert_eq!(code, 0, "{events:#?}");
    let read =
        events.iter().find(|event| event["event"] == "invocation_finished" && event["command"] == "read");
    assert_eq!(read.unwrap()["via"], json!({"base_url": 1}));
    let mut judged = events.iter().filter(|event| event["check"] == "requests_use_https");
    assert_eq!(judged.next_back().unwrap()["verdict"], "pass");
}

#[test]
fn a_pointer_that_leads_nowhere_is_named_with_what_there_is() {
    let bench = bench("/url");
    let output = bench.harness(&["test", "."], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    for wanted in ["harness.toml", "[base_url]", "`normal`", "\"/url\"", "/api_url"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn a_recording_by_the_base_url_names_the_host_and_never_our_address() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(MockServer::start());
    let users = ResponseTemplate::new(200).set_body_json(json!([{"id": 1, "name": "Ada"}]));
    runtime.block_on(Mock::given(matchers::path("/users")).respond_with(users).mount(&server));
    let bench = bench("/api_url");
    std::fs::rename(bench.path().join("fixtures/normal/config.json"), bench.path().join("secret.json"))
        .unwrap();
    std::fs::remove_dir_all(bench.path().join("fixtures")).unwrap();
    let upstream = format!("api.broken.test={}", server.uri());
    let arguments =
        ["record", ".", "--config", "secret.json", "--scenario", "first", "--upstream", upstream.as_str()];
    let output = bench.harness(&arguments, &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let cassette: Value = serde_json::from_str(&bench.read("fixtures/first/cassette.json")).unwrap();
    assert_eq!(cassette["interactions"][0]["request"]["url"], "https://api.broken.test/users");
    for file in ["fixtures/first/cassette.json", "fixtures/first/config.json", "snapshots/first/read.snap"] {
        assert!(!bench.read(file).contains("127.0.0.1"), "{file}: {}", bench.read(file));
    }
}
