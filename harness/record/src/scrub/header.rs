//! Headers, as a cassette keeps them.

use std::collections::BTreeSet;

use connector_replay::{Expression, Header};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::clock::Times;
use super::encoded::{Encoded, nested};
use super::name;
use super::pieces::Pieces;
use super::random;
use super::text::{Place, Scrubber};

/// Headers of a request that say something of the client's library, the connection or one call. A `*` ends a beginning.
const NOISE_OF_REQUESTS: [&str; 32] = [
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "amz-sdk-*",
    "b3",
    "baggage",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "pragma",
    "priority",
    "proxy-*",
    "sec-*",
    "sentry-trace",
    "te",
    "trace*",
    "transfer-encoding",
    "upgrade*",
    "user-agent",
    "x-amz-date",
    "x-amzn-*",
    "x-b3-*",
    "x-correlation-id",
    "x-forwarded-*",
    "x-request-id",
];

/// Headers of a response that say something of the way that it came, or to a browser.
const NOISE_OF_RESPONSES: [&str; 46] = [
    "access-control-*",
    "age",
    "alt-svc",
    "cf-*",
    "connection",
    "content-security-policy*",
    "cross-origin-*",
    "expect-ct",
    "feature-policy",
    "keep-alive",
    "nel",
    "origin-trial",
    "p3p",
    "permissions-policy",
    "referrer-policy",
    "report-to",
    "reporting-endpoints",
    "request-id",
    "sec-*",
    "server",
    "server-timing",
    "strict-transport-security",
    "timing-allow-origin",
    "trace*",
    "via",
    "x-amz-cf-*",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amzn-*",
    "x-b3-*",
    "x-cache*",
    "x-cloud-trace-context",
    "x-content-type-options",
    "x-correlation-id",
    "x-dns-prefetch-control",
    "x-download-options",
    "x-envoy-*",
    "x-frame-options",
    "x-github-request-id",
    "x-permitted-cross-domain-policies",
    "x-powered-by",
    "x-request-id",
    "x-runtime",
    "x-served-by",
    "x-timer",
    "x-xss-protection",
];

/// Headers of a request whose values are data, however random they look.
const PLAIN: [&str; 12] = [
    "accept",
    "content-disposition",
    "content-language",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "range",
    "referer",
];

/// The fewest characters of what is not explained and looks random.
const UNEXPLAINED: usize = 12;
/// The longest name of a way to authenticate.
const SCHEME: usize = 24;

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|it| it.strip_suffix('*').map_or(*it == name, |beginning| name.starts_with(beginning)))
}

/// Whether a header of a request is data, however random it looks.
pub(super) fn is_plain(name: &str) -> bool {
    is_in(&PLAIN, name) || is_in(&NOISE_OF_REQUESTS, name)
}

impl Scrubber {
    /// `cookies` are those that responses have set, as `name=value`.
    pub(super) fn request_headers(
        &self,
        headers: &HeaderMap,
        place: Place,
        cookies: &BTreeSet<String>,
    ) -> Vec<Header> {
        let kept = headers.iter().filter(|(name, _)| !is_in(&NOISE_OF_REQUESTS, name.as_str()));
        let kept = kept.filter(|(name, _)| !self.hosts.are_in(name.as_str().as_bytes()));
        // Compared to the byte, so that no time can be told.
        let place = Place { times: Times::None, ..place };
        kept.map(|(name, value)| self.request_header(name, value, place, cookies)).collect()
    }

