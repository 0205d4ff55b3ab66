use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use crate::template::claims_of;

/// The deepest nesting of lists and objects that is read: what reads and compares them calls itself.
const DEPTH: usize = 128;

/// A JSON value, equal to another where both mean the same: whatever the order of keys, the escapes in strings and the
/// spelling of numbers.
///
/// `serde_json::Value` would round numbers past 64 bits, and identifiers with them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Json {
    /// `null`, `true`, `false` or a number, as text.
    Plain(String),
    String(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads JSON text; `None` where it is none, is nested deeper than [`DEPTH`], or names half a character (`"\ud800"`).
    pub(crate) fn read(text: &str) -> Option<Json> {
        Json::of(serde_json::from_str(text).ok()?, DEPTH)
    }

    /// Reads level by level, since only raw values keep the digits.
    fn of(raw: &RawValue, depth: usize) -> Option<Json> {
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'{' => {
                let depth = depth.checked_sub(1)?;
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
                let members = members.into_iter().map(|(key, value)| Some((key, Json::of(value, depth)?)));
                Json::Object(members.collect::<Option<_>>()?)
            }
            b'[' => {
                let depth = depth.checked_sub(1)?;
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Json::Array(items.into_iter().map(|item| Json::of(item, depth)).collect::<Option<_>>()?)
            }
            b'"' => {
                let text: String = serde_json::from_str(text).ok()?;
                // A JSON Web Token by what it claims: each run signs its own.
                Json::String(claims_of(text.as_bytes()).unwrap_or(text))
            }
            b'-' | b'0'..=b'9' => Json::Plain(number(text)),
            _ => Json::Plain(text.to_owned()),
        })
    }
}

impl Json {
    /// Takes what stands at a JSON pointer away. In a list the others keep their places.
    pub(super) fn remove(&mut self, pointer: &str) {
        let Some((parent, last)) = pointer.rsplit_once('/') else { return };
        let mut at = self;
        let steps = parent
            .split('/')
            .skip(1)
            .chain(std::iter::once(last))
            .map(|step| step.replace("~1", "/").replace("~0", "~"));
        let steps: Vec<String> = steps.collect();
        let Some((last, steps)) = steps.split_last() else { return };
        for step in steps {
            let next = match at {
                Json::Object(members) => members.get_mut(step),
                Json::Array(items) => step.parse().ok().and_then(|place: usize| items.get_mut(place)),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => return,
            }
        }
        match at {
            Json::Object(members) => drop(members.remove(last)),
            Json::Array(items) => {
                if let Some(item) = last.parse().ok().and_then(|place: usize| items.get_mut(place)) {
                    *item = Json::Plain("null".to_owned());
                }
            }
            _ => {}
        }
    }
}

/// Where two values differ: a JSON pointer, and what is there on each side.
pub(super) type Found<'a> = (String, Option<&'a Json>, Option<&'a Json>);

/// The first `most` places in which two values differ. What is past them is not looked at.
pub(super) fn differing<'a>(wanted: &'a Json, got: &'a Json, most: usize) -> Vec<Found<'a>> {
    let mut search = Search { pointer: String::new(), found: Vec::new(), most };
    search.compare(Some(wanted), Some(got));
    search.found
}

struct Search<'a> {
    pointer: String,
    found: Vec<Found<'a>>,
    most: usize,
}

impl<'a> Search<'a> {
    fn compare(&mut self, wanted: Option<&'a Json>, got: Option<&'a Json>) {
        match (wanted, got) {
            (Some(Json::Object(wanted)), Some(Json::Object(got))) => {
                let common = wanted.iter().map(|(key, value)| (key, Some(value), got.get(key)));
                let added = got.iter().filter(|(key, _)| !wanted.contains_key(*key));
                let added = added.map(|(key, value)| (key, None, Some(value)));
                self.members(
                    common
                        .chain(added)
                        .map(|(key, wanted, got)| (key.replace('~', "~0").replace('/', "~1"), wanted, got)),
                );
            }
            (Some(Json::Array(wanted)), Some(Json::Array(got))) => {
                let positions = 0..wanted.len().max(got.len());
                self.members(
                    positions.map(|position| (position.to_string(), wanted.get(position), got.get(position))),
                );
            }
            (wanted, got) if wanted == got => {}
            (wanted, got) => self.found.push((self.pointer.clone(), wanted, got)),
        }
    }

    /// Members come with their keys.
    fn members(&mut self, members: impl Iterator<Item = Found<'a>>) {
        let length = self.pointer.len();
        for (key, wanted, got) in members {
            if self.found.len() >= self.most {
                return;
            }
            self.pointer.push('/');
            self.pointer.push_str(&key);
            self.compare(wanted, got);
            self.pointer.truncate(length);
        }
    }
}

