use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use connector_replay::{Request, Target};
use http::header::{CONTENT_LOCATION, HOST, LINK, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, NoProxy, Proxy};
use tokio::time::timeout;
use url::{Host, Url};

use crate::upstreams::{Mapping, origin};
use crate::{Error, Limits, Upstreams, cause, header};

/// Marks what is sent to this machine, where a recorder's own session may listen.
const MARK: HeaderName = HeaderName::from_static("x-recorded-by");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Of a connection between requests. Shorter than servers keep one, so that none closes it just as a request sets out.
const SPARE: std::time::Duration = std::time::Duration::from_secs(1);

/// How the real servers are reached.
// Without `Debug`: the URL of a proxy may hold a password.
#[derive(Clone, Default)]
pub struct Options {
    /// The hosts that are asked elsewhere.
    pub upstreams: Upstreams,
    /// The URL of a proxy that everything but this machine is reached through; by default none, whatever the
    /// environment says.
    pub proxy: Option<String>,
    /// A PEM file of root certificates to trust instead of the system's.
    pub roots: Option<PathBuf>,
    /// How long they are waited for.
    pub limits: Limits,
}

/// The way to the real servers, over HTTP/1.1 and HTTP/2. One serves all recorders of a run, which share connections.
///
/// A request goes on as it came, but for what belongs to its connection and three things: of compressions no more than
/// gzip is accepted, `accept: */*` stands where the client sent no `accept`, and its URL is written as the URL standard
/// writes it (a `'` in a query is `%27`).
pub struct Upstream {
    client: Client,
    upstreams: Upstreams,
    limits: Limits,
}

/// What a real server answered, ready to go to the client.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// As it came.
    pub(crate) body: Bytes,
}

impl Upstream {
    /// Sets up a client that follows no redirect, keeps no cookie and takes no compression off.
    ///
    /// # Errors
    /// [`Error::ParseProxy`], [`Error::ReadRoots`], [`Error::ParseRoots`] and [`Error::SetUpClient`], the latter where
    /// the system has no root certificates.
    pub fn new(options: Options) -> Result<Upstream, Error> {
        // A process has one provider of cryptography. If there is one already, it will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Options { upstreams, proxy, roots, limits } = options;
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .no_gzip()
            .no_deflate()
            .no_brotli()
            .no_zstd()
            .pool_idle_timeout(SPARE)
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle);
        if let Some(url) = proxy {
            let proxy = Proxy::all(url)
                .map_err(|error| Error::ParseProxy { reason: cause::chain(&error.without_url()) })?;
            builder = builder.proxy(proxy.no_proxy(NoProxy::from_string("localhost,127.0.0.0/8,::1")));
        }
        if let Some(path) = roots {
            builder = builder.tls_certs_only(certificates(&path)?);
        }
        let client = builder.build().map_err(|error| Error::SetUpClient { reason: cause::chain(&error) })?;
        Ok(Upstream { client, upstreams, limits })
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Sends a request and reads the whole answer. The error says what was tried and what came, without the path.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Answer, String> {
        let mapping = self.upstreams.find(&request.target);
        let answer = match timeout(self.limits.total, self.exchange(request, mapping)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("the answer was not whole within {:?}", self.limits.total)),
        };
        answer.map_err(|reason| {
            let to = mapping.map(|mapping| format!(", sent to {}", mapping.base())).unwrap_or_default();
            format!("{} {}{to}: {reason}", request.method, origin(&request.target))
        })
    }

    async fn exchange(&self, request: &Request, mapping: Option<&Mapping>) -> Result<Answer, String> {
        let outward = outward(request, mapping)?;
        let mut response = self.client.execute(outward).await.map_err(|error| self.reason(error))?;
        let mut headers = header::inward(&request.method, std::mem::take(response.headers_mut()));
        if let Some(mapping) = mapping {
            name_as_asked(&mut headers, mapping, &request.target);
        }
        let limit = self.limits.body_bytes;
        let too_long = || format!("its answer is longer than {limit} bytes, the most that is recorded");
        let announced = usize::try_from(response.content_length().unwrap_or_default()).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(too_long());
        }
        // All at once, so that a long body is not copied as it grows.
        let mut body = BytesMut::with_capacity(announced);
        loop {
            let piece = response.chunk().await.map_err(|error| {
                format!("its answer broke off after {} bytes of the body: {}", body.len(), self.reason(error))
            })?;
            let Some(piece) = piece else { break };
            if body.len() + piece.len() > limit {
                return Err(too_long());
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status: response.status(), headers, body: body.freeze() })
    }

    fn reason(&self, error: reqwest::Error) -> String {
        // The URL may hold secrets.
        let error = error.without_url();
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => format!("no connection was made within {:?}", self.limits.connect),
            (true, false) => format!("no connection could be made: {}", cause::root(&error)),
            (false, true) => format!("nothing came within {:?}", self.limits.idle),
            (false, false) => cause::root(&error),
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Upstream { upstreams, limits, .. } = self;
        f.debug_struct("Upstream")
            .field("upstreams", upstreams)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let pem = fs::read(path).map_err(|source| Error::ReadRoots { path: path.to_owned(), source })?;
    let parse = |reason| Error::ParseRoots { path: path.to_owned(), reason };
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| parse(cause::chain(&error)))?;
    if certificates.is_empty() {
        return Err(parse("wanted certificates in PEM, which begin with -----BEGIN CERTIFICATE-----".into()));
    }
    Ok(certificates)
}