    fn request_header(
        &self,
        name: &HeaderName,
        value: &HeaderValue,
        place: Place,
        cookies: &BTreeSet<String>,
    ) -> Header {
        let credential = name::is_credential_header(name.as_str());
        let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
            if credential || self.needles.are_in(value.as_bytes()) {
                return Header { name: name.clone(), value: Pieces::of(Expression::Opaque).template() };
            }
            return Header::literal(name, value);
        };
        let pieces = if name == http::header::COOKIE {
            self.cookies(text, place, cookies)
        } else {
            let pieces = self.credential(text, place);
            let explained = pieces.as_ref().is_some_and(|pieces| is_explained(pieces, credential));
            match pieces {
                Some(pieces) if explained || is_in(&PLAIN, name.as_str()) => pieces,
                _ => self.opaque(text),
            }
        };
        Header { name: name.clone(), value: pieces.template() }
    }

    /// `None` of what is surely a credential and cannot be explained.
    fn credential(&self, text: &str, place: Place) -> Option<Pieces> {
        if let Some((scheme, rest)) = text.split_once(' ') {
            if scheme.eq_ignore_ascii_case("basic") {
                return self.basic(scheme, rest.trim(), place);
            }
            let (head, last) = text.rsplit_once(' ').unwrap_or((scheme, rest));
            if let Some(instead) = self.short.exactly(last) {
                let mut pieces = self.text(head, place);
                pieces.push_literal(" ");
                pieces.extend(instead.clone());
                return Some(pieces);
            }
        }
        Some(self.value(text, place))
    }

    fn basic(&self, scheme: &str, encoded: &str, place: Place) -> Option<Pieces> {
        let encoded = Encoded::whole(encoded)?;
        let decoded = std::str::from_utf8(&encoded.bytes).ok()?;
        let (user, password) = decoded.split_once(':').unwrap_or((decoded, ""));
        let parts = [user, password].map(|part| self.value(part, place));
        let told = parts.iter().any(Pieces::has_expressions);
        // Beside a secret, a name or a word such as `x` may stand.
        let [_, password_pieces] = &parts;
        let word = password.len() <= UNEXPLAINED || password_pieces.has_expressions();
        if !told || !word || !parts.iter().all(|part| is_explained(part, true) || !part.has_expressions()) {
            return None;
        }
        if parts.iter().any(|part| !part.has_expressions() && part.literals().any(has_random)) {
            return None;
        }
        let [mut inner, password_pieces] = parts;
        if decoded.contains(':') {
            inner.push_literal(":");
        }
        inner.extend(password_pieces);
        let mut pieces = Pieces::literal(&format!("{scheme} "));
        pieces.push(Expression::Base64 { text: nested(&inner), url_safe: false });
        Some(pieces)
    }

    /// Cookies that a response has set stay; from the first that nothing explains on, there is no telling.
    fn cookies(&self, text: &str, place: Place, known: &BTreeSet<String>) -> Pieces {
        let mut pieces = Pieces::default();
        for (index, cookie) in text.split(';').enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            pieces.push_literal(separator);
            let (name, value) = cookie.split_once('=').unwrap_or(("", cookie));
            let explained = self.value(value, place);
            if explained.has_expressions() && is_explained(&explained, true) || known.contains(cookie.trim())
            {
                pieces.extend(self.text(&cookie[..cookie.len() - value.len()], place));
                pieces.extend(explained);
            } else {
                let name = format!("{name}=");
                if !self.needles.are_in(name.as_bytes()) && cookie.contains('=') {
                    pieces.push_literal(&name);
                }
                pieces.push(Expression::Opaque);
                break;
            }
        }
        pieces
    }

    /// The name of a way to authenticate, and no more.
    fn opaque(&self, text: &str) -> Pieces {
        let scheme = text.split_once(' ').map(|(scheme, _)| scheme).filter(|scheme| {
            let plain = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            plain && scheme.len() <= SCHEME && !self.needles.are_in(scheme.as_bytes()) && !has_random(scheme)
        });
        let mut pieces = scheme.map(|scheme| Pieces::literal(&format!("{scheme} "))).unwrap_or_default();
        pieces.push(Expression::Opaque);
        pieces
    }

    pub(super) fn response_headers(&self, headers: &HeaderMap, method: &Method, place: Place) -> Vec<Header> {
        let kept = headers.iter().filter(|(name, _)| {
            let of_head = *name == http::header::CONTENT_LENGTH && method != Method::HEAD;
            !is_in(&NOISE_OF_RESPONSES, name.as_str())
                && !of_head
                && !self.hosts.are_in(name.as_str().as_bytes())
        });
        kept.filter_map(|(name, value)| {
            let times = match name.as_str() {
                "date" => Times::All,
                "set-cookie" | "retry-after" => Times::Coming,
                other if name::is_expiry(other) => Times::Coming,
                _ => Times::Near,
            };
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
                return (!self.needles.are_in(value.as_bytes())).then(|| Header::literal(name, value));
            };
            let pieces = match text.split_once('=').filter(|_| name == http::header::SET_COOKIE) {
                Some((cookie, rest)) => {
                    let (value, attributes) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
                    let place = Place { times, ..place };
                    let mut pieces = self.text(cookie, place);
                    pieces.push_literal("=");
                    pieces.extend(self.value(value, Place { times: Times::None, ..place }));
                    pieces.extend(self.text(attributes, place));
                    pieces
                }
                None => self.value(text, Place { times, ..place }),
            };
            Some(Header { name: name.clone(), value: pieces.template() })
        })
        .collect()
    }
}

/// Whether nothing is left that only the client can know.
fn is_explained(pieces: &Pieces, credential: bool) -> bool {
    (pieces.has_expressions() || !credential) && !pieces.literals().any(has_random)
}

fn has_random(text: &str) -> bool {
    let words = text.split(|mark: char| mark.is_whitespace() || ",;\"'&=".contains(mark));
    words.into_iter().any(|word| random::is_random(word, UNEXPLAINED))
}
