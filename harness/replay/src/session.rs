use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::uri::Authority as HostAndPort;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::exchange::{BaseUrl, Desk};
use crate::journal::Log;
use crate::limits::Limits;
use crate::{Authority, Error, FaultKind, Journal, Responder, Scheme, Target, connection};

/// A server on a free port of the loopback interface, until it is finished or dropped.
///
/// It answers whatever host a client asks for: as a proxy (plain, or through `CONNECT` with TLS or without), and
/// directly, with the host of the request's own `Host` header.
#[derive(Debug)]
pub struct Session {
    address: SocketAddr,
    desk: Arc<Desk>,
    /// Dropped to stop.
    stop: watch::Sender<()>,
    /// One per listener.
    serving: Vec<JoinHandle<()>>,
}

impl Session {
    /// Starts to serve on the current tokio runtime. Clients are served from the moment this returns.
    ///
    /// # Errors
    /// [`Error::Listen`] where no port can be had.
    pub async fn start(authority: &Authority, responder: impl Responder) -> Result<Session, Error> {
        Session::start_within(Limits::default(), authority, responder, None).await
    }

    /// Starts to serve likewise; what is asked of [`Session::base_url`] is taken as asked of the host of `part`.
    ///
    /// In what it answers to that, headers that a client follows name the base URL in the place of the host. Bodies stay as
    /// they are.
    ///
    /// # Errors
    /// [`Error::Listen`] where no port can be had.
    pub async fn start_as(
        part: Target,
        authority: &Authority,
        responder: impl Responder,
    ) -> Result<Session, Error> {
        Session::start_within(Limits::default(), authority, responder, Some(part)).await
    }

    async fn start_within(
        limits: Limits,
        authority: &Authority,
        responder: impl Responder,
        part: Option<Target>,
    ) -> Result<Session, Error> {
        let listen = |source| Error::Listen { source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let part = part.map(|meant| BaseUrl { own: own(address), meant });
        let (responder, mint) = (Arc::new(responder), authority.mint());
        let desk = Arc::new(Desk { responder, mint, log: Log::new(), limits, part });
        let mut session = Session { address, desk, stop: watch::Sender::new(()), serving: Vec::new() };
        session.serve(listener, |_| None);
        Ok(session)
    }

    /// Serves what comes to another listener too, as it serves its own address.
    ///
    /// # Errors
    /// [`Error::Listen`] where the listener cannot be listened to.
    pub fn listen(&mut self, listener: std::net::TcpListener) -> Result<(), Error> {
        self.serve(adopt(listener)?, |_| None);
        Ok(())
    }

    /// Serves what comes to a listener that stands in the place of others: a client that dials an address there means
    /// the host that `name_of` knows by it or, where that is none, the address itself.
    ///
    /// That host serves where a request names none, and where TLS is begun without a name.
    ///
    /// # Errors
    /// [`Error::Listen`] where the listener cannot be listened to.
    pub fn intercept(
        &mut self,
        listener: std::net::TcpListener,
        name_of: impl Fn(IpAddr) -> Option<String> + Send + 'static,
    ) -> Result<(), Error> {
        self.serve(adopt(listener)?, move |dialled| {
            let host = name_of(dialled.ip());
            let authority = host.map(|host| format!("{host}:{}", dialled.port()));
            authority.unwrap_or_else(|| dialled.to_string()).parse().ok()
        });
        Ok(())
    }

    fn serve(
        &mut self,
        listener: TcpListener,
        meant: impl Fn(SocketAddr) -> Option<HostAndPort> + Send + 'static,
    ) {
        let serving = serve(Arc::clone(&self.desk), listener, meant, self.stop.subscribe());
        self.serving.push(tokio::spawn(serving));
    }

    /// The port of its own address.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What to give a client as `HTTP_PROXY` and `HTTPS_PROXY`: `http://127.0.0.1:PORT`.
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What to give a client in the place of the URL of a host: `http://127.0.0.1:PORT`, without a slash at the end.
    ///
    /// For one that can be told neither a proxy nor whom to trust. See [`Session::start_as`].
    pub fn base_url(&self) -> String {
        own(self.address).origin()
    }

    /// Stops to accept, closes all connections, and hands out what happened.
    ///
    /// Returns at once, or a quarter of a second later where exchanges are under way that do not come to their end.
    pub async fn finish(self) -> Journal {
        drop(self.stop);
        for serving in self.serving {
            note(&self.desk, serving.await);
        }
        let mut journal = self.desk.log.take();
        journal.unasked = self.desk.responder.unasked();
        journal
    }
}

fn own(address: SocketAddr) -> Target {
    let (host, path) = (address.ip().to_string(), "/".to_owned());
    Target { scheme: Scheme::Http, host, port: address.port(), path, query: None }
}

fn adopt(listener: std::net::TcpListener) -> Result<TcpListener, Error> {
    let adopted = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    adopted.map_err(|source| Error::Listen { source })
}

/// `meant` is where a client that dials an address wants to go; `None` where it says so itself.
async fn serve(
    desk: Arc<Desk>,
    listener: TcpListener,
    meant: impl Fn(SocketAddr) -> Option<HostAndPort>,
    mut stop: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            accepted = listener.accept() => {
                match accepted.and_then(|(socket, _)| prepare(socket)) {
                    Ok((socket, dialled)) => {
                        let serving = connection::serve(Arc::clone(&desk), socket, meant(dialled), stop.clone());
                        connections.spawn(serving);
                    }
                    Err(error) => {
                        desk.log.fault(FaultKind::Connection, None, format_args!("a connection was not accepted: {error}"));
                        // Out of file descriptors, as a rule: trying again at once would only spin.
                        sleep(Duration::from_millis(10)).await;
                    }
                }
            }
            Some(ended) = connections.join_next() => note(&desk, ended),
        }
    }
    drop(listener);
    let ending = async {
        while let Some(ended) = connections.join_next().await {
            note(&desk, ended);
        }
    };
    if timeout(desk.limits.grace, ending).await.is_err() {
        let reason =
            format_args!("{} connections were cut when the session ended", connections.len()).to_string();
        desk.log.fault(FaultKind::Connection, None, reason);
        connections.shutdown().await;
    }
}

