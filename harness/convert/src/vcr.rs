//! The cassettes of VCR and vcrpy, which differ in little: both keep a list of interactions with bodies that may be text,
//! base64 or YAML's own binary.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Tagged;

use crate::entry::{Entry, Message};
use crate::flaw::Flaw;
use crate::note::Notes;
use crate::scalar::{self, Headers, Scalar};
use crate::{charset, coding};

#[derive(Deserialize)]
struct File {
    #[serde(alias = "http_interactions")]
    interactions: Vec<Recorded>,
}

#[derive(Deserialize)]
struct Recorded {
    request: Asked,
    response: Answered,
}

#[derive(Deserialize)]
struct Asked {
    method: Scalar,
    uri: Scalar,
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    body: Content,
}

#[derive(Deserialize)]
struct Answered {
    /// vcrpy wrote the status of httpx's answers, and their bodies, under other names.
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    status_code: Option<i64>,
    #[serde(default)]
    headers: Headers,
    #[serde(default, alias = "content")]
    body: Content,
}

#[derive(Deserialize)]
struct Status {
    code: i64,
}

pub(crate) fn read(text: &str, notes: &mut Notes) -> Result<Vec<Entry>, Flaw> {
    let File { interactions } =
        if text.trim_start().starts_with('{') { crate::fields::file(text)? } else { yaml(text)? };
    let all = interactions.into_iter().enumerate();
    all.map(|(place, recorded)| entry((place + 1).to_string(), recorded, notes)).collect()
}

fn yaml(text: &str) -> Result<File, Flaw> {
    // A recording may be large, so that the limits grow with it; what swells beyond its own length does not pass.
    let events = text.len().saturating_mul(2).saturating_add(1_000);
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: events,
            max_nodes: events,
            max_total_scalar_bytes: text.len().saturating_add(64 << 20),
        },
        strict_booleans: true,
        ignore_binary_tag_for_string: true,
        with_snippet: false,
    };
    let mut place = None;
    let file = serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            place = Some(without_tags(Flaw::on_path(&error).place));
            error.into_inner()
        })
    });
    file.map_err(|error| Flaw { place: place.unwrap_or_default(), ..Flaw::of_file(error.without_snippet()) })
}

/// A value and its tag are a list to the reader, which is not in the file.
fn without_tags(place: String) -> String {
    match place.strip_suffix(": ") {
        Some(field) => format!("{}: ", field.trim_end_matches("[0]")),
        None => place,
    }
}

fn entry(label: String, recorded: Recorded, notes: &mut Notes) -> Result<Entry, Flaw> {
    let Recorded { request, response } = recorded;
    let text = |Scalar(bytes), field| {
        String::from_utf8(bytes).map_err(|_| Flaw::at(&label, field, "wanted text, got bytes that are none"))
    };
    let status = response.status.map(|status| status.code).or(response.status_code);
    let status =
        status.ok_or_else(|| Flaw::at(&label, "response.status", "wanted a status with a code, got none"))?;
    let method = text(request.method, "request.method")?;
    let url = text(request.uri, "request.uri")?;
    let mut message = |headers: Headers, content: Content, field| {
        let mut message = Message { headers: headers.0, ..Message::default() };
        content.put_into(&mut message, &label, notes).map_err(|reason| Flaw::at(&label, field, reason))?;
        Ok(message)
    };
    let request = message(request.headers, request.body, "request.body")?;
    let response = message(response.headers, response.body, "response.body")?;
    Ok(Entry { label, method, url, request, status, response, ..Entry::default() })
}

/// A body: nothing, text, bytes, or an object with one of them and the name of a charset.
#[derive(Default)]
struct Content {
    bytes: Option<Vec<u8>>,
    /// The charset in which the text is to be written.
    encoding: Option<String>,
    /// Why it cannot be read.
    wrong: Option<String>,
}

impl Content {
    fn put_into(self, message: &mut Message, label: &str, notes: &mut Notes) -> Result<(), String> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let bytes = self.bytes.unwrap_or_default();
        message.body = match (std::str::from_utf8(&bytes), self.encoding) {
            (Ok(text), Some(encoding)) => {
                let encoded = charset::encode(text, Some(&encoding), &[]);
                if encoded.replaced {
                    charset::call_utf8(message);
                    notes.add(label, "a body is sent in UTF-8 in place of its own charset, and says so");
                }
                encoded.bytes
            }
            _ => bytes,
        };
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        let Tagged(Plain { text, mut content }, tag) = Tagged::deserialize(deserializer)?;
        if let Some(text) = text {
            content.bytes = Some(scalar::of(text, tag.as_deref()).map_err(D::Error::custom)?);
        }
        Ok(content)
    }
}

/// A body without its tag.
#[derive(Default)]
struct Plain {
    text: Option<String>,
    content: Content,
}

