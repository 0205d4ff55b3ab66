use std::error::Error as _;
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes};
use http::uri::Authority;
use http::{Method, Response, StatusCode};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, Chain, Join};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::exchange::{Desk, Way};
use crate::payload::Payload;
use crate::{FaultKind, Scheme, Via, target};

/// The first byte of a TLS handshake. No HTTP method begins with it.
const TLS: u8 = 0x16;

/// A socket of which something may have been read already.
type Wire = Join<Chain<Cursor<Bytes>, OwnedReadHalf>, OwnedWriteHalf>;

/// A socket, and what was read ahead of it.
struct Socket {
    ahead: Bytes,
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
}

/// Serves one connection to its end, through as many tunnels as the client asks for.
///
/// Where a tunnel leads does not matter: all of them end here. What comes first tells what is spoken. `meant` is where
/// the client wanted to go when it dialled, if that was not here.
pub(crate) async fn serve(
    desk: Arc<Desk>,
    socket: TcpStream,
    meant: Option<Authority>,
    mut stop: watch::Receiver<()>,
) {
    let (read, write) = socket.into_split();
    let mut socket = Socket { ahead: Bytes::new(), read, write };
    let mut way = Way { scheme: Scheme::Http, tunnel: meant, via: Via::Direct };
    while let Some(first) = socket.first_byte(&desk, &mut stop).await {
        let next = match first {
            TLS => {
                secure(&desk, socket.wire(), &way, &mut stop).await;
                None
            }
            _ => http1(&desk, socket.wire(), &way, &mut stop).await,
        };
        match next {
            Some((inner, tunnel)) => (socket, way.tunnel, way.via) = (inner, Some(tunnel), Via::Proxy),
            None => return,
        }
    }
}

impl Socket {
    /// Looks at the next byte without taking it; `None` where none will come.
    async fn first_byte(&mut self, desk: &Desk, stop: &mut watch::Receiver<()>) -> Option<u8> {
        if let Some(first) = self.ahead.first() {
            return Some(*first);
        }
        let mut byte = [0];
        tokio::select! {
            peeked = timeout(desk.limits.idle, self.read.peek(&mut byte)) => match peeked {
                Ok(Ok(1..)) => Some(byte[0]),
                // A client may open a connection for later and never need it.
                Ok(Ok(0) | Err(_)) | Err(_) => None,
            },
            _ = stop.changed() => None,
        }
    }

    fn wire(self) -> Wire {
        tokio::io::join(AsyncReadExt::chain(Cursor::new(self.ahead), self.read), self.write)
    }
}

/// Agrees on TLS as whatever host the client wants to see, then on HTTP/1.1 or HTTP/2.
async fn secure(desk: &Arc<Desk>, wire: Wire, way: &Way, stop: &mut watch::Receiver<()>) {
    let mut host = way.tunnel.as_ref().map(target::host);
    let agreed = timeout(desk.limits.handshake, handshake(desk, wire, &mut host)).await;
    let line =
        match agreed.unwrap_or_else(|_| Err(io::Error::other("no TLS handshake was completed in time"))) {
            Ok(line) => line,
            Err(error) if is_gone(&error) => return desk.log.hung_up(host.as_deref(), error),
            Err(error) => return desk.log.fault(FaultKind::Handshake, host.as_deref(), error),
        };
    desk.log.trusted(host.as_deref());
    let way = Way { scheme: Scheme::Https, ..way.clone() };
    if line.get_ref().1.alpn_protocol() == Some(b"h2") {
        http2(desk, line, &way, stop).await;
    } else {
        http1(desk, line, &way, stop).await;
    }
}

/// `host` is where the tunnel leads; the name that the client sends goes before it, and is left there for messages.
async fn handshake(desk: &Desk, wire: Wire, host: &mut Option<String>) -> io::Result<TlsStream<Wire>> {
    let hello = LazyConfigAcceptor::new(Acceptor::default(), wire).await?;
    if let Some(name) = hello.client_hello().server_name() {
        *host = Some(name.to_ascii_lowercase());
    }
    // A client sends no name for an address. One that names nothing at all has dialled this server itself.
    let name = host.as_deref().unwrap_or("127.0.0.1").trim_start_matches('[').trim_end_matches(']');
    let config = desk.mint.config(name).map_err(io::Error::other)?;
    hello.into_stream(config).await
}

