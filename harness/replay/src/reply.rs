use std::io::{self, Write as _};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use hyper::ext::ReasonPhrase;

use crate::payload::Payload;
use crate::{Interaction, Outcome, Request, Terms, coding};

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// What a request is answered, and why.
#[derive(Clone, Debug)]
pub struct Reply {
    answer: Arc<Answer>,
    outcome: Outcome,
}

impl Reply {
    /// Answers with `response`, sent as it is; `outcome` goes to the journal.
    ///
    /// It goes with its length, or in chunks where a header `transfer-encoding` says so.
    pub fn new(response: Response<Bytes>, outcome: Outcome) -> Reply {
        let (mut head, body) = response.into_parts();
        let chunked = head.headers.remove(TRANSFER_ENCODING).is_some();
        let answer = Answer { status: head.status, headers: head.headers, body, chunked, gzip: None };
        Reply { answer: Arc::new(answer), outcome }
    }

    /// Why it is answered so.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(crate) fn recorded(answer: Arc<Answer>, interaction: usize) -> Reply {
        Reply { answer, outcome: Outcome::Answered { interaction } }
    }

    /// The status that is sent.
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The body before it is compressed, whether or not one may be sent.
    pub fn body(&self) -> &Bytes {
        &self.answer.body
    }

    /// As it goes to the client that sent `request`, and what goes to the journal.
    pub(crate) fn send(self, request: &Request) -> (Response<Payload>, Outcome) {
        let answer = &self.answer;
        let mut response = Response::new(Payload::empty());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers.clone();
        if matches!(self.outcome, Outcome::Unmatched { .. }) {
            response.extensions_mut().insert(ReasonPhrase::from_static(b"No Recorded Answer"));
        }
        let accepted = answer.gzip.as_ref().filter(|_| coding::accepts_gzip(&request.headers));
        let gzip = accepted.and_then(|gzip| gzip.get_or_init(|| compress(&answer.body).ok()).as_ref());
        if gzip.is_some() {
            response.headers_mut().insert(CONTENT_ENCODING, GZIP);
        }
        if request.method != Method::HEAD && has_body(answer.status) {
            *response.body_mut() = Payload::new(gzip.unwrap_or(&answer.body).clone(), !answer.chunked);
        }
        (response, self.outcome)
    }
}

/// A recorded response, made ready once for all who ask.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Sent without a length, in chunks.
    chunked: bool,
    /// Where it was recorded compressed: the compressed body, made when first asked for.
    gzip: Option<OnceLock<Option<Bytes>>>,
}

impl Answer {
    /// The error is the field that is wrong and what was wanted.
    pub(crate) fn recorded(
        interaction: &Interaction,
        terms: &Terms,
    ) -> Result<Answer, (&'static str, String)> {
        let response = &interaction.response;
        let status =
            StatusCode::from_u16(response.status).map_err(|error| ("response.status", error.to_string()))?;
        let body = response.body.as_ref().map(|body| body.to_bytes(terms)).transpose();
        let body = body.map_err(|reason| ("response.body", reason))?.unwrap_or_default();
        let head = interaction.request.method == Method::HEAD;
        if !body.is_empty() && (head || !has_body(status)) {
            let what = if head {
                "the answer to HEAD".to_owned()
            } else {
                format!("an answer with status {status}")
            };
            return Err(("response.body", format!("wanted none, since {what} has no body")));
        }
        let mut answer = Answer { status, headers: HeaderMap::new(), body, chunked: false, gzip: None };
        for header in &response.headers {
            let value = header.bind(terms).map_err(|reason| ("response.headers", reason))?;
            match header.name.as_str() {
                // What a HEAD says of the body that a GET would have is known from the recording alone.
                "content-length" if !head => {}
                // These belong to the connection that was, not to the one that is.
                "connection" | "keep-alive" => {}
                "transfer-encoding" if value == "chunked" => answer.chunked = true,
                "transfer-encoding" => {
                    let reason = format!("wanted no transfer-encoding but chunked, got {value:?}");
                    return Err(("response.headers", reason));
                }
                "content-encoding" if value == GZIP => answer.gzip = Some(OnceLock::new()),
                _ => {
                    answer.headers.append(&header.name, value);
                }
            }
        }
        Ok(answer)
    }
}

/// Not after 204 and 304, whatever the headers say.
fn has_body(status: StatusCode) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

fn compress(body: &[u8]) -> io::Result<Bytes> {
    // No time stamp: equal bodies are equal bytes.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish().map(Bytes::from)
}