/// As compact JSON text.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Plain(text) => f.write_str(text),
            Json::String(text) => quoted(f, text),
            Json::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if position == 0 { "[" } else { "," })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Json::Object(members) => {
                for (position, (key, value)) in members.iter().enumerate() {
                    f.write_str(if position == 0 { "{" } else { "," })?;
                    quoted(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// A number in the one spelling of its exact decimal value: `1.0`, `10e-1` and `1` are one, and no digit is rounded.
fn number(text: &str) -> String {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |unsigned| ("-", unsigned));
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    // An exponent past 64 bits is no number that anybody means: equal where it is written alike.
    let (Ok(exponent), Ok(fraction)) = (exponent.parse::<i64>(), i64::try_from(fraction.len())) else {
        return text.to_owned();
    };
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let Some(power) =
        i64::try_from(zeros).ok().and_then(|zeros| exponent.checked_sub(fraction)?.checked_add(zeros))
    else {
        return text.to_owned();
    };
    // The value is `significant` x 10^power; it is written out where that stays readable.
    let point = i64::try_from(significant.len()).ok().and_then(|length| power.checked_add(length));
    match (power, point) {
        (0..=20, _) => {
            format!("{sign}{significant}{}", "0".repeat(usize::try_from(power).unwrap_or_default()))
        }
        (..0, Some(point @ 1..)) => {
            let (whole, fraction) = significant.split_at(usize::try_from(point).unwrap_or_default());
            format!("{sign}{whole}.{fraction}")
        }
        (..0, Some(point @ -20..=0)) => {
            format!("{sign}0.{}{significant}", "0".repeat(usize::try_from(-point).unwrap_or_default()))
        }
        _ => format!("{sign}{significant}e{power}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_mean_the_same_are_equal() {
        for (one, other) in [
            (r#"{"a": 1, "b": [true, null]}"#, r#" {"b":[ true,null ],"a":1} "#),
            (r#""\u0061\/""#, r#""a/""#),
            ("1.0", "1"),
            ("1200", "12e2"),
            ("-0.0", "0"),
            ("10e-1", "1"),
            ("0.00015", "1.5E-4"),
            ("1e+400", "10e399"),
            (r#"{"a": 1, "a": 2}"#, r#"{"a": 2}"#),
        ] {
            assert_eq!(Json::read(one).unwrap(), Json::read(other).unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn values_that_differ_in_a_digit_an_order_or_a_type_differ() {
        for (one, other) in [
            ("12345678901234567890123", "12345678901234567890124"),
            ("0.1", "0.10000000000000001"),
            ("1e400", "1e401"),
            ("1", "-1"),
            ("1e99999999999999999999", "1e99999999999999999998"),
            ("1", "\"1\""),
            ("[1,2]", "[2,1]"),
            ("null", "\"null\""),
            ("{}", r#"{"a": null}"#),
        ] {
            assert_ne!(Json::read(one).unwrap(), Json::read(other).unwrap(), "{one} {other}");
        }
    }

    #[test]
    fn text_that_is_no_json_or_bottomless_is_not_read() {
        for text in ["", "a=1", "{", "[1] 2", "NaN", r#""\ud800""#] {
            assert_eq!(Json::read(text), None, "{text}");
        }
        for innermost in ["", "1", "{}"] {
            let lists = 128 - usize::from(innermost == "{}");
            let text = |lists| format!("{}{innermost}{}", "[".repeat(lists), "]".repeat(lists));
            assert!(Json::read(&text(lists)).is_some(), "{innermost}");
            assert_eq!(Json::read(&text(lists + 1)), None, "{innermost}");
        }
        assert_eq!(Json::read(&"[".repeat(1_000_000)), None);
    }

    #[test]
    fn no_more_than_so_many_differences_are_looked_for() {
        let list = |item: &str| Json::read(&format!("[[{}]]", [item; 1_000].join(","))).unwrap();
        let pointers = |found: Vec<Found<'_>>| found.into_iter().map(|found| found.0).collect::<Vec<_>>();
        assert_eq!(pointers(differing(&list("1"), &list("2"), 3)), ["/0/0", "/0/1", "/0/2"]);
        // Members without end: looking on would never return.
        let (one, two) = (Json::String("1".into()), Json::String("2".into()));
        let mut search = Search { pointer: String::new(), found: Vec::new(), most: 3 };
        search.members((0_u64..).map(|key| (key.to_string(), Some(&one), Some(&two))));
        assert_eq!(pointers(search.found), ["/0", "/1", "/2"]);
    }

    #[test]
    fn a_value_is_shown_as_compact_json() {
        let text = r#"{"a":[],"b":{},"c":[1.5,"x\"y",0.001,1200,1e-30],"d":{"e":null,"f":-12.25}}"#;
        assert_eq!(Json::read(text).unwrap().to_string(), text);
    }
}
