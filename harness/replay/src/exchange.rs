use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, HOST, LINK, LOCATION};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::authority::Mint;
use crate::journal::Log;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::{FaultKind, Request, Responder, Scheme, Target, Via, coding};

/// What all connections of a session share.
pub(crate) struct Desk {
    pub(crate) responder: Arc<dyn Responder>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) log: Log,
    pub(crate) limits: Limits,
    /// The host whose part this server plays for clients that are told its own address.
    pub(crate) part: Option<BaseUrl>,
}

/// An address of the server itself, and what it stands for.
#[derive(Debug)]
pub(crate) struct BaseUrl {
    /// Its own, as clients are told it.
    pub(crate) own: Target,
    /// The host that is meant by it: path and query do not matter.
    pub(crate) meant: Target,
}

/// The way in which requests come: over which scheme, and through a tunnel to where. An address that was dialled and is
/// not ours is a tunnel too.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) scheme: Scheme,
    pub(crate) tunnel: Option<Authority>,
    /// What that says of how they come.
    pub(crate) via: Via,
}

impl Desk {
    /// Reads a request whole, has it answered, and writes both down.
    pub(crate) async fn exchange(&self, way: &Way, request: http::Request<Incoming>) -> Response<Payload> {
        let (mut head, body) = request.into_parts();
        let (target, via) = match way.target(&head) {
            Ok(target) => (target, way.via(&head)),
            Err(reason) => return self.refuse(FaultKind::Head, None, StatusCode::BAD_REQUEST, &reason),
        };
        let part = self.part.as_ref().filter(|part| part.own.same_origin(&target));
        let (target, via) = match part {
            Some(part) => (part.meant(target, &mut head.headers), Via::BaseUrl),
            None => (target, via),
        };
        let limit = self.limits.body_bytes;
        let body = match self.read(body).await {
            Ok(body) => coding::decode(&head.headers, body, limit),
            Err(reason) => Err(reason),
        };
        let body = match body {
            Ok(body) => body,
            Err(reason) => {
                return self.refuse(
                    FaultKind::Body,
                    Some(&target.to_string()),
                    StatusCode::BAD_REQUEST,
                    &reason,
                );
            }
        };
        let request = Request { method: head.method, target, headers: head.headers, body };
        let reply = self.responder.respond(&request).await;
        let status = reply.status();
        let (mut response, outcome) = reply.send(&request);
        if let Some(part) = part {
            part.lead_back(response.headers_mut());
        }
        self.log.exchange(&request, via, status, outcome);
        response
    }

    /// Answers what is no request that could be answered, and writes it down.
    pub(crate) fn refuse(
        &self,
        kind: FaultKind,
        target: Option<&str>,
        status: StatusCode,
        reason: &str,
    ) -> Response<Payload> {
        let body = serde_json::json!({ "error": reason }).to_string();
        self.log.fault(kind, target, reason);
        let mut response = Response::new(Payload::new(body.into(), true));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    async fn read(&self, mut body: Incoming) -> Result<Bytes, String> {
        let Limits { body: patience, body_bytes: limit, .. } = self.limits;
        let mut whole = BytesMut::new();
        loop {
            let frame = match timeout(patience, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(error.to_string()),
                Ok(None) => return Ok(whole.freeze()),
                Err(_) => return Err(format!("no more of the body came within {patience:?}")),
            };
            if let Ok(piece) = frame.into_data() {
                if whole.len() + piece.len() > limit {
                    return Err(coding::too_long(limit));
                }
                whole.extend_from_slice(&piece);
            }
        }
    }
}

impl BaseUrl {
    /// What a request for the server itself is meant for.
    fn meant(&self, target: Target, headers: &mut HeaderMap) -> Target {
        let Target { scheme, host, port, .. } = self.meant.clone();
        if headers.contains_key(HOST)
            && let Ok(host) = HeaderValue::try_from(self.meant.authority())
        {
            headers.insert(HOST, host);
        }
        Target { scheme, host, port, ..target }
    }

    /// Where an answer names its host in the headers that a client follows, names the server: a client that is told an
    /// address cannot reach the host itself.
    fn lead_back(&self, headers: &mut HeaderMap) {
        let (meant, own) = (self.meant.origin(), self.own.origin());
        for name in [LOCATION, CONTENT_LOCATION, LINK] {
            let http::header::Entry::Occupied(mut values) = headers.entry(name) else { continue };
            for value in values.iter_mut() {
                let led = value.to_str().ok().map(|text| replace_origin(text, &meant, &own));
                if let Some(led) = led.and_then(|text| HeaderValue::try_from(text).ok()) {
                    *value = led;
                }
            }
        }
    }
}

/// `text` with `other` wherever it names `origin`, and not where that is only how a longer host or port begins.
fn replace_origin(text: &str, origin: &str, other: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(origin) {
        let ends = after.chars().next().is_none_or(|next| "/?#>;, \"".contains(next));
        replaced.extend([before, if ends { other } else { origin }]);
        rest = after;
    }
    replaced + rest
}

impl Way {
    /// How a request with this head came.
    fn via(&self, head: &Parts) -> Via {
        // Over HTTP/2 every request names its authority.
        let whole_url = head.version < Version::HTTP_2 && head.uri.authority().is_some();
        if whole_url { Via::Proxy } else { self.via }
    }

    /// Where a request is meant to go. The error says what is missing.
    fn target(&self, head: &Parts) -> Result<Target, String> {
        let uri = &head.uri;
        let scheme = match uri.scheme_str() {
            Some(name) => Scheme::of(name)
                .ok_or_else(|| format!("wanted a URL that begins with http:// or https://, got {name}://"))?,
            None => self.scheme,
        };
        let named = match (uri.authority(), head.headers.get(HOST)) {
            (Some(authority), _) => Some(authority.clone()),
            (None, Some(host)) => Some(
                Authority::try_from(host.as_bytes())
                    .map_err(|error| format!("the host header does not read: {error}"))?,
            ),
            (None, None) => None,
        };
        let authority = named.as_ref().or(self.tunnel.as_ref()).ok_or("the request names no host")?;
        let port = self.tunnel.as_ref().and_then(Authority::port_u16);
        Ok(Target::new(scheme, authority, port, uri.path(), uri.query()))
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("log", &self.log).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_replaced_where_it_ends_and_nowhere_else() {
        let link = "<https://a.test/users?page=2>; rel=\"next\", <https://a.test>; rel=\"first\", \
                    <https://a.test.evil/>, <https://a.test:8443/>";
        let wanted = "<http://127.0.0.1:9/users?page=2>; rel=\"next\", <http://127.0.0.1:9>; rel=\"first\", \
                      <https://a.test.evil/>, <https://a.test:8443/>";
        assert_eq!(replace_origin(link, "https://a.test", "http://127.0.0.1:9"), wanted);
    }
}
