//! Short pieces of what a connector said, for people to read.

use serde_json::Value;

/// Stands at the end of what was cut.
pub(crate) const CUT: char = '…';

/// Characters shown at most.
const LONGEST: usize = 120;

/// A text on one line, cut where it gets long, with control characters made visible.
pub(crate) fn of_text(text: &str) -> String {
    let mut shown = show(text.chars().take(LONGEST));
    if text.chars().nth(LONGEST).is_some() {
        shown.push(CUT);
    }
    shown
}

/// A text on one line, whole, with control characters made visible.
pub(crate) fn of_line(text: &str) -> String {
    show(text.chars())
}

fn show(characters: impl Iterator<Item = char>) -> String {
    let mut shown = String::new();
    for character in characters {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A JSON value on one line, cut where it gets long.
pub(crate) fn of_json(value: &Value) -> String {
    of_text(&value.to_string())
}

/// Bytes that may not be text.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    // A character takes at most four bytes: no need to look at the rest of a large line.
    let start = &bytes[..bytes.len().min(4 * LONGEST + 4)];
    of_text(&String::from_utf8_lossy(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(of_text("a\tb\u{1b}[31m"), r"a\tb\u{1b}[31m");
        assert_eq!(of_text(&"x".repeat(500)).chars().count(), LONGEST + 1);
        assert_eq!(of_bytes(&[b'a', 0xff]), "a\u{fffd}");
    }
}