/// Serves HTTP/1 until the client or the session ends it, or the client asks for a tunnel: then hands that back.
async fn http1<S>(
    desk: &Arc<Desk>,
    line: S,
    way: &Way,
    stop: &mut watch::Receiver<()>,
) -> Option<(Socket, Authority)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let tunnel = Mutex::new(None);
    let used = AtomicBool::new(false);
    let service = service_fn(async |mut request: http::Request<_>| {
        used.store(true, Ordering::Relaxed);
        if request.method() != Method::CONNECT {
            return Ok::<_, std::convert::Infallible>(desk.exchange(way, request).await);
        }
        let upgrade = hyper::upgrade::on(&mut request);
        Ok(match request.uri().authority() {
            Some(authority) if way.scheme == Scheme::Http => {
                *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some((upgrade, authority.clone()));
                Response::new(Payload::empty())
            }
            _ => no_tunnel(desk),
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.idle)
        // The recording says what the date was.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(line), service)
        .with_upgrades();
    let ended = drive(Pin::new(&mut connection), stop, http1::UpgradeableConnection::graceful_shutdown).await;
    // A client may keep a connection that it is done with.
    let idle = ended.as_ref().is_err_and(hyper::Error::is_timeout)
        && used.load(Ordering::Relaxed)
        && connection.into_parts().is_some_and(|parts| parts.read_buf.is_empty());
    if !idle {
        note(desk, way, ended);
    }
    let (upgrade, authority) = tunnel.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    open(desk, upgrade, authority).await
}

/// Takes the socket back from HTTP, with what the client sent without waiting for its tunnel.
async fn open(desk: &Desk, upgrade: OnUpgrade, authority: Authority) -> Option<(Socket, Authority)> {
    let parts = match upgrade.await {
        // It is one: a tunnel is opened over plain HTTP alone.
        Ok(upgraded) => upgraded.downcast::<TokioIo<Wire>>().ok()?,
        Err(error) => {
            desk.log.fault(FaultKind::Connection, Some(&target::host(&authority)), error);
            return None;
        }
    };
    let (reader, write) = parts.io.into_inner().into_inner();
    let (ahead, read) = reader.into_inner();
    let mut ahead = Buf::chain(parts.read_buf, ahead);
    let ahead = ahead.copy_to_bytes(ahead.remaining());
    Some((Socket { ahead, read, write }, authority))
}

/// Serves HTTP/2 until the client or the session ends it.
async fn http2<S>(desk: &Arc<Desk>, line: S, way: &Way, stop: &mut watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (shared, through) = (Arc::clone(desk), Arc::new(way.clone()));
    let service = service_fn(move |request: http::Request<_>| {
        let (desk, way) = (Arc::clone(&shared), Arc::clone(&through));
        async move {
            Ok::<_, std::convert::Infallible>(match request.method() {
                &Method::CONNECT => no_tunnel(&desk),
                _ => desk.exchange(&way, request).await,
            })
        }
    });
    let connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            // An idle connection is kept as long as the client answers.
            .keep_alive_interval(desk.limits.idle)
            .auto_date_header(false)
            .serve_connection(TokioIo::new(line), service)
    );
    let ended = drive(connection, stop, http2::Connection::graceful_shutdown).await;
    note(desk, way, ended);
}

/// Runs a connection to its end; when the session stops, `shut` tells it to come to one.
async fn drive<C: Future>(
    mut connection: Pin<&mut C>,
    stop: &mut watch::Receiver<()>,
    shut: impl FnOnce(Pin<&mut C>),
) -> C::Output {
    tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop.changed() => {
            shut(connection.as_mut());
            connection.await
        }
    }
}

fn no_tunnel(desk: &Desk) -> Response<Payload> {
    let reason = "a tunnel is opened with CONNECT host:port over plain HTTP/1.1";
    desk.refuse(FaultKind::Head, None, StatusCode::NOT_IMPLEMENTED, reason)
}

/// Writes down how a connection ended, unless the client merely went: whether a request was cut short by that is known
/// where its body is read.
fn note(desk: &Desk, way: &Way, ended: hyper::Result<()>) {
    let Err(error) = ended else { return };
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    if cause.is_some_and(is_gone) {
        return;
    }
    let kind = if error.is_parse() || error.is_incomplete_message() {
        FaultKind::Head
    } else {
        FaultKind::Connection
    };
    let reason = match cause {
        _ if error.is_timeout() => format!("closed after {:?} without a whole request", desk.limits.idle),
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    desk.log.fault(kind, way.tunnel.as_ref().map(target::host).as_deref(), reason);
}

/// Whether an error says no more than that the client has left.
fn is_gone(error: &io::Error) -> bool {
    let gone = [
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::NotConnected,
        io::ErrorKind::UnexpectedEof,
    ];
    gone.contains(&error.kind())
}
