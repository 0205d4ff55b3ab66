use std::sync::Arc;

use connector_replay::{Authority, FaultKind, Session};
use http::Version;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use crate::{client, connect, finish, play, raw, read_until};

const ITEM: &str = r#"{"request": {"method": "GET", "url": "https://api.example.test/item"},
    "response": {"status": 200, "headers": [["content-type", "application/json"], ["connection", "keep-alive"]],
        "body": {"json": {"id": 12345678901234567890123, "rate": 1.10}}}, "repeat": true}"#;

#[tokio::test]
async fn http_1_and_2_are_spoken_over_tls() {
    let (session, authority) = play(ITEM).await;
    let one = client(&session, &authority).http1_only().build().unwrap();
    let two = client(&session, &authority).build().unwrap();
    for (client, version) in [(one, Version::HTTP_11), (two, Version::HTTP_2)] {
        let answer = client.get("https://API.example.test/item").send().await.unwrap();
        assert_eq!(answer.version(), version);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), r#"{"id":12345678901234567890123,"rate":1.10}"#);
    }
    let journal = finish(session).await;
    assert_eq!(journal.exchanges[1].url, "https://api.example.test/item");
    assert_eq!(journal.faults.len(), 0, "{journal:?}");
}

#[tokio::test]
async fn http_2_carries_bodies_misses_and_head() {
    let (session, authority) = play(
        r#"{"request": {"method": "POST", "url": "https://a.test/", "body": {"json": {"q": 1}}},
            "response": {"status": 201, "headers": [["transfer-encoding", "chunked"]], "body": {"text": "made"}}},
        {"request": {"method": "HEAD", "url": "https://a.test/"},
            "response": {"status": 200, "headers": [["content-length", "77"]]}}"#,
    )
    .await;
    let client = client(&session, &authority).build().unwrap();
    let made = client.post("https://a.test/").body(r#"{ "q": 1 }"#).send().await.unwrap();
    assert_eq!((made.status().as_u16(), made.text().await.unwrap().as_str()), (201, "made"));
    let head = client.head("https://a.test/").send().await.unwrap();
    assert_eq!(
        (head.version(), &head.headers()["content-length"]),
        (Version::HTTP_2, &"77".parse().unwrap())
    );
    assert_eq!(client.get("https://a.test/").send().await.unwrap().status().as_u16(), 599);
    assert_eq!(finish(session).await.faults.len(), 0);
}

#[tokio::test]
async fn an_address_can_be_a_host() {
    for (authority, address) in [("10.1.2.3:8443", "10.1.2.3"), ("[fd00::1]:8443", "fd00::1")] {
        let (session, trusted) = play(&format!(
            r#"{{"request": {{"method": "GET", "url": "https://{authority}/"}}, "response": {{"status": 204}}}}"#
        ))
        .await;
        let mut socket = connect(&session).await;
        socket.write_all(format!("CONNECT {authority} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
        read_until(&mut socket, "\r\n\r\n").await;
        // By hand, since reqwest takes the brackets of an address for a part of its name.
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted.certificate()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(address).unwrap();
        let mut secured = TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
        secured.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        secured.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_authority_is_a_fault_with_its_host() {
    let (session, _authority) = play(ITEM).await;
    let stranger = Authority::new().unwrap();
    let client = client(&session, &stranger).build().unwrap();
    assert!(client.get("https://api.example.test/item").send().await.is_err());
    let journal = finish(session).await;
    let [fault] = journal.faults.as_slice() else { panic!("one fault: {journal:?}") };
    assert_eq!((fault.kind, fault.target.as_deref()), (FaultKind::Handshake, Some("api.example.test")));
    assert!(fault.reason.contains("UnknownCA"), "{fault}");
    assert_eq!(journal.unasked.len(), 1);
}

/// A client that asks for TLS to a host, and hangs up instead of going on.
async fn hang_up(session: &Session, host: &str) {
    let start = format!("CONNECT {host}:443 HTTP/1.1\r\n\r\n\x16\x03\x01");
    let mut socket = connect(session).await;
    socket.write_all(start.as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    socket.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn who_hangs_up_in_a_handshake_is_a_fault_unless_tls_is_agreed_on_for_that_host() {
    let (session, authority) = play(ITEM).await;
    let client = client(&session, &authority).build().unwrap();
    hang_up(&session, "api.example.test").await;
    client.get("https://api.example.test/item").send().await.unwrap();
    hang_up(&session, "API.example.test").await;
    hang_up(&session, "other.test").await;
    let journal = finish(session).await;
    let [fault] = journal.faults.as_slice() else { panic!("one fault: {journal:?}") };
    assert_eq!((fault.kind, fault.target.as_deref()), (FaultKind::Handshake, Some("other.test")));
}

#[tokio::test]
async fn garbage_in_a_tunnel_is_a_fault_with_its_host() {
    let (session, _authority) = play(ITEM).await;
    for garbage in ["\x16\x03\x01no hello", "SSH-2.0-x\r\n\r\n", "\0\0\0\0"] {
        let answer =
            raw(&session, format!("CONNECT API.example.test:443 HTTP/1.1\r\n\r\n{garbage}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n\r\n") && !answer.contains("12345"), "{answer}");
    }
    let journal = finish(session).await;
    let kinds: Vec<_> = journal.faults.iter().map(|fault| (fault.kind, fault.target.as_deref())).collect();
    let host = Some("api.example.test");
    assert_eq!(
        kinds,
        [(FaultKind::Handshake, host), (FaultKind::Head, host), (FaultKind::Head, host)],
        "{journal:?}"
    );
}
