use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::json::through;

/// The value at a path of names and positions in JSON that may break off behind it.
pub(super) fn field(json: &[u8], path: &str) -> Option<String> {
    let mut found = None;
    let seek = Seek { path, found: &mut found };
    // An error means that it is found, so that the rest needs no reading, or that it is not there.
    let _ = seek.deserialize(&mut serde_json::Deserializer::from_slice(json));
    found.map(|value| match value {
        Value::String(text) => text,
        value => value.to_string(),
    })
}

struct Seek<'a> {
    path: &'a str,
    found: &'a mut Option<Value>,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            *self.found = Some(serde::Deserialize::deserialize(deserializer)?);
            return Err(Error::custom("found"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            match through(self.path, &name) {
                Some(rest) => map.next_value_seed(Seek { path: rest, found: &mut *self.found })?,
                None => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let (position, rest) = self.path.split_once('.').unwrap_or((self.path, ""));
        let position: usize = position.parse().map_err(Error::custom)?;
        for _ in 0..position {
            if items.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        items.next_element_seed(Seek { path: rest, found: self.found }).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_found_by_names_and_positions() {
        let json = br#"{"data": [1], "ok": false, "errors": [{"code": 6}, {"code": "x\u0079"}]}"#;
        for (path, value) in
            [("ok", "false"), ("errors.0.code", "6"), ("errors.1.code", "xy"), ("errors.0", r#"{"code":6}"#)]
        {
            assert_eq!(field(json, path).as_deref(), Some(value), "{path}");
        }
        for path in ["no", "o", "okay", "errors.2.code", "errors.code", "ok.no"] {
            assert_eq!(field(json, path), None, "{path}");
        }
    }

    #[test]
    fn what_stands_before_the_break_is_found() {
        assert_eq!(field(br#"{"ok": true, "data": [{"#, "ok").as_deref(), Some("true"));
        assert_eq!(field(br#"{"data": [{"#, "ok"), None);
        assert_eq!(field(b"<html>", "ok"), None);
    }
}
