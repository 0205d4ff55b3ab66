use std::fmt;

use serde::de::Deserialize;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::http::shortened;
use crate::json::{field, members};
use crate::{Error, Result};

/// One record as the API sent it: a piece of JSON that is looked into where that is asked for, and nowhere else.
///
/// It passes through [`Records::push`](crate::Records::push) as its bytes, so that numbers keep every digit.
///
/// ```
/// # use connector_sdk::{RawValue, Record};
/// let raw: &RawValue = serde_json::from_str(r#"{"id": 7, "owner": {"name": "Ada"}, "price": 1.10}"#)?;
/// let record = Record::from(raw);
/// assert_eq!(record.get::<u64>("id")?, 7);
/// assert_eq!(record.get::<String>("owner.name")?, "Ada");
/// assert_eq!(record.get::<Option<String>>("note")?, None);
/// let told = record.with("list_id", "a-1");
/// assert_eq!(told.as_str(), r#"{"id": 7, "owner": {"name": "Ada"}, "price": 1.10,"list_id":"a-1"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Record<'a>(Text<'a>);

#[derive(Clone)]
enum Text<'a> {
    Sent(&'a RawValue),
    Made(Box<RawValue>),
    /// Why there is none. It is said when the record is used, so that making one reads well.
    Broken(String),
}

impl<'a> From<&'a RawValue> for Record<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Record(Text::Sent(raw))
    }
}

impl Record<'_> {
    /// The record as JSON; `null` if a field that does not serialise was to be added.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Sent(raw) => raw.get(),
            Text::Made(raw) => raw.get(),
            Text::Broken(_) => "null",
        }
    }

    /// The value of one field, by its name or, for fields of fields, by names with dots between them.
    ///
    /// A field that is not there is `None` for a `T` that is an `Option`. `&RawValue` is the value's own text.
    ///
    /// # Errors
    /// If the field is not there, or is no `T`.
    pub fn get<'r, T: Deserialize<'r>>(&'r self, path: &str) -> Result<T> {
        self.usable()?;
        let Some(text) = field(self.as_str(), path) else {
            return serde_json::from_str("null")
                .map_err(|_| Error::system(format!("a record has no field `{path}`")));
        };
        serde_json::from_str(text).map_err(|error| {
            let error = shortened(&error.to_string());
            Error::system(format!("the field `{path}` of a record is not as expected: {error}"))
        })
    }

    /// The whole record as a `T`, which may borrow from it.
    ///
    /// # Errors
    /// If it has another shape; the error names the field.
    pub fn parse<'r, T: Deserialize<'r>>(&'r self) -> Result<T> {
        self.usable()?;
        let mut json = serde_json::Deserializer::from_str(self.as_str());
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let (place, error) = (error.path().to_string(), shortened(&error.inner().to_string()));
            Error::system(format!("a record is not as expected at `{place}`: {error}"))
        })
    }

    /// The record with a field more, or with another value where it has one of this name.
    ///
    /// A value that does not serialise is said when the record is pushed. A record that is no object stays what it is,
    /// and is refused then as well.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Serialize) -> Record<'static> {
        if let Text::Broken(why) = &self.0 {
            return Record(Text::Broken(why.clone()));
        }
        let made = to_raw_value(&value)
            .and_then(|value| RawValue::from_string(changed(self.as_str(), name, value.get())))
            .map_err(|error| format!("the value for its field `{name}` is no JSON: {error}"));
        Record(made.map_or_else(Text::Broken, Text::Made))
    }

    fn usable(&self) -> Result<()> {
        match &self.0 {
            Text::Broken(why) => Err(Error::system(format!("a record is unusable: {why}"))),
            _ => Ok(()),
        }
    }
}

/// The object with another value for the field `name`, or with that field at its end.
fn changed(object: &str, name: &str, value: &str) -> String {
    if let Some(member) = members(object).find(|member| member.key() == name) {
        let end = member.start + member.value.len();
        return [&object[..member.start], value, &object[end..]].concat();
    }
    let Some(start) = object.trim_ascii_end().strip_suffix('}') else { return object.to_owned() };
    let comma = if members(object).next().is_some() { "," } else { "" };
    let name = serde_json::Value::from(name);
    format!("{start}{comma}{name}:{value}}}")
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Text::Sent(raw) => raw.serialize(serializer),
            Text::Made(raw) => raw.serialize(serializer),
            Text::Broken(why) => Err(S::Error::custom(why)),
        }
    }
}

impl fmt::Debug for Record<'_> {
    /// Its length alone: what an API sends may be nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("bytes", &self.as_str().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    fn record(json: &str) -> Record<'static> {
        Record(Text::Made(RawValue::from_string(json.to_owned()).unwrap()))
    }

    #[test]
    fn a_field_is_added_at_the_end_or_replaced_where_it_stands() {
        let with = |json: &str, value: serde_json::Value| record(json).with("a", value).as_str().to_owned();
        assert_eq!(with("{}", json!(1)), r#"{"a":1}"#);
        assert_eq!(with(" { } ", json!({"b": 2})), r#"{ "a":{"b":2}}"#);
        assert_eq!(with(r#"{"b": {"a": 1}}"#, json!(null)), r#"{"b": {"a": 1},"a":null}"#);
        assert_eq!(with(r#"{"a": "}" , "b": 2.50}"#, json!("x")), r#"{"a": "x" , "b": 2.50}"#);
        assert_eq!(record("{}").with("q\"q", 1).with("b", "2").as_str(), r#"{"q\"q":1,"b":"2"}"#);
    }

    #[test]
    fn what_cannot_be_added_is_said_when_the_record_is_used() {
        let broken = record("{}").with("a", HashMap::from([((1, 2), 3)])).with("b", 1);
        let error = serde_json::to_string(&broken).unwrap_err().to_string();
        assert!(error.starts_with("the value for its field `a` is no JSON: "), "{error}");
        assert!(broken.get::<Option<u8>>("b").unwrap_err().to_string().contains("`a`"));
        assert_eq!(record("[1]").with("a", 1).as_str(), "[1]");
    }

    #[test]
    fn a_field_that_is_missing_or_of_another_kind_is_named() {
        let record = record(r#"{"id": "x", "none": null, "big": 12345678901234567890123.10}"#);
        assert_eq!(record.get::<u8>("other").unwrap_err().to_string(), "a record has no field `other`");
        assert_eq!(record.get::<Option<u8>>("other").unwrap(), None);
        assert_eq!(record.get::<Option<u8>>("none").unwrap(), None);
        assert_eq!(record.get::<&RawValue>("big").unwrap().get(), "12345678901234567890123.10");
        let error = record.get::<u8>("id").unwrap_err().to_string();
        assert!(
            error.starts_with("the field `id` of a record is not as expected: invalid type: string"),
            "{error}"
        );
        let error = record.parse::<HashMap<String, Option<u8>>>().unwrap_err().to_string();
        assert!(error.starts_with("a record is not as expected at `id`: "), "{error}");
    }
}
