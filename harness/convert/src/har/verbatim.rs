//! A HAR that was written from a cassette, read back as it was.

use connector_replay::{Body, BodyFile, Header, Interaction, RecordedRequest, RecordedResponse, Template};
use http::{HeaderName, Method};
use serde_json::value::RawValue;

use super::read::{Content, Har, Log, Pair};
use crate::coding;
use crate::flaw::Flaw;

pub(super) fn interactions(log: &Log) -> Result<Vec<Interaction>, Flaw> {
    let all = log.entries.iter().enumerate();
    all.map(|(place, har)| {
        let label = (place + 1).to_string();
        interaction(har).map_err(|(field, reason)| Flaw::at(&label, &field, reason))
    })
    .collect()
}

/// The error is a field and what is wrong with it.
type Wrong = (String, String);

fn interaction(har: &Har) -> Result<Interaction, Wrong> {
    let wrong = |field: &str, reason: String| (field.to_owned(), reason);
    let method = Method::from_bytes(har.request.method.as_bytes());
    Ok(Interaction {
        note: har.comment.clone(),
        request: RecordedRequest {
            method: method.map_err(|error| wrong("request.method", error.to_string()))?,
            url: Template::new(&*har.request.url),
            headers: headers(&har.request.headers, "request")?,
            body: body(har.request.post_data.as_ref(), "request.postData")?,
        },
        response: RecordedResponse {
            status: u16::try_from(har.response.status)
                .map_err(|error| wrong("response.status", error.to_string()))?,
            headers: headers(&har.response.headers, "response")?,
            body: body(har.response.content.as_ref(), "response.content")?,
        },
        repeat: har.repeat,
        optional: har.optional,
    })
}

fn headers(pairs: &[Pair], part: &str) -> Result<Vec<Header>, Wrong> {
    let header = |(place, pair): (usize, &Pair)| {
        let name = HeaderName::from_bytes(pair.name.as_bytes())
            .map_err(|error| (format!("{part}.headers[{place}].name"), error.to_string()))?;
        Ok(Header { name, value: Template::new(&*pair.value) })
    };
    pairs.iter().enumerate().map(header).collect()
}

/// A body of the kind that it was; without a word on that there was none.
fn body(content: Option<&Content>, field: &str) -> Result<Option<Body>, Wrong> {
    let Some((content, kind)) = content.and_then(|content| Some((content, content.kind.as_deref()?))) else {
        return Ok(None);
    };
    let wrong = |field: &str, reason: String| (field.to_owned(), reason);
    let text = content.text.as_deref().unwrap_or_default();
    let at_text = format!("{field}.text");
    let bytes = || match content.encoding.as_deref() {
        Some("base64") => coding::base64(text).map_err(|reason| wrong(&at_text, reason)),
        _ => Ok(text.as_bytes().to_vec()),
    };
    Ok(Some(match kind {
        "json" => {
            let json = RawValue::from_string(text.to_owned());
            Body::Json(json.map_err(|error| wrong(&at_text, error.to_string()))?)
        }
        "text" => Body::Text(text.to_owned()),
        "lines" if text.is_empty() => Body::Lines(Vec::new()),
        "lines" => {
            Body::Lines(text.strip_suffix('\n').unwrap_or(text).split('\n').map(str::to_owned).collect())
        }
        "form" => {
            Body::Form(content.params.iter().map(|pair| (pair.name.clone(), pair.value.clone())).collect())
        }
        "base64" => Body::Base64(bytes()?),
        "file" => {
            let path = content.file.clone().unwrap_or_default();
            let file =
                BodyFile::new(path, bytes()?).map_err(|reason| wrong(&format!("{field}._file"), reason))?;
            Body::File(file)
        }
        _ => {
            return Err(wrong(
                &format!("{field}._kind"),
                "wanted json, text, lines, form, base64 or file".to_owned(),
            ));
        }
    }))
}
