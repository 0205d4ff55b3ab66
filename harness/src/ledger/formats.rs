//! The formats that Airbyte reads otherwise than JSON Schema does: an offset may be missing (`airbyte_type`
//! `timestamp_without_timezone` and `time_without_timezone`), and a date may be before Christ.

/// Formats that no value is judged by. Nothing at a destination depends on them, and what APIs send under these names (a
/// link without a scheme, a host with an underscore) is what the user wants to have.
pub(crate) const UNJUDGED: [&str; 10] = [
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "hostname",
    "idn-hostname",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// `email`: no more than that it is one at all; who can be reached by it is no concern of ours.
pub(crate) fn is_email(text: &str) -> bool {
    text.contains('@')
}

/// `date`: `2024-01-02`, or `0044-03-15 BC`.
pub(crate) fn is_date(text: &str) -> bool {
    is_day(text.strip_suffix(" BC").unwrap_or(text).as_bytes())
}

/// `time`: RFC 3339, but the offset may be missing.
pub(crate) fn is_time(text: &str) -> bool {
    is_clock(text.as_bytes())
}

/// `date-time`: RFC 3339, but the offset may be missing, and a space may stand for the `T`.
pub(crate) fn is_date_time(text: &str) -> bool {
    let bytes = text.strip_suffix(" BC").unwrap_or(text).as_bytes();
    let (Some(date), Some(separator)) = (bytes.get(..10), bytes.get(10)) else { return false };
    is_day(date) && matches!(separator, b'T' | b't' | b' ') && is_clock(&bytes[11..])
}

/// `uuid`, which draft 7 does not know and whose check the Python suite makes: 8, 4, 4, 4 and 12 hexadecimal digits.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts = text.split('-');
    let fit = |(part, length): (&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    parts.clone().count() == lengths.len() && parts.zip(lengths).all(fit)
}

fn is_day(bytes: &[u8]) -> bool {
    let &[c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2] = bytes else { return false };
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two_digits(c1, c2), two_digits(y1, y2), two_digits(m1, m2), two_digits(d1, d2))
    else {
        return false;
    };
    let year = u16::from(century) * 100 + u16::from(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn is_clock(bytes: &[u8]) -> bool {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = bytes else { return false };
    // 60: a leap second.
    let clock = within(*h1, *h2, 23) && within(*m1, *m2, 59) && within(*s1, *s2, 60);
    let rest = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
        rest => rest,
    };
    clock && is_offset(rest)
}

fn is_offset(bytes: &[u8]) -> bool {
    match bytes {
        [] | [b'Z' | b'z'] => true,
        // As Python prints it.
        [b' ', offset @ ..] => matches!(offset, [b'+' | b'-', ..]) && is_offset(offset),
        // As databases do.
        [b'+' | b'-', h1, h2] => within(*h1, *h2, 23),
        [b'+' | b'-', h1, h2, b':', m1, m2] | [b'+' | b'-', h1, h2, m1, m2] => {
            within(*h1, *h2, 23) && within(*m1, *m2, 59)
        }
        _ => false,
    }
}

fn within(tens: u8, ones: u8, most: u8) -> bool {
    two_digits(tens, ones).is_some_and(|number| number <= most)
}

fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_may_be_missing_and_a_space_may_stand_for_the_t() {
        for good in [
            "2024-02-29T23:59:60Z",
            "2024-01-02T03:04:05",
            "2024-01-02 03:04:05.123456+01:00",
            "2024-01-02T03:04:05+0000",
            "2024-01-02 03:04:05.123+00",
            "2024-01-02 03:04:05 +00:00",
            "2024-01-02t03:04:05z",
        ] {
            assert!(is_date_time(good), "{good}");
        }
    }

    #[test]
    fn a_date_may_be_before_christ_and_a_time_without_offset() {
        assert!(is_date("2024-01-02") && is_date("0044-03-15 BC") && is_date_time("0044-03-15T01:02:03Z BC"));
        assert!(is_time("12:34:56") && is_time("12:34:56.789+02:00"));
        assert!(!is_date("2024-1-2") && !is_time("12:34") && !is_date("2024-01-02 AD"));
    }

    #[test]
    fn a_uuid_has_five_parts_of_hexadecimal_digits() {
        assert!(is_uuid("01234567-89ab-CDEF-0123-456789abcdef"));
        for bad in [
            "",
            "0123456789abcdef0123456789abcdef",
            "01234567-89ab-cdef-0123-456789abcdeg",
            "01234567-89ab-cdef-0123-456789abcdef-",
        ] {
            assert!(!is_uuid(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "2024-01-02",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "0000-00-00T00:00:00",
            "2024-01-02T24:00:00Z",
            "2024-01-02T03:04Z",
            "2024-01-02T03:04:05.Z",
            "2024-01-02T03:04:05 UTC",
            "2024-01-02T03:04:05 ",
            "é024-01-02T03:04:05Z",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
    }
}
