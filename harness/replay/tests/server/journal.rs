use connector_replay::Outcome;
use serde_json::{Value, json};

use crate::{client, finish, play, raw};

const PAGES: &str = r#"
    {"request": {"method": "GET", "url": "http://a.test/users?page=1"}, "response": {"status": 200, "body": {"json": [1]}}},
    {"request": {"method": "GET", "url": "http://a.test/users?page=1"}, "response": {"status": 429}},
    {"request": {"method": "GET", "url": "http://a.test/users?page=2"}, "response": {"status": 200, "body": {"json": [2]}},
        "repeat": true},
    {"request": {"method": "GET", "url": "https://b.test/other"}, "response": {"status": 200}}"#;

#[tokio::test]
async fn the_journal_tells_every_request_its_answer_and_what_nobody_asked_for() {
    let (session, authority) = play(PAGES).await;
    let client = client(&session, &authority).build().unwrap();
    for page in [2, 1, 1, 2, 1] {
        client.get(format!("http://a.test/users?page={page}")).send().await.unwrap();
    }
    let journal = finish(session).await;
    let exchanges: Vec<_> =
        journal.exchanges.iter().map(|exchange| (exchange.status, &exchange.outcome)).collect();
    let answered = |interaction| Outcome::Answered { interaction };
    assert_eq!(exchanges[0], (200, &answered(2)));
    assert_eq!(exchanges[1], (200, &answered(0)));
    assert_eq!(exchanges[2], (429, &answered(1)));
    assert_eq!(exchanges[3], (200, &answered(2)));
    assert!(matches!(exchanges[4], (599, Outcome::Unmatched { nearest: Some(1), .. })), "{:?}", exchanges[4]);
    assert_eq!(journal.exchanges[0].method, "GET");
    assert_eq!(journal.exchanges[0].url, "http://a.test/users?page=2");
    let written = serde_json::to_value(&journal).unwrap();
    assert_eq!(
        written["unasked"],
        json!([{"interaction": 3, "method": "GET", "url": "https://b.test/other"}])
    );
    assert_eq!(written["exchanges"][0]["outcome"], json!({"kind": "answered", "interaction": 2}));
    assert_eq!(written["faults"], json!([]));
}

#[tokio::test]
async fn an_unmatched_request_is_told_what_is_nearest_and_what_differs() {
    let (session, authority) = play(PAGES).await;
    let client = client(&session, &authority).build().unwrap();
    let answer = client.get("http://a.test/users?page=3").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 599);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let text = answer.text().await.unwrap();
    assert!(!text.contains('\n'), "a log line shows it whole: {text}");
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({
            "error": "no recorded interaction answers GET http://a.test/users?page=3; the nearest is interaction 1, \
                      GET http://a.test/users?page=1, which differs in query page: wanted 1, got 3",
            "request": {"method": "GET", "url": "http://a.test/users?page=3"},
            "nearest": {"interaction": 1, "method": "GET", "url": "http://a.test/users?page=1"},
            "differences": [{"part": "query page", "wanted": "1", "got": "3"}],
            "remedy": {"ignore": [{"path": "/users", "part": "query page"}], "confuses": 3},
        })
    );
}

#[tokio::test]
async fn a_request_past_its_last_answer_is_told_how_many_there_were() {
    let (session, authority) = play(PAGES).await;
    let client = client(&session, &authority).build().unwrap();
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(client.get("http://a.test/users?page=1").send().await.unwrap().text().await.unwrap());
    }
    let told: Value = serde_json::from_str(&answers[2]).unwrap();
    let error = told["error"].as_str().unwrap();
    assert!(
        error.starts_with("all 2 recorded answers to GET http://a.test/users?page=1 have been given"),
        "{error}"
    );
    assert_eq!(told["nearest"]["interaction"], 2);
    assert_eq!(told["differences"], json!([{"part": "times", "wanted": "2", "got": "3"}]));
}

#[tokio::test]
async fn an_empty_cassette_answers_nothing() {
    let (session, _authority) = play("").await;
    let answer = raw(&session, b"GET http://a.test/ HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    assert!(
        answer.contains(
            "\"error\":\"no recorded interaction answers GET http://a.test/: the cassette is empty\""
        ),
        "{answer}"
    );
    assert_eq!(
        finish(session).await.exchanges[0].outcome,
        Outcome::Unmatched { nearest: None, differences: vec![], remedy: None }
    );
}

#[tokio::test]
async fn no_header_and_no_password_gets_into_the_journal() {
    let (session, authority) = play(PAGES).await;
    let client = client(&session, &authority).build().unwrap();
    let bearer =
        client.get("https://a.test/").bearer_auth("canary").header("cookie", "canary").send().await.unwrap();
    assert_eq!(bearer.status().as_u16(), 599);
    for request in [
        "GET http://me:canary@a.test/ HTTP/1.1\r\nproxy-authorization: Basic canary\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: me:canary@\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nauthorization: canary\0\r\n\r\n",
        "CONNECT me:canary@a.test:1 HTTP/1.1\r\n\r\nno http\r\n\r\n",
    ] {
        raw(&session, request.as_bytes()).await;
    }
    let journal = finish(session).await;
    assert_eq!((journal.exchanges.len(), journal.faults.len()), (2, 3), "{journal:?}");
    let written = serde_json::to_string(&journal).unwrap();
    assert!(!written.contains("canary"), "{written}");
}
