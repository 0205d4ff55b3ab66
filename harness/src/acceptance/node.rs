//! A YAML document whose every key and value knows its line.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use crate::error::Error;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// Any scalar that is neither: as it is written, numbers in their shortest form.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Member>),
}

/// A member of a mapping.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: String,
    /// The line of the key.
    pub(super) line: u64,
    pub(super) node: Node,
}

impl Node {
    /// Reads a YAML file, or a JSON file, which is YAML too. A key that stands twice is kept twice.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Node, Error> {
        let options = serde_saphyr::options! {
            duplicate_keys: DuplicateKeyPolicy::PassThrough,
            // A stream may be named `no`: where a truth value is wanted, the older spellings are taken below.
            strict_booleans: true,
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| Error::Settings {
            path: path.to_owned(),
            why: format!("it is no YAML: {}", error.without_snippet()),
        })
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The members of a mapping; none of nothing.
    pub(super) fn members(&self) -> Result<&[Member], Misfit> {
        match &self.value {
            Value::Map(members) => Ok(members),
            Value::Null => Ok(&[]),
            _ => Err(self.misfit("a mapping")),
        }
    }

    /// The items of a list; none of nothing.
    pub(super) fn items(&self) -> Result<&[Node], Misfit> {
        match &self.value {
            Value::List(items) => Ok(items),
            Value::Null => Ok(&[]),
            _ => Err(self.misfit("a list")),
        }
    }

    /// A scalar as text: a version such as `0.2` needs no quotes. A truth value is spelt as Python spells it, whose the
    /// format is.
    pub(super) fn text(&self) -> Result<String, Misfit> {
        match &self.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Bool(true) => Ok("True".to_owned()),
            Value::Bool(false) => Ok("False".to_owned()),
            _ => Err(self.misfit("a text")),
        }
    }

    /// A truth value, also as YAML 1.1 spells them.
    pub(super) fn flag(&self) -> Result<bool, Misfit> {
        match &self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Text(text) if matches!(&*text.to_ascii_lowercase(), "yes" | "on" | "true") => Ok(true),
            Value::Text(text) if matches!(&*text.to_ascii_lowercase(), "no" | "off" | "false") => Ok(false),
            _ => Err(self.misfit("true or false")),
        }
    }

    /// A whole number of seconds; of 0, nothing.
    pub(super) fn seconds(&self) -> Result<Option<u64>, Misfit> {
        let number = match &self.value {
            Value::Text(text) => text.parse::<u64>().ok(),
            _ => None,
        };
        let seconds = number.ok_or_else(|| self.misfit("a whole number of seconds, 0 or more"))?;
        Ok(Some(seconds).filter(|seconds| *seconds > 0))
    }

    /// That it is not what was wanted of it.
    pub(super) fn misfit(&self, wanted: &str) -> Misfit {
        let came = match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        };
        Misfit { line: self.line, wanted: wanted.to_owned(), came }
    }
}

/// A value that is not what was wanted of it.
#[derive(Debug)]
pub(super) struct Misfit {
    line: u64,
    wanted: String,
    came: String,
}

impl Misfit {
    /// The error it is in a file, of the value at `key`, a dotted path.
    pub(super) fn of(self, key: &str, path: &Path) -> Error {
        let Misfit { line, wanted, came } = self;
        let why = format!("line {line}: `{key}` is {came}: want {wanted}");
        Error::Settings { path: path.to_owned(), why }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node { line: referenced.line(), value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        // With its `.0`, as Python has it.
        Ok(Value::Text(format!("{number:?}")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            members.push(Member { key: key.value, line: key.referenced.line(), node: map.next_value()? });
        }
        Ok(Value::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Node {
        Node::parse(text, Path::new("x.yml")).unwrap()
    }

    #[test]
    fn every_key_and_value_knows_its_line() {
        let node = parse("a: 1\nb:\n  - c\n  -\n    d: no\n\"e\": 1.0\n");
        let members = node.members().unwrap();
        let lines: Vec<_> = members.iter().map(|it| (it.key.as_str(), it.line)).collect();
        assert_eq!(lines, [("a", 1), ("b", 2), ("e", 6)]);
        let items = members[1].node.items().unwrap();
        assert_eq!((items[0].line, items[0].text().unwrap()), (3, "c".to_owned()));
        let inner = &items[1].members().unwrap()[0];
        assert_eq!((inner.line, inner.node.flag().unwrap()), (5, false));
        assert_eq!(members[2].node.text().unwrap(), "1.0");
    }

    #[test]
    fn json_and_aliases_and_a_key_that_stands_twice_are_read() {
        let node = parse("{\"a\": [true, null],\n \"a\": {}}");
        let keys: Vec<_> = node.members().unwrap().iter().map(|it| (it.key.as_str(), it.line)).collect();
        assert_eq!(keys, [("a", 1), ("a", 2)]);
        let node = parse("a: &x {k: v}\nb: *x\nc:\n  <<: *x\n  l: 2\n");
        assert_eq!(node.members().unwrap()[1].node.members().unwrap()[0].key, "k");
        assert_eq!(node.members().unwrap()[2].node.members().unwrap().len(), 2);
    }

    #[test]
    fn what_is_not_as_wanted_says_where_and_what() {
        let node = parse("a:\n  - 1");
        let error = node.members().unwrap()[0].node.flag().unwrap_err().of("a", Path::new("x.yml"));
        assert!(error.to_string().ends_with("x.yml: line 2: `a` is a list: want true or false"), "{error}");
        let error = Node::parse("a: [", Path::new("x.yml")).unwrap_err().to_string();
        assert!(error.contains("x.yml: it is no YAML") && error.contains("line 1"), "{error}");
        assert_eq!(parse("0").seconds().unwrap(), None);
        assert!(parse("-1").seconds().is_err());
    }
}
