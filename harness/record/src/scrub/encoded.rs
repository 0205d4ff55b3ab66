//! Base64 in texts.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use connector_replay::{Expression, Template};

use super::pieces::{Piece, Pieces};

/// Fewer characters than this say too little to hold a secret.
const SHORTEST: usize = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Some base64 within a text, read from one of the four places where its first group may begin.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Where it stands, padding included.
    pub(super) span: Range<usize>,
    /// What it says.
    pub(super) bytes: Vec<u8>,
    url_safe: bool,
    padding: usize,
}

impl Encoded {
    /// All runs of the alphabets in a text, each in its four readings.
    pub(super) fn all_in(text: &str) -> Vec<Vec<Encoded>> {
        runs(text)
            .into_iter()
            .map(|run| (0..4).filter_map(|skip| Encoded::read(text, &run, skip)).collect())
            .collect()
    }

    /// A whole text that is base64.
    pub(super) fn whole(text: &str) -> Option<Encoded> {
        let body = text.trim_end_matches('=');
        let all = 0..body.len();
        Encoded::read(text, &all, 0).filter(|encoded| encoded.span == (0..text.len()))
    }

    fn read(text: &str, run: &Range<usize>, skip: usize) -> Option<Encoded> {
        let start = run.start + skip;
        // One character left over says nothing.
        let end = run.end - usize::from((run.end.checked_sub(start)?) % 4 == 1);
        let body = text.get(start..end)?;
        let padding = if end == run.end {
            text[end..].bytes().take(2).take_while(|byte| *byte == b'=').count()
        } else {
            0
        };
        let url_safe = body.contains(['-', '_']);
        let bytes = if url_safe { FOR_URLS.decode(body) } else { PLAIN.decode(body) }.ok()?;
        Some(Encoded { span: start..end + padding, bytes, url_safe, padding })
    }

    /// What is written instead, of its bytes from `skipped` on, which is a multiple of three; and where that begins.
    pub(super) fn instead(&self, skipped: usize, inner: &Pieces) -> (Range<usize>, Pieces) {
        // Without padding that would be there, it is the kind that has none.
        let unpadded = self.padding == 0 && !self.bytes.len().is_multiple_of(3);
        let url_safe = self.url_safe || unpadded;
        let mut pieces = Pieces::of(Expression::Base64 { text: nested(inner), url_safe });
        if url_safe {
            pieces.push_literal(&"==="[..self.padding]);
        }
        (self.span.start + skipped / 3 * 4..self.span.end, pieces)
    }
}

/// As it stands within an expression, where two braces would begin or end one.
pub(super) fn nested(pieces: &Pieces) -> Template {
    let mut template = Template::default();
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let mut rest = match piece {
            Piece::Expression(expression) => {
                template.push(expression);
                continue;
            }
            Piece::Literal(text) => text.as_str(),
        };
        while let Some(brace) = rest.find(['{', '}']) {
            template.push_literal(&rest[..brace]);
            rest = &rest[brace..];
            let taken = if rest.starts_with("{{") {
                template.push(&Expression::Open);
                2
            } else if rest.starts_with("}}") {
                template.push(&Expression::Close);
                2
            } else if rest == "}" && pieces.peek().is_none() {
                // It would be the first of those that end the expression.
                template.push(&Expression::Bytes(b"}".to_vec()));
                1
            } else {
                template.push_literal(&rest[..1]);
                1
            };
            rest = &rest[taken..];
        }
        template.push_literal(rest);
    }
    template
}

fn runs(text: &str) -> Vec<Range<usize>> {
    let is_of = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if !is_of(byte) {
            if at - start >= SHORTEST {
                runs.push(start..at);
            }
            start = at + 1;
        }
    }
    // Where both alphabets meet, one of them is punctuation.
    runs.into_iter().flat_map(|run| one_alphabet(text, run)).collect()
}

fn one_alphabet(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let part = &text[run.clone()];
    if !(part.contains(['-', '_']) && part.contains(['+', '/'])) {
        return vec![run];
    }
    let split = |marks: [char; 2]| {
        let mut at = run.start;
        let mut parts = Vec::new();
        for piece in part.split(marks) {
            parts.push(at..at + piece.len());
            at += piece.len() + 1;
        }
        parts.into_iter().filter(|part| part.len() >= SHORTEST).collect::<Vec<_>>()
    };
    // Words joined by hyphens are cut there, paths at their slashes.
    let mut parts = split(['/', '+']);
    parts.extend(split(['-', '_']).into_iter().filter(|other| text[other.clone()].contains(['/', '+'])));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str, wanted: &[u8]) -> bool {
        let found = Encoded::all_in(text);
        found.iter().flatten().any(|it| memchr::memmem::find(&it.bytes, wanted).is_some())
    }

    #[test]
    fn base64_is_read_from_any_place_and_in_any_kind() {
        for text in [
            "x:aGVsbG8gd29ybGQ=",
            "aGVsbG8gd29ybGQ",
            "/v1/aGVsbG8gd29ybGQ?",
            "xaGVsbG8gd29ybGQ",
            "a-b/aGVsbG8gd29ybGQ",
        ] {
            assert!(says(text, b"hello world"), "{text}");
        }
        assert!(says("Pz8_Pz8-aGVsbG8", b"hello") && says("Pz8/Pz8+aGVsbG8", b"hello"));
        assert!(!says("hello world", b"hello"));
    }

    #[test]
    fn what_stands_instead_is_written_in_the_same_kind() {
        for (text, wanted) in [
            ("aGVsbG8gd29ybGQ=", "{{base64:hi}}"),
            ("aGVsbG8gd29ybGQ", "{{base64url:hi}}"),
            ("aGVsbG8gd29ybGQh", "{{base64:hi}}"),
            ("Pz8_Pz8-Pw==", "{{base64url:hi}}=="),
        ] {
            let encoded = Encoded::whole(text).unwrap();
            let (span, pieces) = encoded.instead(0, &Pieces::literal("hi"));
            assert_eq!((span, pieces.template().as_str()), (0..text.len(), wanted));
        }
        assert!(Encoded::whole("no base64").is_none());
    }

    #[test]
    fn braces_within_stay_braces() {
        for (text, wanted) in [
            ("{\"a\":{}}", "{\"a\":{{{close}}"),
            ("{\"a\":1}", "{\"a\":1{{bytes:fQ==}}"),
            ("{{x}} }}}", "{{open}}x{{close}} {{close}}{{bytes:fQ==}}"),
        ] {
            assert_eq!(nested(&Pieces::literal(text)).as_str(), wanted);
        }
    }
}
