use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// How far a time is from now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset(pub SignedDuration);

/// Seconds in the units that an offset is written in, the largest first.
const UNITS: [(char, i128); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

const NANOS: i128 = 1_000_000_000;

impl Offset {
    /// That far from `now`.
    pub(super) fn from(self, now: Timestamp) -> Result<Timestamp, String> {
        now.checked_add(self.0).map_err(|error| error.to_string())
    }
}

impl FromStr for Offset {
    type Err = String;

    fn from_str(text: &str) -> Result<Offset, String> {
        if text.is_empty() {
            return Ok(Offset::default());
        }
        let wrong = || format!("wanted an offset such as -1d or +3600s, got {}", crate::excerpt::short(text));
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(wrong()),
        };
        let unit = rest.chars().next_back().and_then(|unit| UNITS.iter().find(|(name, _)| *name == unit));
        let (_, seconds) = unit.ok_or_else(wrong)?;
        let (whole, fraction) =
            rest[..rest.len() - 1].split_once('.').unwrap_or((&rest[..rest.len() - 1], ""));
        let digits = |text: &str, most| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole, 12) || !digits(fraction, 9) {
            return Err(wrong());
        }
        let whole: i128 = whole.parse().map_err(|_| wrong())?;
        let fraction: i128 = format!("{fraction:0<9}").parse().map_err(|_| wrong())?;
        let nanos = sign * (whole * NANOS + fraction) * seconds;
        SignedDuration::try_from_nanos_i128(nanos).map(Offset).ok_or_else(wrong)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        if nanos == 0 {
            return Ok(());
        }
        let sign = if nanos < 0 { '-' } else { '+' };
        let size = nanos.abs();
        let (unit, seconds) =
            UNITS.into_iter().find(|(_, unit)| size % (unit * NANOS) == 0).unwrap_or(('s', 1));
        let (whole, fraction) = (size / (seconds * NANOS), size % (seconds * NANOS));
        write!(f, "{sign}{whole}")?;
        if fraction != 0 {
            write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0'))?;
        }
        write!(f, "{unit}")
    }
}

/// How a time is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Seconds since 1970; in JSON, where nothing else stands in the string, a number.
    Epoch,
    /// Milliseconds since 1970, likewise.
    EpochMs,
    /// Seconds since 1970, in JSON a string.
    EpochText,
    /// Milliseconds since 1970, likewise.
    EpochMsText,
    /// As in the header `date`: `Sun, 06 Nov 1994 08:49:37 GMT`.
    Http,
    /// `1994-11-06`.
    Date,
    /// As a pattern of strftime says, such as `%Y-%m-%dT%H:%M:%SZ`, in UTC.
    Pattern(String),
}

const HTTP: &str = "%a, %d %b %Y %H:%M:%S GMT";

impl Format {
    /// The time as text.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn write(&self, at: Timestamp) -> Result<String, String> {
        let pattern = match self {
            Format::Epoch | Format::EpochText => return Ok(at.as_nanosecond().div_euclid(NANOS).to_string()),
            Format::EpochMs | Format::EpochMsText => {
                return Ok(at.as_nanosecond().div_euclid(1_000_000).to_string());
            }
            Format::Http => HTTP,
            Format::Date => "%Y-%m-%d",
            Format::Pattern(pattern) => pattern,
        };
        jiff::fmt::strtime::format(pattern, &at.to_zoned(TimeZone::UTC)).map_err(|error| error.to_string())
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Format::Epoch | Format::EpochMs)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        Ok(match text {
            "" => return Err("wanted a format after the colon, such as date or epoch".to_owned()),
            "epoch" => Format::Epoch,
            "epoch_ms" => Format::EpochMs,
            "epoch_text" => Format::EpochText,
            "epoch_ms_text" => Format::EpochMsText,
            "http" => Format::Http,
            "date" => Format::Date,
            pattern => Format::Pattern(pattern.to_owned()),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Epoch => "epoch",
            Format::EpochMs => "epoch_ms",
            Format::EpochText => "epoch_text",
            Format::EpochMsText => "epoch_ms_text",
            Format::Http => "http",
            Format::Date => "date",
            Format::Pattern(pattern) => pattern,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_written_in_the_largest_unit_that_divides_it() {
        for (text, written) in [
            ("+86400s", "+1d"),
            ("-90m", "-90m"),
            ("-120m", "-2h"),
            ("+1.5h", "+90m"),
            ("-0.000000001s", "-0.000000001s"),
            ("+12.340s", "+12.34s"),
            ("-0s", ""),
            ("", ""),
        ] {
            assert_eq!(text.parse::<Offset>().unwrap().to_string(), written, "{text}");
        }
        for text in ["1d", "+d", "+1", "+1.1234567890s", "+9999999999999d", "+-1s"] {
            assert!(text.parse::<Offset>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_before_1970_is_counted_downwards() {
        let at: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
        assert_eq!(Format::Epoch.write(at).unwrap(), "-1");
        assert_eq!(Format::EpochMs.write(at).unwrap(), "-500");
    }
}