/// The request as it goes to the real server.
fn outward(request: &Request, mapping: Option<&Mapping>) -> Result<reqwest::Request, String> {
    let target = &request.target;
    let url = mapping.map_or_else(|| target.to_string(), |mapping| mapping.url(target));
    let url = Url::parse(&url).map_err(|error| format!("its URL does not read: {error}"))?;
    let mut headers = header::outward(request);
    match mapping {
        // A server that stands in for another builds its links from this. Over TLS it must hear its own name, which its
        // certificate is for, and which it may serve several of.
        Some(mapping) if !mapping.is_secure() => {
            let origin = origin(target);
            let authority = origin.split_once("://").map_or(origin.as_str(), |(_, authority)| authority);
            headers.insert(HOST, authority.parse().map_err(|_| format!("{authority:?} is no host"))?);
            headers.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static(target.scheme.as_str()));
        }
        None if is_here(&url) => {
            if headers.contains_key(MARK) {
                return Err("this is the address of the recording itself; ask the host that is meant".into());
            }
            headers.insert(MARK, HeaderValue::from_static(env!("CARGO_PKG_NAME")));
        }
        _ => {}
    }
    let mut outward = reqwest::Request::new(request.method.clone(), url);
    *outward.headers_mut() = headers;
    if !request.body.is_empty() {
        *outward.body_mut() = Some(request.body.clone().into());
    }
    Ok(outward)
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// Where an upstream names itself in the headers that a client follows, names the host that was asked.
fn name_as_asked(headers: &mut HeaderMap, mapping: &Mapping, target: &Target) {
    for name in [LOCATION, CONTENT_LOCATION, LINK] {
        let http::header::Entry::Occupied(mut entry) = headers.entry(name) else { continue };
        for value in entry.iter_mut() {
            let asked = value.to_str().ok().and_then(|text| mapping.as_asked(text, target));
            if let Some(asked) = asked.and_then(|asked| HeaderValue::try_from(asked).ok()) {
                *value = asked;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, headers: &[(&'static str, &str)]) -> Request {
        let target = serde_json::from_value(url.into()).unwrap();
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let headers = headers.iter().map(pair).collect();
        Request { method: http::Method::GET, target, headers, body: "".into() }
    }

    #[test]
    fn a_mapped_request_says_whom_the_client_meant_unless_tls_says_whom_it_reaches() {
        for (base, asked, host, scheme) in [
            ("http://127.0.0.1:4010", "https://a.test/x", Some("a.test"), Some("https")),
            ("http://127.0.0.1:4010", "http://a.test:81/x", Some("a.test:81"), Some("http")),
            ("https://b.test", "https://a.test/x", None, None),
        ] {
            let mapping: Mapping = format!("a.test={base}").parse().unwrap();
            let sent = outward(&request(asked, &[("host", "whatever")]), Some(&mapping)).unwrap();
            let header = |name| sent.headers().get(name).map(|value| value.to_str().unwrap());
            assert_eq!(sent.url().as_str(), format!("{base}/x"));
            assert_eq!((header(HOST), header(FORWARDED_PROTO)), (host, scheme), "{base} {asked}");
        }
    }

    #[test]
    fn what_goes_to_this_machine_is_marked_and_not_sent_twice() {
        for (url, here) in [
            ("http://127.0.0.1:8080/", true),
            ("http://localhost/", true),
            ("http://api.localhost/", true),
            ("http://[::1]/", true),
            ("http://0.0.0.0/", true),
            ("https://a.test/", false),
            ("http://10.0.0.1/", false),
        ] {
            let sent = outward(&request(url, &[]), None).unwrap();
            assert_eq!(sent.headers().contains_key(MARK), here, "{url}");
            let again = outward(&request(url, &[("x-recorded-by", "connector-record")]), None);
            assert_eq!(again.is_err(), here, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (none, empty, broken) = (
            folder.path().join("none.pem"),
            folder.path().join("empty.pem"),
            folder.path().join("broken.pem"),
        );
        fs::write(&empty, "").unwrap();
        fs::write(&broken, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap();
        for (path, wanted) in [
            (none, "read the certificates in"),
            (empty, "wanted certificates in PEM"),
            (broken, "use the certificates"),
        ] {
            let error =
                Upstream::new(Options { roots: Some(path.clone()), ..Options::default() }).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(wanted) && error.contains(&path.display().to_string()), "{error}");
        }
        let proxy = Some("http://me:secret@:x".to_owned());
        let error = Upstream::new(Options { proxy, ..Options::default() }).unwrap_err().to_string();
        assert!(error.starts_with("use the proxy") && !error.contains("secret"), "{error}");
    }
}
