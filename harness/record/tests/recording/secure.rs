//! An upstream that speaks HTTP/2 over TLS, as real ones do.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use connector_record::{Options, Upstreams};
use http::{Request, Response, Version};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{Scene, values};

/// Pieces of a body; after the last of them, an error if there is one.
struct Pieces(VecDeque<Result<Bytes, io::Error>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

struct Server {
    port: u16,
    folder: TempDir,
}

impl Server {
    /// Serves `localhost` over HTTP/2.
    async fn start(answer: fn(&Request<Incoming>) -> Response<Pieces>) -> Server {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("roots.pem"), made.cert.pem()).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key.into())
                .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(line) = acceptor.accept(socket).await else { return };
                    let service = service_fn(move |request: Request<Incoming>| {
                        std::future::ready(Ok::<_, io::Error>(answer(&request)))
                    });
                    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    server.serve_connection(TokioIo::new(line), service).await.ok();
                });
            }
        });
        Server { port, folder }
    }

    fn roots(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    fn options(&self) -> Options {
        let mapping = format!("api.test=https://localhost:{}/up", self.port);
        let upstreams = Upstreams::new([mapping.parse().unwrap()]).unwrap();
        Options { upstreams, roots: Some(self.roots()), ..Options::default() }
    }
}

fn echo(request: &Request<Incoming>) -> Response<Pieces> {
    assert_eq!(request.version(), Version::HTTP_2);
    let (uri, host) = (request.uri().to_string(), request.headers().contains_key("host"));
    let pieces = ["bo", "dy"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
    let mut response = Response::new(Pieces(pieces.into()));
    let headers = response.headers_mut();
    headers.insert("x-uri", uri.parse().unwrap());
    headers.insert("x-host", host.to_string().parse().unwrap());
    headers.insert("location", format!("{uri}/next").parse().unwrap());
    for value in ["b", "a"] {
        headers.append("x-twice", value.parse().unwrap());
    }
    response
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does_and_the_server_hears_its_own_name() {
    let server = Server::start(echo).await;
    let base = format!("https://localhost:{}/up", server.port);
    for scheme in ["http", "https"] {
        let scene = Scene::with(server.options()).await;
        let got = scene.client().post(format!("{scheme}://api.test/x?y")).body("asked").send().await.unwrap();
        let headers = got.headers().clone();
        assert_eq!(headers["x-uri"], format!("{base}/x?y"));
        assert_eq!(headers["x-host"], "false");
        assert_eq!(values(&headers, "x-twice"), [b"b", b"a"]);
        assert_eq!(headers["location"], format!("{scheme}://api.test/x?y/next"));
        assert_eq!(got.text().await.unwrap(), "body");
        let cut = scene.finish().await;
        assert_eq!((cut.take().status.as_u16(), &*cut.take().body), (200, &b"body"[..]));
        assert_eq!(values(&cut.take().headers, "x-twice"), [b"b", b"a"]);
        assert!(!cut.take().headers.contains_key("transfer-encoding"));
        assert_eq!(cut.take().request.target.to_string(), format!("{scheme}://api.test/x?y"));
    }
}

#[tokio::test]
async fn a_stream_that_is_reset_in_its_answer_is_a_failure() {
    let server = Server::start(|_| {
        let pieces = [Ok(Bytes::from_static(b"half")), Err(io::Error::other("reset"))];
        Response::new(Pieces(pieces.into()))
    })
    .await;
    let scene = Scene::with(server.options()).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!(got.status().as_u16(), 502);
    let cut = scene.finish().await;
    assert!(cut.reason().contains("stream error received"), "{}", cut.reason());
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_told() {
    let (server, other) = (Server::start(echo).await, Server::start(echo).await);
    let scene = Scene::with(Options { roots: Some(other.roots()), ..server.options() }).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!(got.status().as_u16(), 502);
    let cut = scene.finish().await;
    assert!(cut.reason().contains("no connection could be made: "), "{}", cut.reason());
    assert!(cut.reason().contains("certificate"), "{}", cut.reason());
}
