use connector_replay::Outcome;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::server::{answer, saying};
use crate::{Scene, values};

#[tokio::test]
async fn an_answer_goes_to_the_client_and_onto_the_reel_under_the_url_that_was_asked() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(201).set_body_raw(r#"{"id": 1.0}"#, "application/json");
    Mock::given(path("/v1/items")).respond_with(response).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let client = scene.client();
    for scheme in ["http", "https"] {
        let sent = client.put(format!("{scheme}://api.test/v1/items?a=%20b&a")).body("asked").send();
        let got = sent.await.unwrap();
        assert_eq!(
            (got.status().as_u16(), &got.headers()["content-type"]),
            (201, &"application/json".parse().unwrap())
        );
        assert_eq!(got.text().await.unwrap(), r#"{"id": 1.0}"#);
    }
    let cut = scene.finish().await;
    assert_eq!(cut.takes.len(), 2);
    for (take, scheme) in cut.takes.iter().zip(["http", "https"]) {
        assert_eq!(take.request.target.to_string(), format!("{scheme}://api.test/v1/items?a=%20b&a"));
        assert_eq!((take.request.method.as_str(), &*take.request.body), ("PUT", &b"asked"[..]));
        assert_eq!((take.track, take.status.as_u16(), &*take.body), (7, 201, &br#"{"id": 1.0}"#[..]));
        assert_eq!(take.headers["content-type"], "application/json");
        assert!(!take.headers.contains_key("content-length"), "{:?}", take.headers);
    }
    assert!(cut.takes[0].sequence < cut.takes[1].sequence && cut.takes[0].began <= cut.takes[1].began);
    assert!(cut.journal.exchanges.iter().all(|exchange| exchange.outcome == Outcome::Forwarded));
}

#[tokio::test]
async fn every_cookie_is_passed_on_and_none_is_sent_back() {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(200)
        .append_header("set-cookie", "a=1; Path=/")
        .append_header("set-cookie", "b=2; HttpOnly");
    Mock::given(any()).respond_with(response).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let client = scene.client();
    for _ in 0..2 {
        let got = client.get("https://api.test/").send().await.unwrap();
        assert_eq!(values(got.headers(), "set-cookie"), [b"a=1; Path=/", &b"b=2; HttpOnly"[..]]);
    }
    let cut = scene.finish().await;
    assert_eq!(values(&cut.takes[1].headers, "set-cookie"), [b"a=1; Path=/", &b"b=2; HttpOnly"[..]]);
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|request| !request.headers.contains_key("cookie")), "{asked:?}");
}

#[tokio::test]
async fn no_content_has_no_body() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let got = scene.client().delete("https://api.test/x").send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.bytes().await.unwrap().len()), (204, 0));
    let cut = scene.finish().await;
    assert_eq!((cut.take().status.as_u16(), cut.take().body.len()), (204, 0));
}

#[tokio::test]
async fn the_answer_to_head_says_how_long_the_body_would_be() {
    let base = saying("HTTP/1.1 200 OK\r\ncontent-length: 1234\r\ncontent-encoding: gzip\r\n\r\n").await;
    for scheme in ["http", "https"] {
        let scene = Scene::new(&base).await;
        let got = scene.client().head(format!("{scheme}://api.test/x")).send().await.unwrap();
        assert_eq!(
            (&got.headers()["content-length"], got.status().as_u16()),
            (&"1234".parse().unwrap(), 200)
        );
        assert_eq!(got.bytes().await.unwrap().len(), 0);
        let cut = scene.finish().await;
        assert_eq!(cut.take().headers["content-length"], "1234");
        assert_eq!(
            (&cut.take().headers["content-encoding"], cut.take().body.len()),
            (&"gzip".parse().unwrap(), 0)
        );
    }
}

#[tokio::test]
async fn repeated_headers_and_bytes_that_are_no_text_stay_as_they_are() {
    let mut bytes = b"HTTP/1.1 200 OK\r\nx-twice: b\r\nX-Twice: a\r\nx-raw: \xff\x80\r\n".to_vec();
    bytes.extend_from_slice(b"content-length: 4\r\n\r\n\xff\xfe\x00\x01");
    let scene = Scene::new(&saying(bytes).await).await;
    let got = scene.client().get("http://api.test/").send().await.unwrap();
    assert_eq!(values(got.headers(), "x-twice"), [b"b", b"a"]);
    assert_eq!(values(got.headers(), "x-raw"), [b"\xff\x80"]);
    assert_eq!(&*got.bytes().await.unwrap(), b"\xff\xfe\x00\x01");
    let cut = scene.finish().await;
    assert_eq!(values(&cut.take().headers, "x-twice"), [b"b", b"a"]);
    assert_eq!(values(&cut.take().headers, "x-raw"), [b"\xff\x80"]);
    assert_eq!(&*cut.take().body, b"\xff\xfe\x00\x01");
}

#[tokio::test]
async fn what_comes_before_the_answer_is_no_answer() {
    let early = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";
    let base = saying([&early[..], &answer("", b"body")].concat()).await;
    let scene = Scene::new(&base).await;
    let got = scene.client().get("http://api.test/").send().await.unwrap();
    assert_eq!((got.status().as_u16(), got.text().await.unwrap().as_str()), (200, "body"));
    let cut = scene.finish().await;
    assert_eq!(cut.take().status.as_u16(), 200);
    assert!(!cut.take().headers.contains_key("link"));
}
