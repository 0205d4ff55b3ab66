use jiff::Timestamp;
use jiff::civil::{self, DateTime};
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Number, Value};

use super::Step;

const SECOND: i128 = 1_000_000_000;
const MILLISECOND: i128 = 1_000_000;
const MICROSECOND: i128 = 1_000;
const DAY: i128 = 86_400 * SECOND;

/// A place on a cursor's scale: nanoseconds since the epoch or, for a cursor of integers, the integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(pub(crate) i128);

impl Mark {
    /// The full minute before it.
    pub(crate) fn to_the_minute(self) -> Self {
        Mark(self.0.div_euclid(60 * SECOND) * 60 * SECOND)
    }
}

/// How an API writes the values of a cursor field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `2024-01-02`.
    Date,
    /// `2024-01-02T03:04:05Z`, with a fraction if there is one.
    DateTime,
    /// Text by a strftime pattern.
    Pattern(String),
    /// Whole seconds since the epoch, a number.
    Epoch,
    /// Whole milliseconds since the epoch, a number.
    EpochMillis,
    /// Seconds since the epoch with six decimals, a text.
    EpochText,
    /// An integer that grows.
    Integer,
}

impl Form {
    /// The smallest distance between two values, as far as the form shows it.
    pub(crate) fn unit(&self) -> i128 {
        match self {
            Form::DateTime | Form::EpochMillis => MILLISECOND,
            Form::Pattern(pattern) if pattern.contains("%S") || pattern.contains("%T") => {
                if pattern.contains('f') { MILLISECOND } else { SECOND }
            }
            Form::Pattern(pattern) if pattern.contains("%M") || pattern.contains("%R") => 60 * SECOND,
            Form::Pattern(pattern) if pattern.contains("%H") => 3600 * SECOND,
            Form::Pattern(pattern) if pattern.contains("%s") => SECOND,
            Form::Pattern(_) | Form::Date => DAY,
            Form::Epoch => SECOND,
            Form::EpochText => MICROSECOND,
            Form::Integer => 1,
        }
    }

    /// What is wrong with a pattern: that nothing can be written by it.
    pub(crate) fn flaw(&self) -> Option<String> {
        match self {
            Form::Pattern(pattern) => {
                let flaw = strtime::format(pattern, Timestamp::UNIX_EPOCH).err()?;
                Some(format!("the pattern `{pattern}` of strftime is not understood: {flaw}"))
            }
            _ => None,
        }
    }

    pub(crate) fn is_time(&self) -> bool {
        *self != Form::Integer
    }

    /// The mark of a JSON value; `None` if the value is not of this form.
    ///
    /// Forms that say the same in other words are understood as well: numbers as texts, offsets other than `Z`, a
    /// date where a date and time is usual.
    pub(crate) fn read(&self, value: &Value) -> Option<Mark> {
        match value {
            Value::String(text) => self.read_text(text.trim()),
            Value::Number(number) => match self {
                Form::Date | Form::DateTime | Form::Pattern(_) => None,
                Form::Epoch | Form::EpochMillis | Form::EpochText | Form::Integer => {
                    self.read_text(&number.to_string())
                }
            },
            _ => None,
        }
    }

    fn read_text(&self, text: &str) -> Option<Mark> {
        match self {
            Form::Date | Form::DateTime => moment(text),
            Form::Pattern(pattern) => by_pattern(pattern, text).or_else(|| moment(text)),
            Form::Epoch | Form::EpochText => decimal(text, 9),
            Form::EpochMillis => decimal(text, 6),
            Form::Integer => text.parse().ok().map(Mark),
        }
    }

    /// The mark as records have it.
    pub(crate) fn write(&self, mark: Mark) -> Value {
        let whole = |unit: i128| {
            let number = i64::try_from(mark.0.div_euclid(unit)).unwrap_or(i64::MAX);
            Value::Number(Number::from(number))
        };
        match self {
            Form::Date => Value::from(self.time(mark).strftime("%Y-%m-%d").to_string()),
            Form::DateTime => Value::from(self.time(mark).to_string()),
            // A pattern that cannot be written by is refused before a stream is read.
            Form::Pattern(pattern) => Value::from(
                strtime::format(pattern, self.time(mark)).unwrap_or_else(|_| self.time(mark).to_string()),
            ),
            Form::Epoch => whole(SECOND),
            Form::EpochMillis => whole(MILLISECOND),
            Form::EpochText => {
                let (seconds, rest) = (mark.0.div_euclid(SECOND), mark.0.rem_euclid(SECOND));
                Value::from(format!("{seconds}.{:06}", rest / MICROSECOND))
            }
            Form::Integer => whole(1),
        }
    }

    /// The mark as a moment; of an integer, that many nanoseconds after the epoch.
    #[expect(clippy::unused_self, reason = "a mark means nothing without its form")]
    pub(crate) fn time(&self, mark: Mark) -> Timestamp {
        let nearest = if mark.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_nanosecond(mark.0).unwrap_or(nearest)
    }

    /// The value that begins the unit in which the mark lies.
    pub(crate) fn floor(&self, mark: Mark) -> Mark {
        let unit = self.unit();
        Mark(mark.0.div_euclid(unit) * unit)
    }

    /// The mark a step further, by the calendar of UTC.
    pub(crate) fn after(&self, mark: Mark, step: Step) -> Mark {
        match step.0 {
            super::step::Length::Numbers(count) => Mark(mark.0.saturating_add(count.into())),
            super::step::Length::Time(span) => {
                self.moved(mark, |time| time.checked_add(span)).unwrap_or(Mark(i128::MAX))
            }
        }
    }

