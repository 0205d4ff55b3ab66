use connector_replay::{FaultKind, Journal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{connect, finish, play, raw, read_until};

fn faults(journal: &Journal) -> Vec<(FaultKind, &str)> {
    journal.faults.iter().map(|fault| (fault.kind, fault.target.as_deref().unwrap_or_default())).collect()
}

#[tokio::test]
async fn a_client_that_hangs_up_within_its_body_is_a_fault() {
    let (session, _authority) = play("").await;
    for start in ["content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n9\r\nhalf"] {
        let mut socket = connect(&session).await;
        socket.write_all(format!("POST http://a.test/up HTTP/1.1\r\n{start}").as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        read_until(&mut socket, "}").await;
    }
    let journal = finish(session).await;
    let cut = (FaultKind::Body, "http://a.test/up");
    assert_eq!(faults(&journal), [cut, cut], "{journal:?}");
    assert_eq!(journal.exchanges.len(), 0);
}

#[tokio::test]
async fn a_client_that_hangs_up_within_a_head_is_a_fault() {
    let (session, _authority) = play("").await;
    let mut socket = connect(&session).await;
    socket.write_all(b"GET http://a.test/ HTTP/1.1\r\nhost").await.unwrap();
    socket.shutdown().await.unwrap();
    assert_eq!(socket.read(&mut [0; 10]).await.unwrap(), 0, "closed");
    let journal = finish(session).await;
    assert_eq!(faults(&journal), [(FaultKind::Head, "")], "{journal:?}");
}

#[tokio::test]
async fn a_request_that_does_not_read_is_refused_and_a_fault() {
    for (request, kind, target) in [
        ("GET / HTTP/1.1\r\n", FaultKind::Head, ""),
        ("GET / HTTP/1.1\r\nhost: a b\r\n", FaultKind::Head, ""),
        ("GET ftp://a.test/ HTTP/1.1\r\n", FaultKind::Head, ""),
        ("CONNECT / HTTP/1.1\r\n", FaultKind::Head, ""),
        (
            "POST http://a.test/ HTTP/1.1\r\ncontent-encoding: gzip\r\ncontent-length: 0004\r\n",
            FaultKind::Body,
            "http://a.test/",
        ),
    ] {
        let (session, _authority) = play("").await;
        let answer = raw(&session, format!("{request}connection: close\r\n\r\nbody").as_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 501 "),
            "{request} {answer}"
        );
        let journal = finish(session).await;
        assert_eq!(faults(&journal), [(kind, target)], "{request} {journal:?}");
    }
}

#[tokio::test]
async fn a_client_that_goes_between_requests_is_no_fault() {
    let (session, _authority) = play("").await;
    drop(connect(&session).await);
    let mut socket = connect(&session).await;
    socket.write_all(b"CONNECT a.test:443 HTTP/1.1\r\n\r\n").await.unwrap();
    read_until(&mut socket, "\r\n\r\n").await;
    drop(socket);
    let mut socket = connect(&session).await;
    socket.write_all(b"GET http://a.test/ HTTP/1.1\r\n\r\n").await.unwrap();
    read_until(&mut socket, "}").await;
    drop(socket);
    assert_eq!(faults(&finish(session).await), []);
}

#[tokio::test]
async fn a_session_finishes_although_clients_stay() {
    let (session, _authority) = play("").await;
    let mut fresh = connect(&session).await;
    let mut idle = connect(&session).await;
    idle.write_all(b"GET http://a.test/ HTTP/1.1\r\n\r\n").await.unwrap();
    read_until(&mut idle, "]}").await;
    let mut tunnel = connect(&session).await;
    tunnel.write_all(b"CONNECT a.test:443 HTTP/1.1\r\n\r\n").await.unwrap();
    read_until(&mut tunnel, "\r\n\r\n").await;
    assert_eq!(faults(&finish(session).await), []);
    for socket in [&mut fresh, &mut idle, &mut tunnel] {
        assert_eq!(socket.read(&mut [0; 10]).await.unwrap_or_default(), 0, "closed");
    }
}

#[tokio::test]
async fn a_request_that_is_under_way_when_a_session_ends_is_cut_and_a_fault() {
    let (session, _authority) = play("").await;
    let mut socket = connect(&session).await;
    // The interim answer shows that the head was read.
    socket
        .write_all(b"POST http://a.test/ HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n")
        .await
        .unwrap();
    read_until(&mut socket, "\r\n\r\n").await;
    let journal = finish(session).await;
    assert_eq!(faults(&journal), [(FaultKind::Connection, "")], "{journal:?}");
    assert!(journal.faults[0].reason.contains("1 connections were cut"), "{journal:?}");
}