impl Plain {
    fn text(text: &impl ToString) -> Plain {
        Plain { text: Some(text.to_string()), ..Plain::default() }
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Plain, D::Error> {
        deserializer.deserialize_any(Contents)
    }
}

struct Contents;

impl<'de> Visitor<'de> for Contents {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a body: text, or an object with `string` or `base64_string`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plain, A::Error> {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(default)]
            encoding: Option<String>,
            #[serde(default)]
            string: Option<Scalar>,
            #[serde(default)]
            base64_string: Option<String>,
        }
        let fields = Fields::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        let mut content = Content { encoding: fields.encoding, ..Content::default() };
        match (fields.base64_string, fields.string) {
            (Some(base64), _) => {
                content.bytes = Some(coding::base64(&base64).map_err(A::Error::custom)?);
                content.encoding = None;
            }
            (None, Some(Scalar(bytes))) => content.bytes = Some(bytes),
            (None, None) => content.wrong = Some("wanted `string` or `base64_string` in it".to_owned()),
        }
        Ok(Plain { content, ..Plain::default() })
    }

    fn visit_str<E>(self, text: &str) -> Result<Plain, E> {
        Ok(Plain::text(&text))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Plain, E> {
        Ok(Plain::text(&truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Plain, E> {
        Ok(Plain::text(&number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Plain, E> {
        Ok(Plain::text(&number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Plain, E> {
        Ok(Plain::text(&number))
    }

    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        read(text, &mut Notes::default()).unwrap()
    }

    fn flaw(text: &str) -> String {
        let flaw = read(text, &mut Notes::default()).unwrap_err();
        format!("{}{}", flaw.place, flaw.reason)
    }

    const VCRPY: &str = "interactions:\r\n- request:\r\n    method: GET\r\n    uri: http://a.test/\r\n    body: BODY\r\n    headers:\r\n      A: [x, 'y']\r\n  response:\r\n    status: {code: 200, message: OK}\r\n    headers: {}\r\n    body: {string: STRING}\r\nversion: 1\r\n";

    #[test]
    fn bodies_are_read_however_they_are_written() {
        for (written, wanted) in [
            ("null", &b""[..]),
            ("''", b""),
            ("x=1", b"x=1"),
            ("!!binary AP8=", b"\x00\xff"),
            ("!!str 12", b"12"),
            ("{encoding: UTF-8, string: \"\\xe9\"}", "é".as_bytes()),
            ("{encoding: ISO-8859-1, string: \"\\xe9\"}", b"\xe9"),
            ("{encoding: ASCII-8BIT, base64_string: AP8=}", b"\x00\xff"),
        ] {
            let text = VCRPY.replace("BODY", written).replace("STRING", "!binary AP8=");
            let entry = entries(&text).remove(0);
            assert_eq!(entry.request.body, wanted, "{written}");
            assert_eq!(entry.response.body, b"\x00\xff");
            assert_eq!(entry.request.headers, [("A".into(), b"x".to_vec()), ("A".into(), b"y".to_vec())]);
        }
    }

    #[test]
    fn json_and_the_names_of_old_versions_are_read() {
        let text = r#"{"version": 1, "interactions": [{"request": {"method": "GET", "uri": "http://a.test/", "headers": {"a": "b"}},
            "response": {"status_code": 201, "content": "x\ud83d\ude00"}}]}"#;
        let entry = entries(text).remove(0);
        assert_eq!((entry.status, &entry.response.body[..]), (201, "x😀".as_bytes()));
    }

    #[test]
    fn what_does_not_read_is_named_by_entry_and_field_and_not_quoted() {
        let ok = VCRPY.replace("BODY", "''").replace("STRING", "''");
        let two = |second: &str| format!("{}{second}", ok.replace("version: 1\r\n", ""));
        for (text, wanted) in [
            (
                two("- request: {method: GET}\n  response: {status: {code: 200}}\n"),
                "entry 2: request: missing field `uri`",
            ),
            (
                two("- {request: {method: GET, uri: x, body: [canary]}, response: {}}\n"),
                "entry 2: request.body: invalid type: sequence",
            ),
            (
                two("- {request: {method: GET, uri: x}, response: {status: {code: canary}}}\n"),
                "entry 2: response.status.code: ",
            ),
            (
                two("- {request: {method: GET, uri: x}, response: {}}\n"),
                "entry 2: response.status: wanted a status with a code",
            ),
            (ok.replace("body: ''", "body: !!binary '*canary'"), "entry 1: request.body: wanted base64"),
            (ok.replace("body: ''", "body: {io: canary}"), "entry 1: request.body: wanted `string`"),
            (two("- [\n"), ""),
            ("interactions: *canary".into(), ""),
            (format!("interactions:\n{}", "- ".repeat(5_000)), ""),
        ] {
            let flaw = flaw(&text);
            assert!(flaw.contains(wanted) && !flaw.contains("canary"), "got {flaw}, want {wanted}");
        }
    }

    #[test]
    fn what_swells_beyond_its_length_is_refused() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (one, other) in "abcdefgh".chars().zip("bcdefghi".chars()) {
            bomb.extend([format!("{other}: &{other} [{}]\n", vec![format!("*{one}"); 10].join(", "))]);
        }
        bomb.push_str("interactions: []\n");
        assert!(!flaw(&bomb).is_empty());
    }
}
