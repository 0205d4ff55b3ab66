//! The ways in which texts inside of texts spell a character: a URL in JSON, JSON in JSON, a URL in HTML.

/// The longest run of backslashes that is read as one: JSON in JSON in JSON.
const BACKSLASHES: usize = 8;

const ENTITIES: [(&[u8], u8); 7] = [
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&quot;", b'"'),
    (b"&apos;", b'\''),
    (b"&#39;", b'\''),
    (b"&#x27;", b'\''),
];

/// What a place in a text may say beside the byte that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    bytes: [u8; 4],
    length: usize,
    /// How many bytes of the text say it.
    pub(super) takes: usize,
}

impl Reading {
    fn of(byte: u8, takes: usize) -> Reading {
        Reading { bytes: [byte, 0, 0, 0], length: 1, takes }
    }

    fn of_char(character: char, takes: usize) -> Reading {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Reading { bytes, length, takes }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Whether a byte may begin another spelling.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'+' | b'&')
}

/// The other readings of the place that `text` begins at.
pub(super) fn readings(text: &[u8]) -> Vec<Reading> {
    match text.first() {
        Some(b'+') => vec![Reading::of(b' ', 1)],
        Some(b'%') => percent(text),
        Some(b'\\') => backslash(text),
        Some(b'&') => {
            let entity = ENTITIES.iter().find(|(entity, _)| text.starts_with(entity));
            entity.map(|(entity, byte)| Reading::of(*byte, entity.len())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `%2F`, and `%252F` and deeper, as URLs in URLs have it. `%2541` may say `%41` or `A`.
fn percent(text: &[u8]) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut start = 1;
    while let Some(byte) = text.get(start..start + 2).and_then(hex) {
        found.extend(u8::try_from(byte).map(|byte| Reading::of(byte, start + 2)));
        if byte == u32::from(b'+') {
            // A space, encoded twice.
            found.push(Reading::of(b' ', start + 2));
        }
        if byte != u32::from(b'%') {
            break;
        }
        start += 2;
    }
    found
}

fn backslash(text: &[u8]) -> Vec<Reading> {
    let run = text.iter().take(BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    // An escaped backslash, at any depth.
    let mut found: Vec<_> =
        [2, 4, 8].into_iter().filter(|takes| *takes <= run).map(|it| Reading::of(b'\\', it)).collect();
    let rest = &text[run..];
    let simple = |byte| Some(Reading::of(byte, run + 1));
    found.extend(match rest.first() {
        Some(b'n') => simple(b'\n'),
        Some(b't') => simple(b'\t'),
        Some(b'r') => simple(b'\r'),
        Some(b'b') => simple(8),
        Some(b'f') => simple(12),
        Some(byte @ (b'"' | b'/' | b'\'')) => simple(*byte),
        Some(b'u') => unicode(rest, run),
        _ => None,
    });
    found
}

/// `u00e9`, or two of them that are one character.
fn unicode(rest: &[u8], run: usize) -> Option<Reading> {
    let unit = |text: &[u8]| hex(text.strip_prefix(b"u")?.get(..4)?);
    let high = unit(rest)?;
    if let Some(character) = char::from_u32(high) {
        return Some(Reading::of_char(character, run + 5));
    }
    let low = unit(rest.get(5 + run..).filter(|_| rest[5..].starts_with(&[b'\\'][..]))?)?;
    let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some(Reading::of_char(character, 2 * run + 10))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let all = digits.iter().all(u8::is_ascii_hexdigit) && !digits.is_empty();
    all.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_read_in_every_spelling() {
        for (text, character, takes) in [
            ("%2fx", "/", 3),
            ("%2F", "/", 3),
            ("%252F", "/", 5),
            ("%25252f", "/", 7),
            ("%25", "%", 3),
            ("%2525", "%", 5),
            ("+", " ", 1),
            (r"\n", "\n", 2),
            (r"\\\n", "\n", 4),
            (r"\/", "/", 2),
            (r#"\""#, "\"", 2),
            (r"\u0041", "A", 6),
            (r"\\u00e9", "é", 7),
            (r"\ud83d\ude00", "\u{1f600}", 12),
            (r"\\", "\\", 2),
            ("&amp;", "&", 5),
        ] {
            let found = readings(text.as_bytes());
            let wanted =
                |reading: &Reading| reading.bytes() == character.as_bytes() && reading.takes == takes;
            assert!(found.iter().any(wanted), "{text}: {found:?}");
        }
        for text in ["%", "%2", "%zz", r"\q", r"\u00", r"\ud83d", "&", "a", ""] {
            assert_eq!(readings(text.as_bytes()), [], "{text}");
        }
    }
}
