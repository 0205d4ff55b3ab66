//! Cassettes with expressions, played on terms.

use connector_replay::{Authority, Cassette, Journal, Outcome, Player, Rule, Session, Terms};
use serde_json::Value;

use crate::{client, finish};

const NOW: &str = "2030-01-02T03:04:05Z";

fn terms() -> Terms {
    let values = [("key", "s/3 c&r"), ("password", "p\u{e4}ss")];
    Terms {
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        now: Some(NOW.parse().unwrap()),
        ..Terms::default()
    }
}

/// Interactions of which each is `METHOD URL [HEADER: VALUE]`, answered by its number.
fn tape(lines: &[&str]) -> String {
    let interactions: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| {
            let mut words = line.splitn(3, ' ');
            let (method, url) = (words.next().unwrap(), words.next().unwrap());
            let headers = words.next().and_then(|header| header.split_once(": "));
            let headers = serde_json::to_string(&headers.into_iter().collect::<Vec<_>>()).unwrap();
            format!(
                r#"{{"request": {{"method": "{method}", "url": "{url}", "headers": {headers}}}, "response": {{"status": 200, "body": {{"json": {number}}}}}}}"#
            )
        })
        .collect();
    format!(r#"{{"cassette": 1, "interactions": [{}]}}"#, interactions.join(","))
}

/// What each request is answered, and the journal. A request is a URL, and a header behind a space.
async fn ask(tape: &str, terms: &Terms, requests: &[&str]) -> (Vec<String>, Journal) {
    let authority = Authority::new().unwrap();
    let cassette = Cassette::parse(tape, "test", terms).unwrap();
    let session = Session::start(&authority, Player::new(cassette)).await.unwrap();
    let client = client(&session, &authority).build().unwrap();
    let mut answers = Vec::new();
    for request in requests {
        let (url, header) = request.split_once(' ').unwrap_or((request, ""));
        let mut sent = client.get(url);
        if let Some((name, value)) = header.split_once(": ") {
            sent = sent.header(name, value);
        }
        let answer = sent.send().await.unwrap();
        let missed = answer.status().as_u16() == 599;
        let text = answer.text().await.unwrap();
        let error = || serde_json::from_str::<Value>(&text).unwrap()["error"].as_str().unwrap().to_owned();
        answers.push(if missed { error() } else { text.clone() });
    }
    (answers, finish(session).await)
}

#[tokio::test]
async fn a_secret_matches_whatever_it_is_and_another_one_misses() {
    let tape = tape(&[
        "GET http://a.test/?key={{secret:key}}",
        "GET http://a.test/{{secret:key}}/x",
        "GET http://a.test/basic authorization: Basic {{base64:me:{{secret:password}}}}",
    ]);
    let requests = [
        "http://a.test/?key=s%2F3+c%26r",
        "http://a.test/s%2F3%20c%26r/x",
        "http://a.test/basic Authorization: Basic bWU6cMOkc3M=",
        "http://a.test/basic Authorization: Basic bWU6b3RoZXI=",
        "http://a.test/?key=other",
    ];
    let (answers, journal) = ask(&tape, &terms(), &requests).await;
    assert_eq!(answers[..3], ["0", "1", "2"]);
    assert!(
        answers[3].ends_with(
            "which differs in header authorization: wanted Basic {{base64:me:{{secret:password}}}}, got another value"
        ),
        "{}",
        answers[3]
    );
    assert!(!answers[3].contains("b3RoZXI"), "no value that was sent is shown");
    assert!(answers[4].contains("query key: wanted "), "{}", answers[4]);
    assert_eq!(journal.unasked, []);
}

#[tokio::test]
async fn a_header_that_cannot_be_told_has_only_to_be_there_and_cookies_come_in_any_order() {
    let tape = tape(&[
        "GET http://a.test/signed authorization: AWS4 {{opaque}}",
        "GET http://a.test/cookies cookie: a={{token:a}}; b=1",
    ]);
    let requests = [
        "http://a.test/signed",
        "http://a.test/signed authorization: AWS4 x",
        "http://a.test/cookies cookie: b=1; a=token-a-made-up",
    ];
    let (answers, _) = ask(&tape, &terms(), &requests).await;
    assert!(
        answers[0].ends_with("header authorization: wanted AWS4 {{opaque}}, got nothing"),
        "{}",
        answers[0]
    );
    assert_eq!(answers[1..], ["0", "1"]);
}

