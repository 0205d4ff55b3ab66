use std::fmt::Write as _;
use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Format;

/// The seconds since 1970 that are taken for a time: from 2001, when they came to have ten digits, to 2100.
const EPOCH: Range<i64> = 1_000_000_000..4_102_444_800;

/// A time that stands somewhere in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What its digits say, read as UTC whatever zone they name: what its [`Format`] writes again.
    pub reading: Timestamp,
    /// How far ahead of UTC the zone is that it names.
    pub ahead: SignedDuration,
    /// How it is written. A zone is part of the pattern.
    pub format: Format,
}

impl Moment {
    /// The times in a text, from left to right: dates, times of RFC 3339 and their kin, the date of HTTP, and numbers of
    /// ten or thirteen digits that are seconds or milliseconds of this century.
    ///
    /// ```
    /// use connector_replay::Moment;
    ///
    /// let found = Moment::all_in("from 2024-01-09T12:00:00.500+01:00 until 1704800000");
    /// assert_eq!(found[0].at().to_string(), "2024-01-09T11:00:00.5Z");
    /// assert_eq!(found[0].format.to_string(), "%Y-%m-%dT%H:%M:%S%.3f+01:00");
    /// assert_eq!(found[1].format.to_string(), "epoch");
    /// ```
    pub fn all_in(text: &str) -> Vec<Moment> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let moment = (begins && bytes[at].is_ascii_alphanumeric()).then(|| begin(text, at)).flatten();
            match moment {
                Some(moment) => {
                    at = moment.span.end;
                    found.push(moment);
                }
                None => at += 1,
            }
        }
        found
    }

    /// When it is.
    pub fn at(&self) -> Timestamp {
        self.reading.checked_sub(self.ahead).unwrap_or(self.reading)
    }
}

/// The time that begins here.
fn begin(text: &str, start: usize) -> Option<Moment> {
    if text.as_bytes()[start].is_ascii_digit() {
        epoch(text, start).or_else(|| calendar(text, start))
    } else {
        http(text, start)
    }
}

fn epoch(text: &str, start: usize) -> Option<Moment> {
    let rest = &text[start..];
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = rest[..length].parse().ok()?;
    let (reading, format) = match length {
        10 => (Timestamp::from_second(number).ok()?, Format::Epoch),
        13 => (Timestamp::from_millisecond(number).ok()?, Format::EpochMs),
        _ => return None,
    };
    // What is part of a longer number or name is no time.
    let joins =
        |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    let before = start.checked_sub(1).map(|before| text.as_bytes()[before]);
    let alone = !joins(before.filter(|byte| *byte != b':')) && !joins(rest.as_bytes().get(length).copied());
    let ahead = SignedDuration::ZERO;
    (alone && EPOCH.contains(&reading.as_second())).then(|| Moment {
        span: start..start + length,
        reading,
        ahead,
        format,
    })
}

/// Reads on from a place in a text, and writes down what it reads as a pattern.
struct Reader<'a> {
    rest: &'a str,
    pattern: String,
}

impl Reader<'_> {
    /// So many digits.
    fn digits(&mut self, count: usize, pattern: &str) -> Option<i16> {
        let digits = self.rest.get(..count).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.rest = &self.rest[count..];
        self.pattern.push_str(pattern);
        digits.parse().ok()
    }

    /// One of these characters.
    fn one_of(&mut self, any: &[u8]) -> Option<char> {
        let byte = *self.rest.as_bytes().first().filter(|byte| any.contains(byte))?;
        self.rest = &self.rest[1..];
        self.pattern.push(char::from(byte));
        Some(char::from(byte))
    }

    /// Goes on only if all of it is there.
    fn all<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let (rest, length) = (self.rest, self.pattern.len());
        let read = read(self);
        if read.is_none() {
            self.rest = rest;
            self.pattern.truncate(length);
        }
        read
    }
}

fn calendar(text: &str, start: usize) -> Option<Moment> {
    let mut reader = Reader { rest: &text[start..], pattern: String::new() };
    let year = reader.digits(4, "%Y")?;
    let separator = reader.one_of(b"-/");
    let month = reader.digits(2, "%m")?;
    if let Some(separator) = separator {
        reader.one_of(&[u8::try_from(separator).ok()?])?;
    }
    let day = reader.digits(2, "%d")?;
    let (hour, minute, second, nanos, ahead) = reader.all(clock).unwrap_or_default();
    let length = text.len() - start - reader.rest.len();
    if reader.rest.starts_with(|next: char| next.is_ascii_alphanumeric()) {
        return None;
    }
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|part| i8::try_from(part).unwrap_or(-1));
    let reading = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    let reading = reading.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let format = if reader.pattern == "%Y-%m-%d" { Format::Date } else { Format::Pattern(reader.pattern) };
    Some(Moment { span: start..start + length, reading, ahead, format })
}

