use crate::{connect, finish, play, raw, read_until};
use tokio::io::AsyncWriteExt as _;

const PAGE: &str = r#"{"request": {"method": "GET", "url": "http://api.example.test/page?n=1"},
    "response": {"status": 201, "headers": [["content-type", "text/plain"], ["Set-Cookie", "a=1"], ["set-cookie", "b=2"],
        ["date", "Sun, 22 Nov 2026 12:00:00 GMT"], ["connection", "close"], ["keep-alive", "timeout=1"],
        ["content-length", "999"]], "body": {"text": "page one"}}, "repeat": true}"#;

#[tokio::test]
async fn a_plain_request_through_the_proxy_is_answered_as_recorded() {
    let (session, _authority) = play(PAGE).await;
    let answer = raw(
        &session,
        b"GET http://API.example.test:80/page?n=1 HTTP/1.1\r\nhost: other\r\nconnection: close\r\n\r\n",
    )
    .await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        head,
        "HTTP/1.1 201 Created\r\ncontent-type: text/plain\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\
         date: Sun, 22 Nov 2026 12:00:00 GMT\r\nconnection: close\r\ncontent-length: 8",
    );
    assert_eq!(body, "page one");
    assert_eq!(finish(session).await.faults.len(), 0);
}

#[tokio::test]
async fn a_direct_request_is_meant_for_its_host_header() {
    let (session, _authority) = play(PAGE).await;
    let answer =
        raw(&session, b"GET /page?n=1 HTTP/1.1\r\nhost: api.example.test\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with("page one"), "{answer}");
    assert_eq!(finish(session).await.exchanges[0].url, "http://api.example.test/page?n=1");
}

#[tokio::test]
async fn plain_http_is_spoken_inside_a_tunnel_too() {
    let (session, _authority) = play(PAGE).await;
    let mut socket = connect(&session).await;
    socket
        .write_all(b"CONNECT api.example.test:80 HTTP/1.1\r\nhost: api.example.test:80\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(read_until(&mut socket, "\r\n\r\n").await, "HTTP/1.1 200 OK\r\n\r\n");
    for _ in 0..2 {
        socket.write_all(b"GET /page?n=1 HTTP/1.1\r\nhost: api.example.test\r\n\r\n").await.unwrap();
        read_until(&mut socket, "page one").await;
    }
    let journal = finish(session).await;
    assert_eq!((journal.exchanges.len(), journal.faults.len()), (2, 0), "{journal:?}");
}

#[tokio::test]
async fn a_client_need_not_wait_for_its_tunnel() {
    let (session, _authority) = play(PAGE).await;
    let both = b"CONNECT api.example.test:80 HTTP/1.1\r\n\r\nGET /page?n=1 HTTP/1.0\r\n\r\n";
    let answer = raw(&session, both).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n\r\nHTTP/1.0 201 ") && answer.ends_with("page one"),
        "{answer}"
    );
    assert_eq!(finish(session).await.exchanges[0].url, "http://api.example.test/page?n=1");
}

#[tokio::test]
async fn a_tunnel_gives_the_port_that_a_host_header_leaves_out() {
    let (session, _authority) = play(PAGE).await;
    raw(
        &session,
        b"CONNECT a.test:8080 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(finish(session).await.exchanges[0].url, "http://a.test:8080/");
}

#[tokio::test]
async fn head_204_and_304_have_no_body() {
    let (session, _authority) = play(
        r#"{"request": {"method": "HEAD", "url": "http://a.test/"},
            "response": {"status": 200, "headers": [["content-length", "1234"]]}},
        {"request": {"method": "DELETE", "url": "http://a.test/"}, "response": {"status": 204}},
        {"request": {"method": "GET", "url": "http://a.test/"},
            "response": {"status": 304, "headers": [["etag", "\"1\""]]}},
        {"request": {"method": "GET", "url": "http://a.test/empty"}, "response": {"status": 200}}"#,
    )
    .await;
    let mut socket = connect(&session).await;
    for (request, answer) in [
        ("HEAD /", "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n"),
        ("DELETE /", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET /", "HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n"),
        ("GET /empty", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        // A miss is told to HEAD in the status line alone.
        ("HEAD /other", "HTTP/1.1 599 No Recorded Answer\r\ncontent-type: application/json\r\n\r\n"),
    ] {
        socket.write_all(format!("{request} HTTP/1.1\r\nhost: a.test\r\n\r\n").as_bytes()).await.unwrap();
        assert_eq!(read_until(&mut socket, "\r\n\r\n").await, answer, "{request}");
    }
}
