use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::Scene;
use crate::server::{answer, saying};

const TEXT: &[u8] = br#"{"id":1}"#;
/// The same, as brotli.
const BROTLI: [u8; 12] = [139, 3, 128, 123, 34, 105, 100, 34, 58, 49, 125, 3];

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn the_client_gets_gzip_as_it_came_and_the_take_what_is_in_it() {
    let server = MockServer::start().await;
    let response =
        ResponseTemplate::new(200).insert_header("content-encoding", "gzip").set_body_bytes(gzip(TEXT));
    Mock::given(header("accept-encoding", "gzip")).respond_with(response).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let asked = scene.client().get("https://api.test/").header("accept-encoding", "zstd, br, gzip");
    let got = asked.send().await.unwrap();
    assert_eq!(got.headers()["content-encoding"], "gzip");
    assert_eq!(*got.bytes().await.unwrap(), gzip(TEXT));
    let cut = scene.finish().await;
    assert_eq!(
        (&*cut.take().body, &cut.take().headers["content-encoding"]),
        (TEXT, &"gzip".parse().unwrap())
    );
    assert_eq!(cut.take().request.headers["accept-encoding"], "zstd, br, gzip");
}

#[tokio::test]
async fn a_client_that_wants_no_gzip_is_asked_for_as_one() {
    let server = MockServer::start().await;
    Mock::given(header("accept-encoding", "identity"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(TEXT))
        .mount(&server)
        .await;
    let scene = Scene::new(&server.uri()).await;
    let got = scene.client().get("https://api.test/").header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(&*got.bytes().await.unwrap(), TEXT);
    assert_eq!(scene.finish().await.take().body, TEXT);
}

#[tokio::test]
async fn brotli_that_nobody_asked_for_is_passed_on_and_read() {
    let scene = Scene::new(&saying(answer("content-encoding: br\r\n", &BROTLI)).await).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!(got.headers()["content-encoding"], "br");
    assert_eq!(&*got.bytes().await.unwrap(), BROTLI);
    let cut = scene.finish().await;
    assert_eq!(&*cut.take().body, TEXT);
    assert!(!cut.take().headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn what_cannot_be_read_is_not_passed_on() {
    for (coding, wanted) in [
        ("zstd", "GET https://api.test: its answer cannot be recorded: its content-encoding is \"zstd\""),
        ("gzip", "GET https://api.test: its answer cannot be recorded: the body is not the gzip"),
    ] {
        let bytes = answer(&format!("content-encoding: {coding}\r\n"), b"no such thing");
        let scene = Scene::new(&saying(bytes).await).await;
        let got = scene.client().get("https://api.test/").send().await.unwrap();
        assert_eq!(got.status().as_u16(), 502);
        let text = got.text().await.unwrap();
        assert!(text.starts_with(r#"{"error":"GET https://api.test: its answer"#), "{text}");
        let cut = scene.finish().await;
        assert!(cut.reason().starts_with(wanted), "{}", cut.reason());
    }
}

#[tokio::test]
async fn a_compressed_body_of_a_request_is_sent_on_as_what_is_in_it() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let asked = scene.client().post("https://api.test/").header("content-encoding", "gzip").body(gzip(TEXT));
    asked.send().await.unwrap();
    let cut = scene.finish().await;
    assert_eq!(cut.take().request.body, TEXT);
    let [heard] = server.received_requests().await.unwrap().try_into().unwrap();
    assert_eq!((&*heard.body, heard.headers.get("content-encoding")), (TEXT, None));
}
