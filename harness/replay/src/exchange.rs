use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::authority::Mint;
use crate::journal::Log;
use crate::limits::Limits;
use crate::payload::Payload;
use crate::{FaultKind, Request, Responder, Scheme, Target, coding};

/// What all connections of a session share.
pub(crate) struct Desk {
    pub(crate) responder: Arc<dyn Responder>,
    pub(crate) mint: Arc<Mint>,
    pub(crate) log: Log,
    pub(crate) limits: Limits,
}

/// The way in which requests come: over which scheme, and through a tunnel to where. An address that was dialled and is
/// not ours is a tunnel too.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) scheme: Scheme,
    pub(crate) tunnel: Option<Authority>,
}

impl Desk {
    /// Reads a request whole, has it answered, and writes both down.
    pub(crate) async fn exchange(&self, way: &Way, request: http::Request<Incoming>) -> Response<Payload> {
        let (head, body) = request.into_parts();
        let target = match way.target(&head) {
            Ok(target) => target,
            Err(reason) => return self.refuse(FaultKind::Head, None, StatusCode::BAD_REQUEST, &reason),
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
        let (response, outcome) = reply.send(&request);
        self.log.exchange(&request, status, outcome);
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

impl Way {
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
