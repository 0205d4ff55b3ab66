use connector_record::Limits;
use tokio::io::AsyncWriteExt as _;

use crate::server::{acting, answer, nobody, saying};
use crate::{Cut, Scene};

/// Asks for a secret path; the client must be told the reason, and not the path.
async fn fail(base: &str) -> Cut {
    let limits = Limits { body_bytes: 64, ..Limits::default() };
    let scene = Scene::within(limits, base).await;
    let got = scene.client().get("https://api.test/canary").send().await.unwrap();
    assert_eq!(
        (got.status().as_u16(), &got.headers()["content-type"]),
        (502, &"application/json".parse().unwrap())
    );
    let told: serde_json::Value = serde_json::from_slice(&got.bytes().await.unwrap()).unwrap();
    let cut = scene.finish().await;
    assert_eq!(told, serde_json::json!({ "error": cut.reason() }));
    assert!(cut.reason().starts_with(&format!("GET https://api.test, sent to {base}: ")), "{}", cut.reason());
    assert!(!cut.reason().contains("canary"), "{}", cut.reason());
    assert_eq!(cut.failures[0].url, "https://api.test/canary");
    assert_eq!((cut.failures[0].track, cut.failures[0].method.as_str()), (7, "GET"));
    cut
}

#[tokio::test]
async fn an_answer_that_does_not_come_whole_is_a_failure_and_no_shorter_answer() {
    for (bytes, wanted) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            "its answer broke off after 4 bytes of the body: ",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "its answer broke off after 4 bytes of the body: ",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-le", "connection closed before message completed"),
        ("", "connection closed before message completed"),
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", "invalid HTTP version parsed"),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "invalid HTTP header parsed"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "its answer broke off after 0 bytes"),
    ] {
        let cut = fail(&saying(bytes).await).await;
        assert!(cut.reason().contains(&format!(": {wanted}")), "{bytes:?}: {}", cut.reason());
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_is_a_failure_before_the_head_and_in_the_body() {
    for (bytes, wanted) in [
        ("", "onnection reset by peer"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "its answer broke off after "),
        // Without a length, the end of the connection would be the end of the body.
        ("HTTP/1.1 200 OK\r\n\r\nhalf", "its answer broke off after "),
    ] {
        let base = acting(move |mut socket, _| async move {
            socket.write_all(bytes.as_bytes()).await.unwrap();
            socket.set_zero_linger().unwrap();
        })
        .await;
        let cut = fail(&base).await;
        assert!(cut.reason().contains(wanted), "{bytes:?}: {}", cut.reason());
    }
}

#[tokio::test]
async fn a_body_past_the_limit_is_a_failure_announced_or_not() {
    for bytes in [answer("", &[b'x'; 65]), [&b"HTTP/1.0 200 OK\r\n\r\n"[..], &[b'x'; 65]].concat()] {
        let cut = fail(&saying(bytes).await).await;
        let wanted = "its answer is longer than 64 bytes, the most that is recorded";
        assert!(cut.reason().ends_with(wanted), "{}", cut.reason());
    }
}

#[tokio::test]
async fn where_nobody_listens_the_address_is_told() {
    let cut = fail(&nobody().await).await;
    assert!(cut.reason().contains("no connection could be made: "), "{}", cut.reason());
    assert!(cut.reason().contains("onnection refused"), "{}", cut.reason());
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_told() {
    let scene = Scene::new("http://127.0.0.1:1").await;
    let got = scene.client().get("http://nowhere.invalid/x").send().await.unwrap();
    assert_eq!(got.status().as_u16(), 502);
    let cut = scene.finish().await;
    assert!(
        cut.reason().starts_with("GET http://nowhere.invalid: no connection could be made: "),
        "{}",
        cut.reason()
    );
}

#[tokio::test]
async fn a_client_that_asks_the_session_itself_is_told_and_does_not_go_in_circles() {
    let scene = Scene::new("http://127.0.0.1:1").await;
    let own = scene.session.proxy_url();
    let got = reqwest::Client::builder().no_proxy().build().unwrap().get(own).send().await.unwrap();
    assert_eq!(got.status().as_u16(), 502);
    let text = got.text().await.unwrap();
    assert!(text.contains("this is the address of the recording itself"), "{text}");
    let cut = scene.finish().await;
    assert_eq!(cut.journal.exchanges.len(), 2);
}
