//! Text that a tool has decoded, back to the bytes that were sent.

use crate::entry::Message;

/// What the text of a body was, as far as can be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    /// Whether the charset that was named could not be written, so that it is UTF-8 now.
    pub(crate) replaced: bool,
}

/// Encodes a text in its charset; `sizes` are the lengths in bytes that the tool says it may have had.
///
/// Tools that know no charset take Latin-1: mitmproxy's HAR does, so that a length is a better witness than a name.
pub(crate) fn encode(text: &str, charset: Option<&str>, sizes: &[u64]) -> Encoded {
    let utf8 = |replaced| Encoded { bytes: text.as_bytes().to_vec(), replaced };
    if text.is_ascii() {
        return utf8(false);
    }
    let named =
        |names: &[&str]| charset.is_some_and(|it| names.iter().any(|name| it.eq_ignore_ascii_case(name)));
    let is = |length: usize| sizes.contains(&(length as u64));
    let latin1: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    match latin1 {
        _ if is(text.len()) => utf8(false),
        Some(bytes) if is(bytes.len()) || named(&["iso-8859-1", "latin1", "windows-1252"]) => {
            Encoded { bytes, replaced: false }
        }
        _ => utf8(charset.is_some() && !named(&["utf-8", "utf8", "us-ascii", "ascii-8bit"])),
    }
}

/// The charset that a content type names.
pub(crate) fn of(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// Says of a message that its text is UTF-8.
pub(crate) fn call_utf8(message: &mut Message) {
    let kind =
        message.content_type().and_then(|it| it.split(';').next()).unwrap_or("text/plain").trim().to_owned();
    message.set_header("content-type", &format!("{kind}; charset=utf-8"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_believed_before_a_charset() {
        let latin1 = Encoded { bytes: b"\xe9".to_vec(), replaced: false };
        let utf8 = Encoded { bytes: "é".into(), replaced: false };
        assert_eq!(encode("é", None, &[1]), latin1);
        assert_eq!(encode("é", Some("ISO-8859-1"), &[]), latin1);
        assert_eq!(encode("é", Some("iso-8859-1"), &[2]), utf8);
        assert_eq!(encode("é", None, &[7]), utf8);
        assert_eq!(encode("ł", Some("iso-8859-2"), &[1]), Encoded { bytes: "ł".into(), replaced: true });
    }

    #[test]
    fn a_charset_is_a_parameter_of_the_content_type() {
        assert_eq!(of("text/csv; header=x; Charset=\"ISO-8859-1\""), Some("ISO-8859-1"));
        assert_eq!(of("charset=x"), None);
        let mut message = Message {
            headers: vec![("Content-Type".into(), b"text/csv; charset=x".into())],
            ..Message::default()
        };
        call_utf8(&mut message);
        assert_eq!(message.content_type(), Some("text/csv; charset=utf-8"));
    }
}
