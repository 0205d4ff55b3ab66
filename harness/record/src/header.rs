//! Which headers go through: all but those of the connection that they came on.

use connector_replay::Request;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, EXPECT, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

const OF_A_CONNECTION: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The headers of a request as they go on, without `host`.
pub(crate) fn outward(request: &Request) -> HeaderMap {
    let mut headers = request.headers.clone();
    remove_connection(&mut headers);
    // Of what the session has done already: it has read the body whole, and said so to a client that waited.
    for name in [HOST, CONTENT_LENGTH, EXPECT] {
        headers.remove(name);
    }
    let inflated = |value: &HeaderValue| {
        let coding = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
        ["gzip", "x-gzip", "deflate"].contains(&coding.as_str())
    };
    if headers.get(CONTENT_ENCODING).is_some_and(inflated) {
        headers.remove(CONTENT_ENCODING);
    }
    // No more than a cassette can give back.
    let accepted = if request.accepts_gzip() { "gzip" } else { "identity" };
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
    join_cookies(&mut headers);
    headers
}

/// The headers of an answer as they go to the client and into a take.
pub(crate) fn inward(method: &Method, mut headers: HeaderMap) -> HeaderMap {
    let chunked = headers.contains_key(TRANSFER_ENCODING);
    remove_connection(&mut headers);
    if chunked {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    // Told anew with the body; the answer to HEAD has none to tell it by.
    if method != Method::HEAD {
        headers.remove(CONTENT_LENGTH);
    }
    headers
}

fn remove_connection(headers: &mut HeaderMap) {
    let lists = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<HeaderName> =
        lists.flat_map(|list| list.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    for name in named.into_iter().chain(OF_A_CONNECTION) {
        headers.remove(name);
    }
}

/// HTTP/2 may cut one cookie header into several, which HTTP/1.1 does not allow.
fn join_cookies(headers: &mut HeaderMap) {
    let pieces: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if pieces.len() > 1
        && let Ok(whole) = HeaderValue::from_bytes(&pieces.join(&b"; "[..]))
    {
        headers.insert(COOKIE, whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in text.lines() {
            let (name, value) = line.split_once(": ").unwrap();
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn sent(text: &str) -> HeaderMap {
        let target = serde_json::from_value("http://a.test/".into()).unwrap();
        outward(&Request { method: Method::POST, target, headers: headers(text), body: "".into() })
    }

    #[test]
    fn a_request_goes_on_without_what_belongs_to_its_connection() {
        let asked = "host: a.test\nconnection: keep-alive, X-Mine\nx-mine: 1\nkeep-alive: 5\nte: trailers\n\
            upgrade: h2c\nproxy-authorization: Basic x\nproxy-connection: close\nexpect: 100-continue\n\
            content-length: 4\ntransfer-encoding: chunked\nauthorization: Bearer y\nx-twice: a\nx-twice: b";
        let wanted = "authorization: Bearer y\nx-twice: a\nx-twice: b\naccept-encoding: identity";
        assert_eq!(sent(asked), headers(wanted));
    }

    #[test]
    fn codings_are_narrowed_to_what_a_cassette_can_give_back() {
        for (asked, wanted) in [
            ("accept-encoding: br, gzip;q=0.9, zstd", "accept-encoding: gzip"),
            ("accept-encoding: br", "accept-encoding: identity"),
            ("content-encoding: GZIP", "accept-encoding: identity"),
            // Still compressed.
            ("content-encoding: br", "content-encoding: br\naccept-encoding: identity"),
            ("cookie: a=1\ncookie: b=2", "cookie: a=1; b=2\naccept-encoding: identity"),
        ] {
            assert_eq!(sent(asked), headers(wanted), "{asked}");
        }
    }

    #[test]
    fn an_answer_comes_without_what_belongs_to_its_connection() {
        let came = headers(
            "connection: close, x-mine\nx-mine: 1\ntransfer-encoding: gzip, chunked\ntrailer: x\ncontent-length: 4\n\
            set-cookie: a=1\nset-cookie: b=2",
        );
        let kept = headers("transfer-encoding: chunked\nset-cookie: a=1\nset-cookie: b=2");
        assert_eq!(inward(&Method::GET, came.clone()), kept);
        assert_eq!(inward(&Method::HEAD, came)[CONTENT_LENGTH], "4");
    }
}
