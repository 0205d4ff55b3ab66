//! What a request that nobody recorded is told, and how it is accepted.

use serde_json::{Value, json};

use crate::bench::{Bench, condemned_by};

fn users(query: &str) -> Value {
    json!({
        "request": {"method": "GET", "url": format!("http://api.broken.test/users?{query}")},
        "response": {"status": 200, "body": {"json": []}}, "optional": true,
    })
}

/// What the failed check says one might do.
fn said(events: &[Value]) -> &str {
    let failed = events.iter().find(|event| event["verdict"] == "fail").unwrap();
    failed["findings"][0]["next"].as_str().unwrap()
}

#[test]
fn a_miss_names_the_line_that_accepts_it_and_the_line_does() {
    // It asks for page 2.
    let bench = Bench::new("asks_for_what_nobody_recorded");
    bench.record(&[users("page=2&nonce=a")]);
    let (code, events) = bench.test(&[]);
    assert_eq!((code, condemned_by(&events)), (1, vec!["requests_match_recording"]));
    let said = said(&events);
    assert!(said.contains("differs in query nonce: wanted a, got nothing"), "{said}");
    let (_, line) = said.split_once("harness.toml would accept it with: ").unwrap();
    assert_eq!(line, r#"ignore = [{ path = "/users", part = "query nonce" }]"#);

    let settings = bench.read("harness.toml");
    bench.write("harness.toml", &format!("{line}\n{settings}"));
    let (code, events) = bench.test(&[]);
    assert_eq!((code, condemned_by(&events)), (0, vec![]));
}

#[test]
fn a_line_that_would_take_two_recorded_requests_for_one_comes_with_a_warning_and_keeps_what_is_there() {
    let bench = Bench::new("asks_for_what_nobody_recorded");
    bench.record(&[users("page=1")]);
    let settings = bench.read("harness.toml");
    bench.write("harness.toml", &format!("ignore = [\"query nonce\"]\n{settings}"));
    let (_, events) = bench.test(&[]);
    let said = said(&events);
    let line = r#"ignore = ["query nonce", { path = "/users", part = "query page" }]"#;
    assert!(said.contains(line), "{said}");
    assert!(said.contains("then interaction 1 would be taken for the same request"), "{said}");
}

#[test]
fn a_rule_that_makes_no_sense_is_named_with_its_line() {
    let bench = Bench::new("none");
    bench.write("harness.toml", "command = [\"x\"]\nignore = [\"cookie jar\"]\n");
    let output = bench.harness(&["test", "."], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(
        text.contains("harness.toml:2: ignore[0]: wanted `query NAME`") && text.contains("cookie jar"),
        "{text}"
    );
}