    /// The mark a step back.
    pub(crate) fn before(&self, mark: Mark, step: Step) -> Mark {
        match step.0 {
            super::step::Length::Numbers(count) => Mark(mark.0.saturating_sub(count.into())),
            super::step::Length::Time(span) => {
                self.moved(mark, |time| time.checked_sub(span)).unwrap_or(Mark(i128::MIN))
            }
        }
    }

    /// `None` if time does not reach so far.
    fn moved(&self, mark: Mark, by: impl Fn(DateTime) -> Result<DateTime, jiff::Error>) -> Option<Mark> {
        let time = Offset::UTC.to_datetime(self.time(mark));
        Offset::UTC.to_timestamp(by(time).ok()?).ok().map(Mark::from)
    }
}

impl From<Timestamp> for Mark {
    fn from(time: Timestamp) -> Self {
        Mark(time.as_nanosecond())
    }
}

impl From<civil::Date> for Mark {
    fn from(date: civil::Date) -> Self {
        let midnight = date.to_datetime(civil::Time::midnight());
        Offset::UTC.to_timestamp(midnight).map_or(Mark(i128::MAX), Mark::from)
    }
}

/// A date and time with an offset, one without (which is taken for UTC), or a date.
fn moment(text: &str) -> Option<Mark> {
    if text.len() == "2024-01-02".len() {
        return text.parse::<civil::Date>().ok().map(Mark::from);
    }
    let own = text.parse::<Timestamp>().ok();
    let civil = || text.parse::<DateTime>().ok().and_then(|time| Offset::UTC.to_timestamp(time).ok());
    own.or_else(civil).map(Mark::from)
}

fn by_pattern(pattern: &str, text: &str) -> Option<Mark> {
    let mut parsed = strtime::parse(pattern, text).ok()?;
    if parsed.year().is_some() && parsed.to_date().is_err() {
        // A pattern of months or years, which are written without a day: they mean their first.
        let month = parsed.month().unwrap_or(1);
        parsed.set_month(Some(month)).ok()?;
        parsed.set_day(Some(1)).ok()?;
    }
    let time = parsed.to_timestamp().ok();
    let civil = || parsed.to_datetime().ok()?.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp());
    time.or_else(civil).map(Mark::from).or_else(|| parsed.to_date().ok().map(Mark::from))
}

/// A decimal number times ten to the power of `places`; digits beyond are cut.
fn decimal(text: &str, places: usize) -> Option<Mark> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    let scale = 10_i128.pow(u32::try_from(places).ok()?);
    let negative = whole.starts_with('-');
    let whole = whole.parse::<i64>().ok().map(i128::from)? * scale;
    let fraction = digits.parse::<i128>().ok()?;
    Some(Mark(if negative { whole - fraction } else { whole + fraction }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn again(form: &Form, value: &Value) -> Value {
        form.write(form.read(value).unwrap())
    }

    #[test]
    fn each_form_writes_what_it_has_read() {
        let pattern = Form::Pattern("%d/%m/%Y %H:%M".to_owned());
        for (form, value) in [
            (Form::Date, json!("2024-02-29")),
            (Form::DateTime, json!("2024-02-29T12:00:00Z")),
            (Form::DateTime, json!("2024-02-29T12:00:00.125Z")),
            (pattern, json!("29/02/2024 12:30")),
            (Form::Epoch, json!(1_709_208_000)),
            (Form::EpochMillis, json!(1_709_208_000_123_i64)),
            (Form::EpochText, json!("1405894322.002768")),
            (Form::Integer, json!(42)),
        ] {
            assert_eq!(again(&form, &value), value, "{form:?}");
        }
    }

    #[test]
    fn other_ways_to_say_the_same_are_understood() {
        assert_eq!(again(&Form::DateTime, &json!("2024-02-29T14:00:00+02:00")), "2024-02-29T12:00:00Z");
        assert_eq!(again(&Form::DateTime, &json!("2024-02-29 12:00:00")), "2024-02-29T12:00:00Z");
        assert_eq!(again(&Form::DateTime, &json!("2024-02-29")), "2024-02-29T00:00:00Z");
        assert_eq!(again(&Form::Date, &json!("2024-02-29T23:59:59Z")), "2024-02-29");
        assert_eq!(again(&Form::Epoch, &json!("1709208000.9")), 1_709_208_000);
        assert_eq!(again(&Form::EpochText, &json!(12)), "12.000000");
        let dates = Form::Pattern("%Y-%m-%dT%H:%M:%S%z".to_owned());
        assert_eq!(again(&dates, &json!("2024-02-29T12:00:00+0200")), "2024-02-29T10:00:00+0000");
    }

    #[test]
    fn what_is_of_another_form_is_no_mark() {
        for (form, value) in [
            (Form::Date, json!(20_240_229)),
            (Form::DateTime, json!("soon")),
            (Form::Epoch, json!("1.x")),
            (Form::Integer, json!(1.5)),
            (Form::Integer, json!(null)),
        ] {
            assert_eq!(form.read(&value), None, "{form:?} {value}");
        }
    }

    #[test]
    fn marks_are_floored_to_the_unit_that_their_form_shows() {
        let noon = Mark::from("2024-02-29T12:00:00.5Z".parse::<Timestamp>().unwrap());
        assert_eq!(Form::Date.write(Form::Date.floor(noon)), "2024-02-29");
        assert_eq!(Form::Epoch.floor(noon).0 + SECOND / 2, noon.0);
        let day = Mark::from("2024-02-29".parse::<civil::Date>().unwrap());
        assert_eq!(
            Form::Date.after(day, Step::days(1)),
            Mark::from("2024-03-01".parse::<civil::Date>().unwrap())
        );
    }
}
