use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_replay::{Body, Header, Interaction, RecordedRequest, RecordedResponse, Tape, Template};
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::OWN;

const COMMENT: &str = "Written from a cassette. What stands between double braces, such as {{secret:api_key}}, is filled in when the \
                       cassette is replayed and was not on the wire; times and sizes are not recorded.";

#[derive(Serialize)]
struct File<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'static str,
    creator: Creator,
    pages: [(); 0],
    entries: Vec<Entry<'a>>,
    comment: &'static str,
    _cassette: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    _meta: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: u8,
    request: Asked<'a>,
    response: Answered<'a>,
    cache: Cache,
    timings: Timings,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(rename = "_repeat", skip_serializing_if = "std::ops::Not::not")]
    repeat: bool,
    #[serde(rename = "_optional", skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

#[derive(Serialize)]
struct Cache {}

#[derive(Default, Serialize)]
struct Timings {
    send: u8,
    wait: u8,
    receive: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Parameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i8,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i8,
    body_size: usize,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    params: Vec<Pair<'a>>,
    text: String,
    /// HAR has no word for how the body of a request is written.
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(rename = "_kind")]
    kind: &'static str,
    #[serde(rename = "_file", skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: usize,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(rename = "_kind", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(rename = "_params", skip_serializing_if = "Vec::is_empty")]
    params: Vec<Pair<'a>>,
    #[serde(rename = "_file", skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

/// A body as HAR writes it.
struct Written<'a> {
    kind: &'static str,
    text: String,
    encoding: Option<&'static str>,
    params: Vec<Pair<'a>>,
    file: Option<&'a str>,
    size: usize,
}

pub(crate) fn write(tape: &Tape) -> serde_json::Result<String> {
    let log = Log {
        version: "1.2",
        creator: Creator { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        pages: [],
        entries: tape
            .interactions
            .iter()
            .enumerate()
            .map(|(place, interaction)| entry(place, interaction))
            .collect(),
        comment: COMMENT,
        _cassette: OWN,
        _meta: tape.meta.as_deref(),
    };
    let mut har = serde_json::to_string_pretty(&File { log })?;
    har.push('\n');
    Ok(har)
}

fn entry(place: usize, interaction: &Interaction) -> Entry<'_> {
    let Interaction { note, request, response, repeat, optional } = interaction;
    // A time must be there, and tools sort by it: a millisecond an entry, from 1970 on.
    let began = i64::try_from(place)
        .ok()
        .and_then(|place| Timestamp::from_millisecond(place).ok())
        .unwrap_or_default();
    Entry {
        started_date_time: began.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        time: 0,
        request: asked(request),
        response: answered(response),
        cache: Cache {},
        timings: Timings::default(),
        comment: note.as_deref(),
        repeat: *repeat,
        optional: *optional,
    }
}

fn asked(request: &RecordedRequest) -> Asked<'_> {
    let url = request.url.as_str();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameter = |(name, value)| Parameter { name, value };
    let body = request.body.as_ref().map(written);
    let body_size = body.as_ref().map_or(0, |body| body.size);
    Asked {
        method: request.method.as_str(),
        url,
        http_version: "HTTP/1.1",
        cookies: [],
        headers: headers(&request.headers),
        query_string: form_urlencoded::parse(query.as_bytes()).into_owned().map(parameter).collect(),
        post_data: body.map(|body| {
            let Written { kind, text, encoding, params, file, .. } = body;
            PostData {
                mime_type: value_of("content-type", &request.headers),
                params,
                text,
                encoding,
                kind,
                file,
            }
        }),
        headers_size: -1,
        body_size,
    }
}

fn answered(response: &RecordedResponse) -> Answered<'_> {
    let mime_type = Some(value_of("content-type", &response.headers))
        .filter(|kind| !kind.is_empty())
        .unwrap_or("x-unknown");
    let content = match response.body.as_ref().map(written) {
        Some(Written { kind, text, encoding, params, file, size }) => {
            Content { size, mime_type, text: Some(text), encoding, kind: Some(kind), params, file }
        }
        None => Content {
            size: 0,
            mime_type,
            text: None,
            encoding: None,
            kind: None,
            params: Vec::new(),
            file: None,
        },
    };
    let status = StatusCode::from_u16(response.status).ok();
    Answered {
        status: response.status,
        status_text: status.and_then(|status| status.canonical_reason()).unwrap_or_default(),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: headers(&response.headers),
        body_size: content.size,
        content,
        redirect_url: value_of("location", &response.headers),
        headers_size: -1,
    }
}

fn headers(headers: &[Header]) -> Vec<Pair<'_>> {
    headers.iter().map(|header| Pair { name: header.name.as_str(), value: header.value.as_str() }).collect()
}

fn value_of<'a>(name: &str, headers: &'a [Header]) -> &'a str {
    headers.iter().find(|header| header.name == name).map_or("", |header| header.value.as_str())
}

fn written(body: &Body) -> Written<'_> {
    let of_text = |kind, text: String| Written {
        size: text.len(),
        kind,
        text,
        encoding: None,
        params: Vec::new(),
        file: None,
    };
    let of_bytes = |kind, bytes: &[u8]| Written {
        encoding: Some("base64"),
        size: bytes.len(),
        ..of_text(kind, STANDARD.encode(bytes))
    };
    match body {
        Body::Json(json) => of_text("json", json.get().to_owned()),
        Body::Text(text) => of_text("text", text.clone()),
        Body::Lines(lines) => {
            // One with a break in it would be read back as two.
            let kind = if lines.iter().any(|line| line.contains('\n')) { "text" } else { "lines" };
            of_text(kind, lines.iter().flat_map(|line| [line, "\n"]).collect())
        }
        Body::Form(pairs) => {
            let text: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
            let params = pairs.iter().map(|(name, value)| Pair { name, value }).collect();
            Written { params, ..of_text("form", text.join("&")) }
        }
        Body::Base64(bytes) => of_bytes("base64", bytes),
        Body::File(file) => {
            let bytes = file.bytes();
            let body = std::str::from_utf8(bytes)
                .map_or_else(|_| of_bytes("file", bytes), |text| of_text("file", text.to_owned()));
            Written { file: Some(file.path()), ..body }
        }
    }
}

/// As a form writes it; an expression stays readable.
fn encoded(text: &str) -> String {
    if Template::new(text).has_expressions() {
        text.to_owned()
    } else {
        form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }
}
