use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Body;
use super::object::{or_default, strict};
use crate::excerpt::{self, short};
use crate::{Expression, Request, Target, Template, Terms};

/// One request and its answer.
///
/// Displayed, it is the request's line: method and URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// A word to the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What a client asked.
    #[serde(deserialize_with = "strict")]
    pub request: RecordedRequest,
    /// What it was answered.
    #[serde(deserialize_with = "strict")]
    pub response: RecordedResponse,
    /// Whether the answer may be given again and again. Only the last of equal requests has it.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
    /// Whether it may go unasked.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// What a client asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRequest {
    /// The method, in upper case.
    #[serde(deserialize_with = "method", serialize_with = "text")]
    pub method: Method,
    /// The whole URL.
    #[serde(deserialize_with = "url")]
    pub url: Template,
    /// For the reader alone, but for those that hold an expression: these are compared.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// The body, before any compression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

impl RecordedRequest {
    /// As a client sends it on these terms. What may be anything is `opaque`.
    ///
    /// # Errors
    /// What cannot be sent, and why.
    pub fn asked(&self, terms: &Terms) -> Result<Request, String> {
        const OPAQUE: &str = "{{opaque}}";
        let mut headers = HeaderMap::new();
        for Header { name, value } in &self.headers {
            let value = match value.as_str().strip_suffix(OPAQUE) {
                Some(head) => Template::new(format!("{head}opaque")),
                None => value.clone(),
            };
            headers.append(name, Header { name: name.clone(), value }.bind(terms)?);
        }
        let body = self.body.as_ref().map(|body| body.to_bytes(terms)).transpose()?;
        Ok(Request {
            method: self.method.clone(),
            target: Target::parse(&self.url.bind_url(terms)?)?,
            headers,
            body: body.unwrap_or_default(),
        })
    }

    /// Whether it holds a time that depends on when it is played.
    pub(crate) fn tells_time(&self) -> bool {
        let has = |text: &str| text.contains("{{now");
        has(self.url.as_str())
            || match &self.body {
                Some(Body::Json(json)) => has(json.get()),
                Some(Body::Text(text)) => has(text),
                Some(Body::Lines(lines)) => lines.iter().any(|line| has(line)),
                Some(Body::Form(pairs)) => pairs.iter().any(|(_, value)| has(value)),
                Some(Body::File(file)) => memchr::memmem::find(file.bytes(), b"{{now").is_some(),
                Some(Body::Base64(_)) | None => false,
            }
    }
}

/// What it was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedResponse {
    /// 200 to 999: an interim status (1xx) is never the answer.
    #[serde(deserialize_with = "status")]
    pub status: u16,
    /// In the order in which they are sent.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// The body, before any compression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A header: a pair in the file, so that order and repetition survive.
#[derive(Clone, Debug)]
pub struct Header {
    /// In lower case.
    pub name: HeaderName,
    /// Text.
    pub value: Template,
}

impl Header {
    /// A header that means itself. Bytes that are no UTF-8 stand in it as an expression.
    pub fn literal(name: &HeaderName, value: &HeaderValue) -> Header {
        let value = if let Ok(text) = std::str::from_utf8(value.as_bytes()) {
            Template::literal(text)
        } else {
            let mut template = Template::default();
            template.push(&Expression::Bytes(value.as_bytes().to_vec()));
            template
        };
        Header { name: name.clone(), value }
    }

    /// Its value, filled in.
    ///
    /// # Errors
    /// The header, the expression that cannot be filled in, and why.
    pub fn bind(&self, terms: &Terms) -> Result<HeaderValue, String> {
        let value = self.value.bind(terms).map_err(|reason| format!("{}: {reason}", self.name))?;
        HeaderValue::from_bytes(&value)
            .map_err(|_| format!("wanted a value without control characters for \"{}\"", self.name))
    }
}

impl fmt::Display for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of what may be no URL, not what may be a password.
        let url = self.request.url.as_str();
        if Target::parse(url).is_ok() {
            write!(f, "{} {url}", self.request.method)
        } else {
            write!(f, "{} {}", self.request.method, excerpt::of_url(url))
        }
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Header, D::Error> {
        let (name, value) = <(String, String)>::deserialize(deserializer)?;
        Ok(Header {
            name: name.parse().map_err(|_| {
                de::Error::custom(format_args!("wanted the name of a header, got \"{}\"", short(&name)))
            })?,
            value: match HeaderValue::from_bytes(value.as_bytes()) {
                Ok(_) => Template::new(value),
                Err(_) => {
                    return Err(de::Error::custom(format_args!(
                        "wanted a value without control characters for \"{}\"",
                        short(&name)
                    )));
                }
            },
        })
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.name.as_str(), &self.value).serialize(serializer)
    }
}

/// In its one spelling, where it holds no expression.
fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
    let text = String::deserialize(deserializer)?;
    let template = Template::new(&*text);
    if template.has_expressions() {
        return Ok(template);
    }
    Target::parse(&text).map(|target| Template::new(target.to_string())).map_err(de::Error::custom)
}

fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    let text = String::deserialize(deserializer)?;
    // Methods are told apart by case, so that "get" would never be asked for. CONNECT asks for a tunnel.
    let plausible = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-') && text != "CONNECT";
    Method::from_bytes(text.as_bytes()).ok().filter(|_| plausible).ok_or_else(|| {
        let got = short(&text);
        de::Error::custom(format_args!("wanted a method in upper case such as \"GET\", got \"{got}\""))
    })
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    struct Status;

    impl de::Visitor<'_> for Status {
        type Value = u16;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a status from 200 to 999")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u16, E> {
            let status = u16::try_from(number).ok().filter(|status| (200..1000).contains(status));
            status.ok_or_else(|| E::custom(format_args!("wanted a status from 200 to 999, got {number}")))
        }
    }

    deserializer.deserialize_u64(Status)
}

fn text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
