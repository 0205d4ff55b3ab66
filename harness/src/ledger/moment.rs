//! Whether a number can be the time of a record, in milliseconds since 1970.

use super::digest::whole;
use super::tree::Tree;

/// 2000-01-01 and 2200-01-01, in seconds since 1970: what lies between is a time of day for a connector, whatever its clock
/// was set to.
const FIRST: i64 = 946_684_800;
const LAST: i64 = 7_258_118_400;

/// The time that stands there; `None` for what the protocol's schema refuses anyway.
pub(super) fn of(value: &Tree<'_>) -> Option<i64> {
    let Tree::Number(number) = value else { return None };
    let huge = number.as_u64().map(|_| i64::MAX);
    number.as_i64().or(huge).or_else(|| number.as_f64().and_then(whole))
}

/// What is wrong with a time, if anything is.
pub(super) fn fault_of(milliseconds: i64) -> Option<&'static str> {
    let within = |per_second: i64| (FIRST..LAST).contains(&(milliseconds / per_second));
    if within(1_000) {
        return None;
    }
    Some(if milliseconds == 0 {
        "0"
    } else if within(1) {
        "seconds"
    } else if within(1_000_000) {
        "microseconds"
    } else if within(1_000_000_000) {
        "nanoseconds"
    } else {
        "a time before 2000 or after 2200"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_be_written_as_a_double() {
        let at = |text: &str| of(&Tree::parse(text.as_bytes()).unwrap());
        assert_eq!(at("1792000000000.0"), Some(1_792_000_000_000));
        assert_eq!(at("18446744073709551615"), Some(i64::MAX));
        assert_eq!((at("1.5"), at(r#""1""#)), (None, None));
    }

    #[test]
    fn a_time_in_another_unit_is_told_by_its_size() {
        let now = 1_792_000_000;
        assert_eq!(fault_of(now * 1_000 + 5), None);
        assert_eq!(fault_of(FIRST * 1_000), None);
        assert_eq!(fault_of(now), Some("seconds"));
        assert_eq!(fault_of(now * 1_000_000), Some("microseconds"));
        assert_eq!(fault_of(now * 1_000_000_000), Some("nanoseconds"));
        assert_eq!(fault_of(0), Some("0"));
        for odd in [1, -5, FIRST * 1_000 - 1, LAST * 1_000, i64::MAX, i64::MIN] {
            assert_eq!(fault_of(odd), Some("a time before 2000 or after 2200"), "{odd}");
        }
    }
}
