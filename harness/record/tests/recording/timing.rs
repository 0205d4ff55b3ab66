use std::time::Duration;

use connector_record::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::interval;

use crate::server::acting;
use crate::{SHORT, Scene};

/// What the only request fails for, within limits that a test can wait for.
async fn reason(limits: Limits, base: &str) -> String {
    let scene = Scene::within(limits, base).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!(got.status().as_u16(), 502);
    let cut = scene.finish().await;
    cut.reason().rsplit_once(&format!("sent to {base}: ")).unwrap().1.to_owned()
}

/// Sends `head` and then a byte every 50 milliseconds: how many, the length of the body says.
async fn dribbling(length: usize) -> String {
    acting(move |mut socket, _| async move {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut ticks = interval(Duration::from_millis(50));
        for _ in 0..length {
            ticks.tick().await;
            if socket.write_all(b"x").await.is_err() {
                return;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_slow_body_comes_whole_as_long_as_something_comes() {
    let idle = Duration::from_secs(1);
    let scene = Scene::within(Limits { idle, ..Limits::default() }, &dribbling(24).await).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "x".repeat(24));
    assert_eq!(scene.finish().await.take().body, "x".repeat(24));
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let limits = Limits { total: SHORT, ..Limits::default() };
    let reason = reason(limits, &dribbling(10_000).await).await;
    assert_eq!(reason, "the answer was not whole within 500ms");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    for (said, wanted) in [
        ("", "nothing came within 500ms"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            "its answer broke off after 4 bytes of the body: nothing came within 500ms",
        ),
    ] {
        let base = acting(move |mut socket, _| async move {
            socket.write_all(said.as_bytes()).await.unwrap();
            socket.read_to_end(&mut Vec::new()).await.ok();
        })
        .await;
        assert_eq!(reason(Limits { idle: SHORT, ..Limits::default() }, &base).await, wanted);
    }
}