/// The time of day after a date, and its zone.
fn clock(reader: &mut Reader<'_>) -> Option<(i16, i16, i16, i32, SignedDuration)> {
    reader.one_of(b"Tt ")?;
    let hour = reader.digits(2, "%H")?;
    let colon = reader.one_of(b":").is_some();
    let minute = reader.digits(2, "%M")?;
    let second = reader.all(|reader| {
        if colon {
            reader.one_of(b":")?;
        }
        reader.digits(2, "%S")
    });
    let mut nanos = 0;
    let fraction: String = reader
        .rest
        .strip_prefix('.')
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .take(9)
        .collect();
    if second.is_some() && !fraction.is_empty() {
        reader.rest = &reader.rest[1 + fraction.len()..];
        let _infallible = write!(reader.pattern, "%.{}f", fraction.len());
        nanos = format!("{fraction:0<9}").parse().ok()?;
    }
    let mut ahead = 0;
    if reader.one_of(b"Zz").is_none() {
        ahead = reader.all(zone).unwrap_or_default();
    }
    Some((hour, minute, second.unwrap_or_default(), nanos, SignedDuration::from_mins(ahead)))
}

/// `+01:00` or `+0100`, in minutes. It stands in the pattern as it is.
fn zone(reader: &mut Reader<'_>) -> Option<i64> {
    let before = reader.rest;
    let length = reader.pattern.len();
    let sign = reader.one_of(b"+-")?;
    let hours = reader.digits(2, "")?;
    reader.one_of(b":");
    let minutes = i64::from(reader.digits(2, "")?) + 60 * i64::from(hours);
    reader.pattern.truncate(length);
    reader.pattern.push_str(&before[..before.len() - reader.rest.len()]);
    Some(if sign == '-' { -minutes } else { minutes })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, or with hyphens as in cookies.
fn http(text: &str, start: usize) -> Option<Moment> {
    const LENGTH: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();
    let written = text.get(start..start + LENGTH).filter(|text| text.as_bytes()[3] == b',')?;
    [
        (Format::Http, "%a, %d %b %Y %H:%M:%S GMT"),
        (Format::Pattern("%a, %d-%b-%Y %H:%M:%S GMT".to_owned()), "%a, %d-%b-%Y %H:%M:%S GMT"),
    ]
    .into_iter()
    .find_map(|(format, pattern)| {
        let reading = DateTime::strptime(pattern, written).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(Moment { span: start..start + LENGTH, reading, ahead: SignedDuration::ZERO, format })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_written_again_as_it_was() {
        for (text, at) in [
            ("2024-01-09", "2024-01-09T00:00:00Z"),
            ("2024/01/09", "2024-01-09T00:00:00Z"),
            ("20240109", "2024-01-09T00:00:00Z"),
            ("20240109T120000Z", "2024-01-09T12:00:00Z"),
            ("2024-01-09T12:00", "2024-01-09T12:00:00Z"),
            ("2024-01-09 12:00:01", "2024-01-09T12:00:01Z"),
            ("2024-01-09T12:00:01.25Z", "2024-01-09T12:00:01.25Z"),
            ("2024-01-09T12:00:01.123456789-0730", "2024-01-09T19:30:01.123456789Z"),
            ("2024-01-09T00:30:00+01:00", "2024-01-08T23:30:00Z"),
            ("Tue, 09 Jan 2024 12:00:01 GMT", "2024-01-09T12:00:01Z"),
            ("Tue, 09-Jan-2024 12:00:01 GMT", "2024-01-09T12:00:01Z"),
            ("1704801601", "2024-01-09T12:00:01Z"),
            ("1704801601250", "2024-01-09T12:00:01.25Z"),
        ] {
            let found = Moment::all_in(text);
            let [moment] = found.as_slice() else { panic!("{text}: {found:?}") };
            assert_eq!(moment.span, 0..text.len(), "{text}");
            assert_eq!(moment.at().to_string(), at, "{text}");
            assert_eq!(moment.format.write(moment.reading).as_deref(), Ok(text), "{moment:?}");
        }
    }

    #[test]
    fn what_is_no_time_is_left_alone() {
        for text in [
            "2024-13-09",
            "12024-01-09",
            "2024-01-09abc",
            "ch_1704801601",
            "1704801601.000100",
            "170480160",
            "17048016012",
            "+491704801601x",
            "1704801601-2",
            "Sun, 06 Xyz 1994 08:49:37 GMT",
            "é2024-1-1é",
        ] {
            assert_eq!(Moment::all_in(text), [], "{text}");
        }
        let many = Moment::all_in("created>=2024-01-09 AND created<2024-01-10T00:00:00Z;t:1704801601,");
        assert_eq!(many.len(), 3, "{many:?}");
    }
}
