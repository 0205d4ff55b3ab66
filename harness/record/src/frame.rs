//! A take as bytes: the length of a head, the head in JSON, the body of the request, the body of the answer.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use connector_replay::{Request, Scheme, Target};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use crate::Take;

/// All but the bodies. A target is taken apart, since reading it as a URL would tidy what the client sent.
#[derive(Serialize, Deserialize)]
struct Head {
    track: u32,
    sequence: u64,
    began: String,
    method: String,
    secure: bool,
    host: String,
    port: u16,
    path: String,
    query: Option<String>,
    request_headers: Vec<(String, String)>,
    request_bytes: usize,
    status: u16,
    headers: Vec<(String, String)>,
}

/// The bytes of a take, to be read once.
pub(crate) fn encode(take: &Take) -> io::Result<impl Read> {
    let Take { track, sequence, began, request, status, headers, body } = take;
    let target = &request.target;
    let head = Head {
        track: *track,
        sequence: *sequence,
        began: began.to_string(),
        method: request.method.to_string(),
        secure: target.scheme == Scheme::Https,
        host: target.host.clone(),
        port: target.port,
        path: target.path.clone(),
        query: target.query.clone(),
        request_headers: pairs(&request.headers),
        request_bytes: request.body.len(),
        status: status.as_u16(),
        headers: pairs(headers),
    };
    let head = serde_json::to_vec(&head)?;
    let length = (head.len() as u64).to_le_bytes();
    let head = io::Cursor::new([&length[..], &head].concat());
    Ok(Read::chain(Read::chain(head, &*request.body), &**body))
}

/// The error says what is not as it was written.
pub(crate) fn decode(text: Vec<u8>) -> io::Result<Take> {
    let wrong = |what: &str| io::Error::other(format!("a take without {what}"));
    let mut text = Bytes::from(text);
    let length = text.try_get_u64_le().ok().and_then(|length| usize::try_from(length).ok());
    let length = length.filter(|length| *length <= text.len()).ok_or_else(|| wrong("its head"))?;
    let head: Head = serde_json::from_slice(&text.split_to(length))?;
    if head.request_bytes > text.len() {
        return Err(wrong("the body of its request"));
    }
    let scheme = if head.secure { Scheme::Https } else { Scheme::Http };
    let Head { host, port, path, query, .. } = head;
    let request = Request {
        method: head.method.parse().map_err(|_| wrong("a method"))?,
        target: Target { scheme, host, port, path, query },
        headers: header_map(&head.request_headers).ok_or_else(|| wrong("the headers of its request"))?,
        body: text.split_to(head.request_bytes),
    };
    Ok(Take {
        track: head.track,
        sequence: head.sequence,
        began: head.began.parse().map_err(|_| wrong("its time"))?,
        request,
        status: StatusCode::from_u16(head.status).map_err(|_| wrong("a status"))?,
        headers: header_map(&head.headers).ok_or_else(|| wrong("headers"))?,
        body: text,
    })
}

/// Values with a character for each byte: they need not be UTF-8.
fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn header_map(pairs: &[(String, String)]) -> Option<HeaderMap> {
    let pair = |(name, value): &(String, String)| {
        let bytes: Vec<u8> = value.chars().map(|char| u8::try_from(char).ok()).collect::<Option<_>>()?;
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(&bytes).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.iter().map(pair).collect::<Option<Vec<_>>>()? {
        headers.append(name, value);
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use jiff::Timestamp;

    use super::*;

    fn take() -> Take {
        let mut headers = HeaderMap::new();
        for value in [&b"a"[..], b"\xff\x80 \t", b"b"] {
            headers.append("x-twice", HeaderValue::from_bytes(value).unwrap());
        }
        let target = Target {
            scheme: Scheme::Https,
            host: "a.test".into(),
            port: 8443,
            path: "/a/../b'".into(),
            query: Some(String::new()),
        };
        let request = Request { method: Method::PUT, target, headers: headers.clone(), body: "asked".into() };
        let (status, began) = (StatusCode::CREATED, Timestamp::new(1_700_000_000, 123_456_789).unwrap());
        Take { track: 7, sequence: 9, began, request, status, headers, body: vec![0xff, 0].into() }
    }

    fn bytes(take: &Take) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(take).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_take_comes_back_as_it_was() {
        let (there, back) = (take(), decode(bytes(&take())).unwrap());
        assert_eq!((back.track, back.sequence, back.began), (7, 9, there.began));
        assert_eq!((&back.request.method, &back.request.target), (&Method::PUT, &there.request.target));
        assert_eq!((&back.request.headers, &*back.request.body), (&there.headers, &b"asked"[..]));
        assert_eq!((back.status, &back.headers, &*back.body), (there.status, &there.headers, &[0xff, 0][..]));
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        let whole = bytes(&take());
        let bodies = there_after_head(&whole);
        for length in [0, 7, 8, bodies - 1, bodies + 4] {
            decode(whole[..length].to_vec()).unwrap_err();
        }
    }

    fn there_after_head(whole: &[u8]) -> usize {
        whole.len() - "asked".len() - 2
    }
}