fn prepare(socket: TcpStream) -> std::io::Result<(TcpStream, SocketAddr)> {
    // A small answer must not wait for the acknowledgement of the one before.
    socket.set_nodelay(true)?;
    let dialled = socket.local_addr()?;
    Ok((socket, dialled))
}

/// A connection's task ends well unless the responder panics.
fn note(desk: &Desk, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        desk.log.fault(FaultKind::Connection, None, error);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::{Answering, Cassette, Player, Request, Terms};

    /// Long for a client on the same machine, short for a test.
    const SHORT: Duration = Duration::from_millis(300);

    /// What the journal says of a client that sends `bytes` and then waits for the server to close.
    async fn faults(bytes: &[u8], responder: impl Responder) -> Vec<(FaultKind, String)> {
        let limits = Limits { handshake: SHORT, idle: SHORT, body: SHORT, body_bytes: 8, grace: SHORT };
        let authority = Authority::new().unwrap();
        let session = Session::start_within(limits, &authority, responder, None).await.unwrap();
        let mut socket = TcpStream::connect(session.address).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        // The end, or a reset where bytes are left unread: closed either way.
        let closed = timeout(Duration::from_secs(20), socket.read_to_end(&mut Vec::new())).await;
        closed.expect("the server closes").ok();
        session.finish().await.faults.into_iter().map(|fault| (fault.kind, fault.reason)).collect()
    }

    fn nothing() -> Player {
        Player::new(
            Cassette::parse(r#"{"cassette": 1, "interactions": []}"#, "test", &Terms::default()).unwrap(),
        )
    }

    #[tokio::test]
    async fn no_wait_is_without_a_limit() {
        let cases = [
            ("", None),
            (
                "GET http://a.test/ HTTP/1.1\r\n",
                Some((FaultKind::Connection, "closed after 300ms without a whole request")),
            ),
            // Done with its request, a client may keep its connection.
            ("GET http://a.test/ HTTP/1.1\r\n\r\n", None),
            (
                "GET http://a.test/ HTTP/1.1\r\n\r\nGET",
                Some((FaultKind::Connection, "closed after 300ms without a whole request")),
            ),
            ("CONNECT a.test:443 HTTP/1.1\r\n\r\n", None),
            ("\x16\x03\x01", Some((FaultKind::Handshake, "no TLS handshake was completed in time"))),
            (
                "PUT http://a.test/ HTTP/1.1\r\ncontent-length: 7\r\n\r\nhalf",
                Some((FaultKind::Body, "no more of the body came within 300ms")),
            ),
            (
                "PUT http://a.test/ HTTP/1.1\r\ncontent-length: 9\r\n\r\nnine byte",
                Some((FaultKind::Body, "the body is longer than 8 bytes")),
            ),
        ];
        let mut clients = JoinSet::new();
        for (bytes, wanted) in cases {
            clients.spawn(async move { (bytes, wanted, faults(bytes.as_bytes(), nothing()).await) });
        }
        while let Some(client) = clients.join_next().await {
            let (bytes, wanted, faults) = client.unwrap();
            let first = faults.first().map(|(kind, reason)| (*kind, reason.as_str()));
            assert_eq!(first, wanted, "{bytes} {faults:?}");
        }
    }

    struct Panicking;

    impl Responder for Panicking {
        fn respond<'a>(&'a self, _: &'a Request) -> Answering<'a> {
            panic!("no answer")
        }
    }

    #[tokio::test]
    async fn a_responder_that_panics_closes_its_connection_and_is_a_fault() {
        let faults = faults(b"GET http://a.test/ HTTP/1.1\r\n\r\n", Panicking).await;
        let [(FaultKind::Connection, reason)] = faults.as_slice() else { panic!("one fault: {faults:?}") };
        assert!(reason.contains("panicked"), "{reason}");
    }

    #[tokio::test]
    async fn a_client_that_dials_a_host_and_names_none_means_that_host() {
        let mut session = Session::start(&Authority::new().unwrap(), nothing()).await.unwrap();
        let bind = || std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (known, unknown, own) = (bind(), bind(), bind());
        let [one, other, third] = [&known, &unknown, &own].map(|it| it.local_addr().unwrap());
        session.intercept(known, |_| Some("api.a.test".to_owned())).unwrap();
        session.intercept(unknown, |_| None).unwrap();
        session.listen(own).unwrap();
        let ask = async |address: SocketAddr, head: &str| {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
            let closed = timeout(Duration::from_secs(20), socket.read_to_end(&mut Vec::new())).await;
            closed.expect("answered and closed").unwrap();
        };
        ask(one, "GET /x HTTP/1.0").await;
        ask(one, "GET /x HTTP/1.1\r\nhost: b.test\r\nconnection: close").await;
        ask(other, "GET /x HTTP/1.0").await;
        ask(third, "GET /x HTTP/1.0").await;
        let journal = session.finish().await;
        let urls: Vec<&str> = journal.exchanges.iter().map(|exchange| exchange.url.as_str()).collect();
        let (one, other) = (one.port(), other.port());
        let wanted = [
            format!("http://api.a.test:{one}/x"),
            format!("http://b.test:{one}/x"),
            format!("http://127.0.0.1:{other}/x"),
        ];
        assert_eq!(urls, wanted);
        assert_eq!(journal.faults[0].reason, "the request names no host");
    }

    #[tokio::test]
    async fn a_session_that_is_dropped_stops_to_serve() {
        let session = Session::start(&Authority::new().unwrap(), nothing()).await.unwrap();
        let mut socket = TcpStream::connect(session.address).await.unwrap();
        drop(session);
        let mut byte = [0];
        let closed = timeout(Duration::from_secs(20), socket.read(&mut byte)).await;
        // A reset where the connection was never accepted.
        assert_eq!(closed.expect("closed").unwrap_or_default(), 0);
    }
}
