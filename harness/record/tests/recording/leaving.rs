use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::server::acting;
use crate::{PATIENCE, Scene};

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_leaves_a_failure_and_the_server_in_peace() {
    let (asked, left) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (heard, gone) = (Arc::clone(&asked), Arc::clone(&left));
    let base = acting(move |mut socket, _| {
        let (heard, gone) = (Arc::clone(&heard), Arc::clone(&gone));
        async move {
            heard.notify_one();
            socket.read_to_end(&mut Vec::new()).await.ok();
            gone.notify_one();
        }
    })
    .await;
    let scene = Scene::new(&base).await;
    let address = scene.session.proxy_url();
    let mut socket = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    socket.write_all(b"GET http://api.test/slow HTTP/1.1\r\nhost: api.test\r\n\r\n").await.unwrap();
    timeout(PATIENCE, asked.notified()).await.expect("the server is asked");
    drop(socket);
    timeout(PATIENCE, left.notified()).await.expect("the server is left");
    let cut = scene.finish().await;
    assert_eq!((cut.takes.len(), cut.failures.len()), (0, 1));
    let wanted = "it was given up before the answer was there: the client left, or the session ended";
    assert_eq!(cut.failures[0].reason, wanted);
    assert_eq!(cut.failures[0].url, "http://api.test/slow");
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_its_request_asks_nothing() {
    let base = acting(|_, head| async move { panic!("asked for {head}") }).await;
    let scene = Scene::new(&base).await;
    let address = scene.session.proxy_url();
    let mut socket = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    socket.write_all(b"PUT http://api.test/ HTTP/1.1\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
    socket.shutdown().await.unwrap();
    timeout(PATIENCE, socket.read_to_end(&mut Vec::new())).await.expect("the session closes").ok();
    let cut = scene.finish().await;
    assert_eq!((cut.takes.len(), cut.failures.len(), cut.journal.faults.len()), (0, 0, 1));
}
