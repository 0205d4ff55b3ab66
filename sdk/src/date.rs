use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::{Error, Result};

/// A day, written as in `2024-01-02` and in no other way.
///
/// ```
/// # use connector_sdk::Date;
/// let day: Date = "2024-01-02".parse()?;
/// assert_eq!(format!("history/{day}"), "history/2024-01-02");
/// # Ok::<(), connector_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub(crate) civil::Date);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // The parser takes times and shorter forms as well; the spec's pattern does not.
        let day = if text.len() == "2024-01-02".len() { text.parse().ok() } else { None };
        day.map(Date).ok_or_else(|| Error::config(format!("want a date such as 2024-01-02, got `{text}`")))
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// Platforms check `pattern` and show it; many do not check `format`.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_one_spelling_alone() {
        assert!("2024-02-29".parse::<Date>().is_ok());
        for text in ["soon", "2023-02-29", "2024-01-02T10:00", "20240102", "24-01-02"] {
            let error = text.parse::<Date>().unwrap_err().to_string();
            assert_eq!(error, format!("want a date such as 2024-01-02, got `{text}`"));
        }
    }
}
