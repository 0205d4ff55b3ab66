use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{client, finish, play, raw};

const ZIPPED: &str = r#"{"request": {"method": "GET", "url": "http://a.test/"},
    "response": {"status": 200, "headers": [["content-encoding", "gzip"]], "body": {"lines": ["one", "two"]}},
    "repeat": true}"#;

#[tokio::test]
async fn what_was_recorded_compressed_is_compressed_for_those_who_accept_it() {
    let (session, authority) = play(ZIPPED).await;
    let answer = client(&session, &authority).build().unwrap().get("http://a.test/").send().await.unwrap();
    // The client takes the header away with the compression.
    assert_eq!(answer.content_length(), None);
    assert_eq!(answer.text().await.unwrap(), "one\ntwo\n");

    let zipped = raw(
        &session,
        b"GET http://a.test/ HTTP/1.1\r\naccept-encoding: br, gzip\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(zipped.contains("content-encoding: gzip\r\n") && !zipped.contains("two"), "{zipped}");

    let plain =
        raw(&session, b"GET http://a.test/ HTTP/1.1\r\naccept-encoding: br\r\nconnection: close\r\n\r\n")
            .await;
    assert_eq!(plain, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 8\r\n\r\none\ntwo\n");
}

#[tokio::test]
async fn what_was_recorded_chunked_is_sent_without_its_length() {
    let (session, _authority) = play(
        r#"{"request": {"method": "GET", "url": "http://a.test/"},
            "response": {"status": 200, "headers": [["transfer-encoding", "chunked"], ["content-length", "3"]],
                "body": {"text": "one"}}}"#,
    )
    .await;
    let answer = raw(&session, b"GET http://a.test/ HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    let wanted =
        "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n";
    assert_eq!(answer, wanted);
}

const SEARCH: &str = r#"{"request": {"method": "POST", "url": "http://a.test/", "body": {"json": {"q": "a", "n": 1.0}}},
    "response": {"status": 200, "body": {"text": "found"}}, "repeat": true}"#;

#[tokio::test]
async fn a_request_s_body_is_compared_without_its_compression_and_its_chunks() {
    let (session, authority) = play(SEARCH).await;
    let client = client(&session, &authority).build().unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(br#"{"n": 1, "q": "a"}"#).unwrap();
    let request =
        client.post("http://a.test/").header("content-encoding", "gzip").body(gzip.finish().unwrap());
    assert_eq!(request.send().await.unwrap().text().await.unwrap(), "found");

    let chunked = "POST http://a.test/ HTTP/1.1\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
                   9\r\n{\"q\":\"a\",\r\n6\r\n\"n\":1}\r\n0\r\n\r\n";
    let answer = raw(&session, chunked.as_bytes()).await;
    assert!(answer.ends_with("found"), "{answer}");
    assert_eq!(finish(session).await.faults.len(), 0);
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let (session, _authority) = play(SEARCH).await;
    let request = "POST http://a.test/ HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 15\r\nconnection: close\r\n\r\n\
                   {\"q\":\"a\",\"n\":1}";
    let answer = raw(&session, request.as_bytes()).await;
    assert!(answer.ends_with("found"), "{answer}");
}
