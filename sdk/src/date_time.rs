use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::{Error, Result};

/// A moment, written as in `2024-01-02T03:04:05Z`: a config field for a start that is finer than a [`Date`](crate::Date).
///
/// ```
/// # use connector_sdk::DateTime;
/// let start: DateTime = "2024-01-02T03:04:05Z".parse()?;
/// assert_eq!(start.timestamp().as_second(), 1_704_164_645);
/// # Ok::<(), connector_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(Timestamp);

impl DateTime {
    /// The moment itself.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DateTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let time = if text.ends_with('Z') { text.parse().ok() } else { None };
        time.map(DateTime).ok_or_else(|| {
            Error::config(format!("want a date and time such as 2024-01-02T03:04:05Z, got `{text}`"))
        })
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for DateTime {
    fn schema_name() -> Cow<'static, str> {
        "DateTime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// Platforms check `pattern` and show it; many do not check `format`.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_utc_alone() {
        assert!("2024-02-29T00:00:00Z".parse::<DateTime>().is_ok());
        for text in ["soon", "2024-02-29", "2024-02-29T00:00:00+02:00", "2023-02-29T00:00:00Z"] {
            let error = text.parse::<DateTime>().unwrap_err().to_string();
            assert_eq!(error, format!("want a date and time such as 2024-01-02T03:04:05Z, got `{text}`"));
        }
    }
}
