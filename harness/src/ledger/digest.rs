//! A number in place of a record, so that two reads can be compared without keeping either.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use super::tree::Tree;
use crate::json_pointer::unescaped;

/// Digests of records, in 64 bits. Equal for equal values: the order of members does not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest {
    /// Paths into the data of what no two runs share.
    volatile: Vec<Vec<String>>,
}

impl Digest {
    /// `volatile` are JSON pointers into messages; those into the data of records are passed over.
    pub(crate) fn passing_over(volatile: &[String]) -> Self {
        Digest::default().and_over(volatile)
    }

    /// The same, passing over these too.
    pub(crate) fn and_over(mut self, volatile: &[String]) -> Self {
        let paths = volatile.iter().filter_map(|pointer| pointer.strip_prefix("/record/data/"));
        self.volatile.extend(paths.map(|path| path.split('/').map(unescaped).collect()));
        self
    }

    pub(crate) fn of(&self, data: &Tree<'_>) -> u64 {
        let volatile: Vec<&[String]> = self.volatile.iter().map(Vec::as_slice).collect();
        of(data, &volatile)
    }
}

fn of(value: &Tree<'_>, volatile: &[&[String]]) -> u64 {
    // The same in every process and at all times: snapshots hold sums of it.
    let mut hasher = SipHasher13::new();
    match value {
        Tree::Null => hasher.write_u8(0),
        Tree::Bool(value) => hasher.write(&[1, u8::from(*value)]),
        Tree::Number(number) => {
            hasher.write_u8(2);
            match (number.as_u64(), number.as_i64(), number.as_f64().and_then(whole)) {
                (Some(number), _, _) => hasher.write_u64(number),
                (None, Some(number), _) | (None, None, Some(number)) => hasher.write_i64(number),
                (None, None, None) => hasher.write_u64(number.as_f64().unwrap_or_default().to_bits()),
            }
        }
        Tree::Text(text) => {
            hasher.write_u8(3);
            hasher.write(text.as_bytes());
        }
        Tree::List(items) => {
            hasher.write_u8(4);
            for (index, item) in items.iter().enumerate() {
                hasher.write_u64(of(item, &within(volatile, &index.to_string())));
            }
        }
        Tree::Map(members) => {
            hasher.write_u8(5);
            let mut sum = 0_u64;
            for (name, value) in members.iter() {
                if volatile.iter().any(|path| matches!(path, [last] if fits(last, name))) {
                    continue;
                }
                let mut member = SipHasher13::new();
                member.write(name.as_bytes());
                member.write_u64(of(value, &within(volatile, name)));
                sum = sum.wrapping_add(member.finish());
            }
            hasher.write_u64(sum);
        }
    }
    hasher.finish()
}

/// `1.0` is `1`: which of them is written depends on the writer, not on the value.
pub(super) fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 nothing is cut off but a fraction of 0")]
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// Whether a name is the one of a path; `*` in it stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        _ if pattern == name => true,
        None => false,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|left| {
            let ends = left.char_indices().map(|(at, _)| at).chain([left.len()]);
            rest.is_empty() || ends.into_iter().any(|at| fits(rest, &left[at..]))
        }),
    }
}

/// What of the paths leads on below `name`.
fn within<'a>(volatile: &[&'a [String]], name: &str) -> Vec<&'a [String]> {
    let below = volatile.iter().filter_map(|path| path.split_first().filter(|(first, _)| fits(first, name)));
    below.map(|(_, rest)| rest).filter(|rest| !rest.is_empty()).collect()
}

/// What was read of a stream, as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// The same whatever the order of the records.
    pub(crate) set: u64,
    /// The same only in the same order.
    pub(crate) sequence: u64,
}

impl Sum {
    pub(crate) fn add(&mut self, digest: u64) {
        self.set = self.set.wrapping_add(digest);
        self.sequence = self.sequence.rotate_left(5).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ digest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str, volatile: &[&str]) -> u64 {
        let volatile: Vec<String> = volatile.iter().map(|it| (*it).to_owned()).collect();
        Digest::passing_over(&volatile).of(&Tree::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn the_order_of_members_does_not_count_and_everything_else_does() {
        let one = digest(r#"{"a": 1, "b": [1, 2.5, null, true, "x"]}"#, &[]);
        assert_eq!(one, digest(r#"{"b": [1.0, 2.5, null, true, "x"], "a": 1}"#, &[]));
        for other in [
            r#"{"a": 2, "b": [1, 2.5, null, true, "x"]}"#,
            r#"{"a": "1", "b": [1, 2.5, null, true, "x"]}"#,
            r#"{"a": 1, "b": [2.5, 1, null, true, "x"]}"#,
            r#"{"b": 1, "a": [1, 2.5, null, true, "x"]}"#,
            r#"{"a": 1}"#,
        ] {
            assert_ne!(one, digest(other, &[]), "{other}");
        }
    }

    #[test]
    fn what_is_volatile_does_not_count() {
        let volatile = ["/record/data/at", "/record/data/in/0/at", "/record/emitted_at"];
        let one = digest(r#"{"at": 1, "id": 1, "in": [{"at": 2, "b": 1}]}"#, &volatile);
        assert_eq!(one, digest(r#"{"at": 9, "id": 1, "in": [{"at": 8, "b": 1}]}"#, &volatile));
        assert_ne!(one, digest(r#"{"at": 9, "id": 1, "in": [{"at": 8, "b": 2}]}"#, &volatile));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, good) in [
            ("*", "a", true),
            ("a*", "b", false),
            ("a*c", "abbc", true),
            ("*b*", "abc", true),
            ("*b", "bc", false),
        ] {
            assert_eq!(fits(pattern, name), good, "{pattern} {name}");
        }
        let volatile = ["/record/data/in/*/at"];
        let one = digest(r#"{"in": [{"at": 2, "b": 1}]}"#, &volatile);
        assert_eq!(one, digest(r#"{"in": [{"at": 8, "b": 1}]}"#, &volatile));
    }

    #[test]
    fn a_sequence_tells_the_order_and_a_set_does_not() {
        let sum = |digests: &[u64]| {
            let mut sum = Sum::default();
            for digest in digests {
                sum.add(*digest);
            }
            sum
        };
        assert_eq!(sum(&[1, 2]).set, sum(&[2, 1]).set);
        assert_ne!(sum(&[1, 2]).sequence, sum(&[2, 1]).sequence);
    }
}
