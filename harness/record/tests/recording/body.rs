use std::fs;

use tokio::io::AsyncWriteExt as _;

use crate::Scene;
use crate::server::{acting, answer, saying};

#[tokio::test]
async fn what_came_in_chunks_goes_in_chunks() {
    let base =
        saying("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n").await;
    for scheme in ["http", "https"] {
        let scene = Scene::new(&base).await;
        let got = scene.client().get(format!("{scheme}://api.test/")).send().await.unwrap();
        // HTTP/2, which is spoken over TLS here, has no such header.
        assert_eq!(got.headers().contains_key("transfer-encoding"), scheme == "http");
        assert!(!got.headers().contains_key("content-length"), "{:?}", got.headers());
        assert_eq!(got.text().await.unwrap(), "body");
        let cut = scene.finish().await;
        assert_eq!(cut.take().headers["transfer-encoding"], "chunked");
        assert_eq!(cut.take().body, "body");
    }
}

#[tokio::test]
async fn a_body_that_ends_with_its_connection_is_whole() {
    let scene = Scene::new(&saying("HTTP/1.0 200 OK\r\n\r\nbody").await).await;
    let got = scene.client().get("http://api.test/").send().await.unwrap();
    assert_eq!(got.headers()["content-length"], "4");
    assert_eq!(got.text().await.unwrap(), "body");
    let cut = scene.finish().await;
    assert!(!cut.take().headers.contains_key("transfer-encoding"));
    assert_eq!(cut.take().body, "body");
}

#[tokio::test]
async fn binary_is_kept_to_the_byte() {
    let body: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let scene = Scene::new(&saying(answer("content-type: image/png\r\n", &body)).await).await;
    let got = scene.client().get("https://api.test/x.png").send().await.unwrap();
    assert!(got.bytes().await.unwrap() == body);
    assert!(scene.finish().await.take().body == body);
}

const LONG: usize = 100 << 20;

/// A hundred megabytes, and no more of them in memory at once than twice: one for the recorder, one for the wire.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_long_body_is_held_but_once() {
    let base = acting(|mut socket, _| async move {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LONG}\r\n\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..LONG / piece.len() {
            socket.write_all(&piece).await.unwrap();
        }
    })
    .await;
    let scene = Scene::new(&base).await;
    let before = peak();
    let mut got = scene.client().get("http://api.test/").send().await.unwrap();
    let mut length = 0;
    while let Some(piece) = got.chunk().await.unwrap() {
        length += piece.len();
    }
    let grown = peak() - before;
    assert_eq!(length, LONG);
    assert!(grown < 2 * LONG, "{} MiB", grown >> 20);
    let cut = scene.finish().await;
    assert!(cut.take().body.len() == LONG && cut.take().body.iter().all(|byte| *byte == b'x'));
}

/// The most memory that this process ever had, in bytes.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}
