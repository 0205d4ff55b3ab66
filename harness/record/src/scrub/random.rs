//! What looks as if no person had thought of it.

use std::collections::BTreeMap;

/// The fewest characters of what a computer drew at random and hands out as a credential.
pub(super) const TOKEN: usize = 16;

/// Bits per character below which a text repeats itself too much to be random.
const BITS: f64 = 2.9;
/// Of a hundred neighbours, how many at least are of two classes: letters, capitals, digits. In words few are.
const CHANGES: usize = 24;

/// Whether a text is one word of at least so many letters and digits that look drawn at random.
pub(super) fn is_random(text: &str, shortest: usize) -> bool {
    text.len() >= shortest
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_.~:!*|".contains(&byte))
        && !is_uuid(text)
        && text
            .split(|mark: char| !mark.is_ascii_alphanumeric())
            .any(|part| is_mixed(part, shortest.min(part_of(text))))
}

/// How long one part of a text with marks in it must be: as long as half of it all.
fn part_of(text: &str) -> usize {
    (text.len() / 2).max(8)
}

fn is_mixed(text: &str, shortest: usize) -> bool {
    let bytes = text.as_bytes();
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let changes = bytes.windows(2).filter(|two| class(&two[0]) != class(&two[1])).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    bytes.len() >= shortest
        && digits >= 1
        && digits < bytes.len()
        && changes * 100 >= CHANGES * (bytes.len() - 1)
        && entropy(bytes) >= BITS
}

/// Shannon's entropy of the bytes, in bits for each.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = BTreeMap::<u8, u32>::new();
    for byte in bytes {
        *counts.entry(*byte).or_default() += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a text is not that long")]
    let length = bytes.len() as f64;
    counts.values().map(|count| f64::from(*count) / length).map(|share| -share * share.log2()).sum()
}

pub(super) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_is_told_from_what_was_written() {
        for text in [
            "4eC39HqLyjWDarjtT1zdp7dc",
            "gho_16C7e42F292c6912E7710c838347Ae178B4a",
            "6f1ed002ab5595859014ebf0951522d9",
            "dGhpcyBpcyBub3QgYSB0b2tlbg9Zk3",
            "ya29.a0AfH6SMBx1yZq3vK8TfWlR7",
            "1//0gK9x8Zq3vK8TfWlR7PmNcD",
            "xoxb-2345678901-4567890123-AbCdEfGhIj4567KlMnOp12",
        ] {
            assert!(is_random(text, TOKEN), "{text} {}", entropy(text.as_bytes()));
        }
        for text in [
            "payment_method_details",
            "https://api.example.test/v1/x9Zk3",
            "subscription_item_2024",
            "1704801601000123456",
            "ThisIsTheNameOfAJavaClass",
            "2024-01-09T12:00:00.000Z",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "application/vnd.github.v3+json",
            "aaaaaaaaaaaaaaaaaaaa1A",
            "Some words that 1 wrote",
            "short1A",
        ] {
            assert!(!is_random(text, TOKEN), "{text}");
        }
    }
}
