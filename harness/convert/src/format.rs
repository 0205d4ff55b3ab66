use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// Whose recording it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// HTTP Archive 1.2, as browsers, proxies such as mitmproxy and [`export_har`](crate::export_har) write it.
    Har,
    /// The cassettes of VCR (Ruby) and vcrpy (Python), in YAML or JSON; which of the two shows in the content.
    Vcr,
    /// Stub mappings of WireMock: one, a list of them, or a folder with `mappings` and `__files`.
    WireMock,
    /// The objects that nock (Node.js) records.
    Nock,
}

impl Format {
    /// All of them, in the order in which they are listed to users.
    pub const ALL: [Format; 4] = [Format::Har, Format::Vcr, Format::WireMock, Format::Nock];

    /// As it is written on a command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Har => "har",
            Format::Vcr => "vcr",
            Format::WireMock => "wiremock",
            Format::Nock => "nock",
        }
    }

    /// Tells a file's format by what is in it; where `path` is a folder it is WireMock's, whatever the bytes.
    ///
    /// ```
    /// use connector_convert::Format;
    ///
    /// assert_eq!(Format::detect("a.json", br#"{"log": {"entries": []}}"#), Ok(Format::Har));
    /// assert_eq!(Format::detect("a.yaml", b"interactions: []\nversion: 1\n"), Ok(Format::Vcr));
    /// ```
    ///
    /// # Errors
    /// What was wanted, and what to do with files that are known but cannot be read.
    pub fn detect(path: impl AsRef<Path>, bytes: &[u8]) -> Result<Format, String> {
        if path.as_ref().is_dir() {
            return Ok(Format::WireMock);
        }
        let wanted = "wanted a HAR, a VCR cassette, a WireMock mapping or nock's recorded objects";
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(format!(
                "{wanted}, got bytes that are no UTF-8 text; of mitmproxy's flows write a HAR first, with \
                                `mitmdump -nr FILE --set hardump=OUT.har`"
            ));
        };
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.as_bytes() {
            [] => Err(format!("{wanted}, got an empty file")),
            [b'{', ..] => {
                let keys: Keys = serde_json::from_str(text).map_err(|error| unread(wanted, &error))?;
                keys.format().ok_or_else(|| match keys.cassette {
                    Some(_) => format!("{wanted}, got a cassette, which needs no conversion"),
                    None => format!("{wanted}, got a JSON object with none of `log`, `interactions`, `http_interactions`, \
                                     `mappings`, `request` and `response`"),
                })
            }
            [b'[', ..] => {
                let all: Vec<Keys> = serde_json::from_str(text).map_err(|error| unread(wanted, &error))?;
                match all.first() {
                    Some(first) if first.scope.is_some() => Ok(Format::Nock),
                    Some(_) => Err(format!("{wanted}, got a JSON list whose first item has no `scope`")),
                    None => Err(format!("{wanted}, got an empty list")),
                }
            }
            _ if text
                .lines()
                .any(|line| line.starts_with("interactions:") || line.starts_with("http_interactions:")) =>
            {
                Ok(Format::Vcr)
            }
            _ if text.contains("nock(") => Err(format!(
                "{wanted}, got nock's JavaScript; record with `output_objects: true` and write the objects as JSON"
            )),
            _ => Err(format!(
                "{wanted}, got text that is neither JSON nor YAML with `interactions` or `http_interactions`"
            )),
        }
    }
}

fn unread(wanted: &str, error: &serde_json::Error) -> String {
    format!(
        "{wanted}, got JSON that breaks off or is broken at line {} column {}",
        error.line(),
        error.column()
    )
}

/// The names by which formats are told apart.
#[derive(Deserialize)]
struct Keys {
    log: Option<IgnoredAny>,
    interactions: Option<IgnoredAny>,
    http_interactions: Option<IgnoredAny>,
    mappings: Option<IgnoredAny>,
    request: Option<IgnoredAny>,
    response: Option<IgnoredAny>,
    scope: Option<IgnoredAny>,
    cassette: Option<IgnoredAny>,
}

impl Keys {
    fn format(&self) -> Option<Format> {
        if self.cassette.is_some() {
            None
        } else if self.log.is_some() {
            Some(Format::Har)
        } else if self.interactions.is_some() || self.http_interactions.is_some() {
            Some(Format::Vcr)
        } else if self.mappings.is_some() || (self.request.is_some() && self.response.is_some()) {
            Some(Format::WireMock)
        } else {
            None
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let named = Format::ALL.into_iter().find(|format| format.as_str() == text);
        named.ok_or_else(|| {
            let all = Format::ALL.map(Format::as_str).join(", ");
            format!("wanted one of {all}, got {}", crate::flaw::line(text, 40))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_content_not_by_name() {
        for (text, wanted) in [
            ("\u{feff}\r\n{\"log\": {}}", Format::Har),
            (r#"{"http_interactions": []}"#, Format::Vcr),
            (r#"{"interactions": [], "version": 1}"#, Format::Vcr),
            ("---\nhttp_interactions:\n- request:\n", Format::Vcr),
            ("interactions: []\r\n", Format::Vcr),
            (r#"{"mappings": []}"#, Format::WireMock),
            (r#"{"request": {}, "response": {}}"#, Format::WireMock),
            (r#"[{"scope": "https://a.test"}]"#, Format::Nock),
        ] {
            assert_eq!(Format::detect("x.har", text.as_bytes()), Ok(wanted), "{text}");
        }
        assert_eq!(Format::detect(env!("CARGO_MANIFEST_DIR"), b""), Ok(Format::WireMock));
    }

    #[test]
    fn what_is_no_recording_says_what_to_do() {
        for (bytes, wanted) in [
            (&b""[..], "got an empty file"),
            (b"\xff", "write a HAR first"),
            (b"{\"log\": ", "broken at line 1 column 8"),
            (b"{\"cassette\": 1, \"interactions\": []}", "needs no conversion"),
            (b"{}", "with none of `log`"),
            (b"[]", "an empty list"),
            (b"[{}]", "has no `scope`"),
            (b"nock('https://a.test')", "output_objects: true"),
            (b"hello", "neither JSON nor YAML"),
        ] {
            let error = Format::detect("x.har", bytes).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_format_reads_from_the_name_it_is_shown_with() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("HAR".parse::<Format>().unwrap_err(), "wanted one of har, vcr, wiremock, nock, got HAR");
    }
}
