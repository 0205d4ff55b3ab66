//! A session over real sockets: what clients of every kind are sent, and what the journal says of them.

#![expect(clippy::unwrap_used, reason = "clippy takes what tests share for no test")]

mod body;
mod document;
mod fault;
mod journal;
mod plain;
mod proxy;
mod secure;
mod terms;

use std::fs;
use std::time::Duration;

use connector_replay::{Authority, Cassette, Journal, Player, Session, Terms};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Past it, a test hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A session that plays interactions, and the authority to trust.
async fn play(interactions: &str) -> (Session, Authority) {
    let text = format!(r#"{{"cassette": 1, "interactions": [{interactions}]}}"#);
    let authority = Authority::new().unwrap();
    let cassette = Cassette::parse(&text, "test", &Terms::default()).unwrap();
    (Session::start(&authority, Player::new(cassette)).await.unwrap(), authority)
}

/// A client that goes through the session and trusts the authority, and nothing else.
fn client(session: &Session, authority: &Authority) -> ClientBuilder {
    through(&session.proxy_url(), authority)
}

fn through(proxy: &str, authority: &Authority) -> ClientBuilder {
    // An error says that another test was first.
    rustls::crypto::ring::default_provider().install_default().ok();
    let certificate = Certificate::from_pem(&fs::read(authority.certificate()).unwrap()).unwrap();
    Client::builder().proxy(Proxy::all(proxy).unwrap()).tls_certs_only([certificate]).timeout(PATIENCE)
}

/// Sends bytes on a connection of its own, whatever they are, and reads until the server closes it.
async fn raw(session: &Session, bytes: &[u8]) -> String {
    let mut socket = connect(session).await;
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the server closes").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

async fn connect(session: &Session) -> TcpStream {
    TcpStream::connect(session.proxy_url().strip_prefix("http://").unwrap()).await.unwrap()
}

/// Reads until what has come ends in `end`.
async fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(end.as_bytes()) {
        let byte = timeout(PATIENCE, socket.read_u8()).await.expect("an answer in time");
        answer
            .push(byte.unwrap_or_else(|error| panic!("{error} after {}", String::from_utf8_lossy(&answer))));
    }
    String::from_utf8(answer).unwrap()
}

async fn finish(session: Session) -> Journal {
    timeout(PATIENCE, session.finish()).await.expect("a session that finishes")
}
