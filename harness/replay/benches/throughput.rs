//! Requests a second over keep-alive connections, with the clients on the same cores: `cargo bench -p connector-replay`.
//!
//! The floor is hyper answering a constant to the same clients in the same run: what remains above it is ours.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use connector_replay::{Authority, Cassette, Player, Session, Terms};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CLIENTS: usize = 16;
const SIZES: [usize; 3] = [10, 1_000, 10_000];
/// Each figure is the best of so many rounds, one of every kind in turn, so that a busy moment of the machine hits all.
const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_millis(100);
const MEASURED: Duration = Duration::from_millis(600);
/// With its JSON around it, an answer of 1 KB.
const FILLING: usize = 1_000;

fn main() -> Outcome<()> {
    // `cargo test` runs benchmarks of `--all-targets` too, without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (mut floor, mut plain, mut secure) = (0.0_f64, [0.0_f64; 3], [0.0_f64; 3]);
        for _ in 0..ROUNDS {
            floor = floor.max(constant().await?);
            for (place, size) in SIZES.into_iter().enumerate() {
                plain[place] = plain[place].max(replay("http", size).await?);
                secure[place] = secure[place].max(replay("https", size).await?);
            }
        }
        println!("floor: {floor:.0} requests/s (hyper, a constant, no TLS)");
        for (name, rates, wanted) in [("plain", plain, 25_000), ("TLS", secure, 20_000)] {
            for (rate, size) in rates.into_iter().zip(SIZES) {
                println!(
                    "{name}, {size} interactions: {rate:.0} requests/s, {:.2} of the floor",
                    rate / floor
                );
            }
            println!(
                "{name}: {:.1} times the wanted {wanted} requests/s at 1000",
                rates[1] / f64::from(wanted)
            );
            println!("{name}: a request costs {:.2} times as much at 10000 as at 10", rates[0] / rates[2]);
        }
        Ok(())
    })
}

/// Requests a second to a session with a cassette of `size` interactions.
async fn replay(scheme: &str, size: usize) -> Outcome<f64> {
    let interactions: Vec<String> = (0..size)
        .map(|item| {
            format!(
                r#"{{"request": {{"method": "GET", "url": "{scheme}://api.example.test/v1/items/{item}?page=1&limit=100"}},
                    "response": {{"status": 200, "headers": [["content-type", "application/json"]],
                        "body": {{"json": {{"id": {item}, "filling": "{}"}}}}}}, "repeat": true}}"#,
                "x".repeat(FILLING)
            )
        })
        .collect();
    let text = format!(r#"{{"cassette": 1, "interactions": [{}]}}"#, interactions.join(","));
    let authority = Authority::new()?;
    let session =
        Session::start(&authority, Player::new(Cassette::parse(&text, "benchmark", &Terms::default())?))
            .await?;
    let address = session.proxy_url().trim_start_matches("http://").to_owned();
    let rate = if scheme == "https" {
        let tls = tls(&authority)?;
        let client = |client, requests: Arc<Vec<String>>, ends| {
            let (address, tls) = (address.clone(), tls.clone());
            async move { ask(tunnel(&address, &tls).await?, client, &requests, ends).await }
        };
        load(size, client).await
    } else {
        plain(&address, size).await
    };
    let journal = session.finish().await;
    let unmatched = journal.exchanges.iter().filter(|exchange| exchange.status != 200).count();
    if unmatched + journal.faults.len() > 0 {
        return Err(format!("{unmatched} unmatched requests and the faults {:?}", journal.faults).into());
    }
    rate
}

/// Requests a second to a server that does nothing but answer.
async fn constant() -> Outcome<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let body = Bytes::from(vec![b'x'; FILLING + 24]);
    let server = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let body = body.clone();
            let service = service_fn(move |_| {
                let body = body.clone();
                async move { Ok::<_, std::convert::Infallible>(http::Response::new(Full::new(body))) }
            });
            let server = hyper::server::conn::http1::Builder::new();
            connections.spawn(server.serve_connection(TokioIo::new(socket), service));
        }
    });
    let rate = plain(&address, 10).await;
    server.abort();
    rate
}

async fn plain(address: &str, size: usize) -> Outcome<f64> {
    load(size, |client, requests, ends| {
        let address = address.to_owned();
        async move {
            let socket = TcpStream::connect(address).await?;
            socket.set_nodelay(true)?;
            ask(socket, client, &requests, ends).await
        }
    })
    .await
}

/// Runs all clients for the same time, each with the requests for `size` items, and adds up what they got.
async fn load<F>(size: usize, client: impl Fn(usize, Arc<Vec<String>>, Instant) -> F) -> Outcome<f64>
where
    F: Future<Output = Outcome<u64>> + Send + 'static,
{
    let requests = (0..size).map(|item| {
        format!(
            "GET /v1/items/{item}?page=1&limit=100 HTTP/1.1\r\nhost: api.example.test\r\naccept: application/json\r\n\
             user-agent: benchmark\r\nauthorization: Bearer 0123456789abcdef\r\n\r\n"
        )
    });
    let requests: Arc<Vec<String>> = Arc::new(requests.collect());
    let ends = Instant::now() + WARM_UP + MEASURED;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(client(number, Arc::clone(&requests), ends));
    }
    let mut answers = 0;
    while let Some(count) = clients.join_next().await {
        answers += count??;
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
    Ok(answers as f64 / MEASURED.as_secs_f64())
}

/// Sends one request after the other until time is up; how many were answered after the warm-up.
async fn ask(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    client: usize,
    requests: &[String],
    ends: Instant,
) -> Outcome<u64> {
    let mut answers = 0;
    let mut buffer = vec![0; 4096];
    for request in requests.iter().cycle().skip(client * requests.len() / CLIENTS) {
        socket.write_all(request.as_bytes()).await?;
        read_answer(&mut socket, &mut buffer).await?;
        let now = Instant::now();
        if now >= ends {
            break;
        }
        answers += u64::from(now + MEASURED >= ends);
    }
    Ok(answers)
}

async fn read_answer(socket: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> Outcome<()> {
    let mut filled = 0;
    let mut wanted = None;
    while wanted != Some(filled) {
        let read = socket.read(&mut buffer[filled..]).await?;
        filled += read;
        if read == 0 {
            return Err(format!("closed after {}", String::from_utf8_lossy(&buffer[..filled])).into());
        }
        if wanted.is_none() {
            wanted = whole(&buffer[..filled])?;
        }
    }
    Ok(())
}

/// How long the answer is, once its head has come.
fn whole(answer: &[u8]) -> Outcome<Option<usize>> {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&answer[..head])?;
    let (_, length) = text.split_once("content-length: ").ok_or("an answer without its length")?;
    Ok(Some(head + 4 + length.split("\r\n").next().unwrap_or_default().parse::<usize>()?))
}

fn tls(authority: &Authority) -> Outcome<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.certificate())?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

async fn tunnel(address: &str, tls: &TlsConnector) -> Outcome<impl AsyncRead + AsyncWrite + Unpin> {
    let mut socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    socket.write_all(b"CONNECT api.example.test:443 HTTP/1.1\r\n\r\n").await?;
    let mut answer = [0; b"HTTP/1.1 200 OK\r\n\r\n".len()];
    socket.read_exact(&mut answer).await?;
    Ok(tls.connect(ServerName::try_from("api.example.test")?, socket).await?)
}
