//! What recording adds to a request, and what it holds in memory: `cargo bench -p connector-record`.
//!
//! The floor is the same client asking the same server itself, one request after the other on one connection. Server,
//! session and client share this process and its cores.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use connector_record::{
    Circumstances, Options, Recorder, Reel, Secret, Track, Upstream, Upstreams, assembly, scrub,
};
use connector_replay::{Authority, Session};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const REQUESTS: usize = 10_000;
const WARM_UP: usize = 500;
/// What an answer holds, as JSON.
const FILLING: usize = 1_000;
const WANTED: Duration = Duration::from_millis(1);
const WANTED_MIB: usize = 100;

fn main() -> Outcome<()> {
    // `cargo test` runs benchmarks of `--all-targets` too, without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let address = serve().await?;
        let floor = direct(&address).await?;
        println!("floor: {floor} (the server itself)");
        for scheme in ["http", "https"] {
            let before = resident()?;
            let (times, reel) = record(&address, scheme).await?;
            let grown = resident()?.saturating_sub(before);
            println!("{scheme}: {times}, {:.2} times the floor", times.mean / floor.mean);
            println!(
                "{scheme}: adds {:.0} \u{b5}s to a request, {:.0} to the median, {:.0} to the slowest hundredth; wanted at most {:?}",
                (times.mean - floor.mean) * 1e6,
                (times.median - floor.median) * 1e6,
                (times.slow - floor.slow) * 1e6,
                WANTED
            );
            println!("{scheme}: memory grows by {} MiB; wanted at most {WANTED_MIB}", grown >> 20);
            let began = Instant::now();
            let bytes: usize = reel.takes().map(|take| take.map_or(0, |take| take.body.len())).sum();
            println!("{scheme}: {} MB come back in {:.0?}", bytes / 1_000_000, began.elapsed());
            if scheme == "https" {
                let began = Instant::now();
                publish(&reel)?;
                let grown = status("VmHWM:")?.saturating_sub(before);
                println!(
                    "scrubbed, assembled and written in {:.1?}; at its most it took {} MiB more than before",
                    began.elapsed(),
                    grown >> 20
                );
            }
        }
        Ok(())
    })
}

/// Makes a cassette of it, as after a recording.
fn publish(reel: &Reel) -> Outcome<()> {
    let secret = Secret { name: "api_key".to_owned(), value: "0123456789abcdef".to_owned() };
    let began = reel.take(0)?.ok_or("no take")?.began;
    let circumstances =
        Circumstances { began, secrets: &[secret], gained: &[], tracks: &[Track { began }], known: &[] };
    let scrubbed = scrub(|| reel.takes(), &circumstances)?;
    let options = assembly::Options { required: [0].into(), ..assembly::Options::default() };
    let assembled = assembly::assemble(scrubbed.interactions, &options)?;
    let folder = tempfile::tempdir()?;
    Ok(assembly::write(&assembled.tape, &folder.path().join("cassette.json"))?)
}

/// Seconds that requests took.
struct Times {
    mean: f64,
    median: f64,
    slow: f64,
}

impl Times {
    #[expect(clippy::cast_precision_loss, reason = "a mean needs no 53 bits")]
    fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        let mean = times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64;
        let at = |hundredth: usize| times[times.len() * hundredth / 100].as_secs_f64();
        Times { mean, median: at(50), slow: at(99) }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Times { mean, median, slow } = self;
        write!(f, "mean {:.0}, p50 {:.0}, p99 {:.0} \u{b5}s", mean * 1e6, median * 1e6, slow * 1e6)
    }
}

/// A server that does nothing but answer. Where it listens.
async fn serve() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let body = Bytes::from(format!(r#"{{"id": 1, "filling": "{}"}}"#, "x".repeat(FILLING)));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            socket.set_nodelay(true).ok();
            let body = body.clone();
            let service = service_fn(move |_| {
                let response = http::Response::builder().header("content-type", "application/json");
                std::future::ready(response.body(Full::new(body.clone())))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service),
            );
        }
    });
    Ok(address)
}

async fn direct(address: &str) -> Outcome<Times> {
    ask(connect(address).await?).await
}

/// Asks through a session that records. The times, and the reel with all takes on it.
async fn record(upstream: &str, scheme: &str) -> Outcome<(Times, Arc<Reel>)> {
    let upstreams = Upstreams::new([format!("api.example.test=http://{upstream}").parse()?])?;
    let upstream = Arc::new(Upstream::new(Options { upstreams, ..Options::default() })?);
    let (authority, reel) = (Authority::new()?, Arc::new(Reel::new()?));
    let session = Session::start(&authority, Recorder::new(upstream, Arc::clone(&reel), 0)).await?;
    let socket = connect(session.proxy_url().trim_start_matches("http://")).await?;
    let times =
        if scheme == "https" { ask(tunnel(socket, &authority).await?).await? } else { ask(socket).await? };
    session.finish().await;
    if (reel.len(), reel.failed_count()) != (WARM_UP + REQUESTS, 0) {
        return Err(format!("{} takes and {:?}", reel.len(), reel.failures().first()).into());
    }
    Ok((times, reel))
}

async fn connect(address: &str) -> Outcome<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

async fn tunnel(
    mut socket: TcpStream,
    authority: &Authority,
) -> Outcome<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.certificate())?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    socket.write_all(b"CONNECT api.example.test:443 HTTP/1.1\r\n\r\n").await?;
    let mut answer = [0; b"HTTP/1.1 200 OK\r\n\r\n".len()];
    socket.read_exact(&mut answer).await?;
    Ok(tls.connect(ServerName::try_from("api.example.test")?, socket).await?)
}

/// Sends one request after the other, as a client that reads page by page does.
async fn ask(mut socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Outcome<Times> {
    // On the runtime's own threads, as a client elsewhere would not have to be woken on this one.
    tokio::spawn(async move {
        let mut times = Vec::with_capacity(REQUESTS);
        let mut buffer = vec![0; 4096];
        for page in 0..WARM_UP + REQUESTS {
            let request = format!(
                "GET /v1/items?page={page}&limit=100 HTTP/1.1\r\nhost: api.example.test\r\naccept: application/json\r\n\
                 user-agent: benchmark\r\nauthorization: Bearer 0123456789abcdef\r\n\r\n"
            );
            let began = Instant::now();
            socket.write_all(request.as_bytes()).await?;
            read_answer(&mut socket, &mut buffer).await?;
            if page >= WARM_UP {
                times.push(began.elapsed());
            }
        }
        Ok(Times::new(times))
    })
    .await?
}

async fn read_answer(socket: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> Outcome<()> {
    let (mut filled, mut wanted) = (0, None);
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
    let (_, length) =
        text.split_once("content-length: ").ok_or_else(|| format!("an answer without its length: {text}"))?;
    Ok(Some(head + 4 + length.split("\r\n").next().unwrap_or_default().parse::<usize>()?))
}

/// Memory that this process has at the moment, in bytes.
fn resident() -> Outcome<usize> {
    status("VmRSS:")
}

/// A line of what the system says of this process, in bytes.
fn status(name: &str) -> Outcome<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? << 10)
}
