//! `harness cassette`: what it shows, finds, takes out, compares and converts.

use std::process::Output;

use serde_json::json;

use crate::bench::Bench;

fn said(output: &Output, code: i32) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    out + &err
}

#[test]
fn a_cassette_is_shown_by_lines_and_each_interaction_in_full() {
    let bench = Bench::new("none");
    let text = said(&bench.harness(&["cassette", "show", "fixtures/normal"], &[]), 0);
    assert_eq!(text, "1  200       json 52 B  GET http://api.broken.test/users\n");
    let file = "fixtures/normal/cassette.json";
    let text = said(&bench.harness(&["cassette", "show", file, "-i", "1"], &[]), 0);
    assert!(text.starts_with("{\n  \"request\": {\n    \"method\": \"GET\",\n"), "{text}");
    let text = said(&bench.harness(&["cassette", "show", file, "-i", "2"], &[]), 4);
    assert!(text.contains("there is no interaction 2: it has 1"), "{text}");
}

#[test]
fn what_looks_like_a_secret_or_is_no_sound_answer_is_found() {
    let bench = Bench::new("none");
    let text = said(&bench.harness(&["cassette", "lint", "fixtures/normal"], &[]), 0);
    assert_eq!(text, "Nothing to find fault with.\n");
    bench.record(&[
        json!({"request": {"method": "GET", "url": "http://a.test/me"},
               "response": {"status": 200, "body": {"json": {"note": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}}}}),
        json!({"request": {"method": "GET", "url": "http://a.test/old"}, "response": {"status": 301}}),
    ]);
    let text = said(&bench.harness(&["cassette", "lint", "fixtures/normal"], &[]), 1);
    assert!(text.contains("looks like a secret: ") && text.contains("ghp_… (40 characters)"), "{text}");
    assert!(text.contains("interaction 3") && text.contains("location"), "{text}");
}

#[test]
fn what_nobody_asks_for_is_taken_out_unless_something_is_wrong() {
    let bench = Bench::new("none");
    let before = bench.read("fixtures/normal/cassette.json");
    bench.record(&[
        json!({"request": {"method": "GET", "url": "http://a.test/old"}, "response": {"status": 200}}),
    ]);
    let text = said(&bench.harness(&["cassette", "prune", ".", "--scenario", "normal"], &[]), 0);
    assert!(text.starts_with("- GET http://a.test/old\n1 taken out of "), "{text}");
    let count = |text: &str| text.matches("\"request\"").count();
    assert_eq!(count(&bench.read("fixtures/normal/cassette.json")), count(&before));
    let text = said(&bench.harness(&["cassette", "prune", ".", "--scenario", "normal"], &[]), 0);
    assert_eq!(text, "All of it is asked for.\n");

    let bench = Bench::new("asks_for_what_nobody_recorded");
    let before = bench.read("fixtures/normal/cassette.json");
    let text = said(&bench.harness(&["cassette", "prune", ".", "--scenario", "normal"], &[]), 4);
    assert!(text.contains("nothing was taken out, since a request was made that is not recorded"), "{text}");
    assert_eq!(bench.read("fixtures/normal/cassette.json"), before);
}

#[test]
fn a_cassette_goes_to_har_and_comes_back_the_same() {
    let bench = Bench::new("none");
    let file = "fixtures/normal/cassette.json";
    said(&bench.harness(&["cassette", "convert", file, "x.har"], &[]), 0);
    let text = said(&bench.harness(&["cassette", "convert", "x.har", "back/cassette.json"], &[]), 0);
    assert!(text.contains("1 interaction of a har recording"), "{text}");
    assert_eq!(said(&bench.harness(&["cassette", "diff", file, "back"], &[]), 0), "They mean the same.\n");

    bench.write("back/cassette.json", &bench.read(file).replace("Bob", "Eve"));
    let text = said(&bench.harness(&["cassette", "diff", file, "back"], &[]), 1);
    assert!(text.contains("body /1/name: wanted \"Bob\", got \"Eve\""), "{text}");
}

#[test]
fn what_is_no_recording_is_named() {
    let bench = Bench::new("none");
    bench.write("x.yaml", "a: 1\n");
    let text = said(&bench.harness(&["cassette", "convert", "x.yaml", "y.json"], &[]), 4);
    assert!(text.contains("failed to tell what x.yaml is") && text.contains("wanted a HAR"), "{text}");
    let text = said(&bench.harness(&["cassette", "convert", "x.yaml", "y.json", "--from", "tape"], &[]), 4);
    assert!(text.contains("tape") && text.contains("wiremock"), "{text}");
    let text = said(&bench.harness(&["cassette", "show", "nowhere"], &[]), 4);
    assert!(text.contains("failed to read the cassette nowhere"), "{text}");
}