#[tokio::test]
async fn a_time_that_is_so_far_from_now_matches_when_the_clock_has_moved_on_a_little() {
    let tape = tape(&[
        "GET http://a.test/?until={{now:epoch}}&since=2029-12-01",
        "GET http://a.test/{{now-1d:date}}/x?limit=1893553445",
        "GET http://a.test/?q=updated>{{now-1h:%Y-%m-%dT%H:%M:%SZ}}",
    ]);
    let requests = [
        "http://a.test/?until=1893553500&since=2029-12-01",
        "http://a.test/2030-01-01/x?limit=1893553445",
        "http://a.test/?q=updated%3E2030-01-02T02:05:00Z",
        // Out of tolerance, another format, and a time where none was relative.
        "http://a.test/?until=1893557100&since=2029-12-01",
        "http://a.test/?until=2030-01-02&since=2029-12-01",
        "http://a.test/2030-01-01/x?limit=1893553446",
    ];
    let (answers, _) = ask(&tape, &terms(), &requests).await;
    assert_eq!(answers[..3], ["0", "1", "2"]);
    for (answer, part) in answers[3..].iter().zip(["query until", "query until", "query limit"]) {
        assert!(answer.contains(&format!("differs in {part}: wanted 1893553445, got ")), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_nobody_could_tell_the_time_asks_with_the_true_one_and_is_answered() {
    let tape = tape(&[
        "GET http://a.test/?until={{now:epoch}}",
        "GET http://a.test/{{now-1d:date}}/x?since=2029-12-01",
    ]);
    let terms = Terms { wall: Some("2031-06-01T10:00:00Z".parse().unwrap()), ..terms() };
    let requests = [
        "http://a.test/?until=1938074401",
        "http://a.test/2031-05-31/x?since=2029-12-01",
        "http://a.test/2031-05-30/x?since=2029-12-01",
    ];
    let (answers, _) = ask(&tape, &terms, &requests).await;
    assert_eq!(answers[..2], ["0", "1"]);
    assert!(answers[2].contains("path: wanted /2030-01-01/x, got /2031-05-30/x"), "{}", answers[2]);
    let told = ["http://a.test/?until=1893553446", "http://a.test/2030-01-01/x?since=2029-12-01"];
    assert_eq!(ask(&tape, &terms, &told).await.0, ["0", "1"]);
}

#[tokio::test]
async fn of_times_that_are_near_each_other_the_nearest_answers() {
    let tape =
        tape(&["GET http://a.test/?until={{now-10m:epoch}}", "GET http://a.test/?until={{now:epoch}}"]);
    let requests = ["http://a.test/?until=1893553447", "http://a.test/?until=1893552850"];
    let (answers, _) = ask(&tape, &terms(), &requests).await;
    assert_eq!(answers, ["1", "0"]);
}

#[tokio::test]
async fn what_is_passed_over_is_not_compared_and_a_miss_says_what_would_have_to_be() {
    let tape = tape(&["GET http://a.test/x?page=1&nonce=a", "GET http://a.test/x?page=2&nonce=b"]);
    let (answers, journal) = ask(&tape, &terms(), &["http://a.test/x?page=2&nonce=z"]).await;
    assert!(answers[0].ends_with("differs in query nonce: wanted b, got z"), "{}", answers[0]);
    let Outcome::Unmatched { remedy: Some(remedy), .. } = &journal.exchanges[0].outcome else { panic!() };
    assert_eq!(remedy.confuses, None);
    let rule: Rule = serde_json::from_str(r#"{"path": "/x", "part": "query nonce"}"#).unwrap();
    assert_eq!(remedy.ignore, [rule]);

    let relaxed = Terms { ignore: remedy.ignore.clone(), ..terms() };
    let requests = ["http://a.test/x?page=2&nonce=z", "http://a.test/x?page=3&nonce=z"];
    let (answers, journal) = ask(&tape, &relaxed, &requests).await;
    assert_eq!(answers[0], "1");
    let Outcome::Unmatched { remedy: Some(remedy), .. } = &journal.exchanges[1].outcome else { panic!() };
    assert_eq!(remedy.confuses, Some(1), "to pass over the page, too, makes the two recorded requests one");
}

#[tokio::test]
async fn what_may_go_unasked_is_not_missed() {
    let tape = tape(&["GET http://a.test/"]).replace("\"response\"", "\"optional\": true, \"response\"");
    let (_, journal) = ask(&tape, &terms(), &[]).await;
    assert_eq!(journal.unasked, []);
}

#[tokio::test]
async fn headers_and_bodies_follow_the_clock() {
    let tape = r#"{"cassette": 1, "interactions": [{
        "request": {"method": "GET", "url": "http://a.test/"},
        "response": {"status": 200, "headers": [["date", "{{now:http}}"], ["x", "{{bytes:/w==}}"]],
                     "body": {"json": {"expires_at": "{{now+1h:epoch}}", "token": "{{token:access}}"}}}}]}"#;
    let authority = Authority::new().unwrap();
    let cassette = Cassette::parse(tape, "test", &terms()).unwrap();
    let session = Session::start(&authority, Player::new(cassette)).await.unwrap();
    let answer = client(&session, &authority).build().unwrap().get("http://a.test/").send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Wed, 02 Jan 2030 03:04:05 GMT");
    assert_eq!(answer.headers()["x"].as_bytes(), b"\xff");
    assert_eq!(answer.text().await.unwrap(), r#"{"expires_at":1893557045,"token":"token-access-made-up"}"#);
    finish(session).await;
}

#[test]
fn a_body_in_a_file_of_its_own_is_read_from_the_cassette_s_folder_and_from_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("bodies")).unwrap();
    std::fs::write(folder.path().join("bodies/1.json"), "{ \"key\": \"{{secret:key}}\" }\n").unwrap();
    let load = |file: &str, terms: &Terms| {
        let text = tape(&["GET http://a.test/"]).replace("\"json\": 0", &format!("\"file\": \"{file}\""));
        let path = folder.path().join("cassette.json");
        std::fs::write(&path, &text).unwrap();
        Cassette::load(&path, terms).map_err(|error| error.to_string())
    };
    load("bodies/1.json", &terms()).unwrap();
    for (file, terms, wanted) in [
        ("bodies/1.json", Terms::default(), "response.body: {{secret:key}}: wanted one of none"),
        ("bodies/2.json", terms(), "interaction 1 (GET http://a.test/): response.body.file: cannot read"),
        ("../1.json", terms(), "wanted a path within the cassette's folder"),
        ("/etc/passwd", terms(), "wanted a path within the cassette's folder"),
    ] {
        let error = load(file, &terms).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
}
