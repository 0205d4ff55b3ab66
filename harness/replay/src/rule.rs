use std::fmt;
use std::str::FromStr;

use http::HeaderName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::excerpt::short;

/// One thing that is passed over when a request is compared with a recorded one.
///
/// Read from text such as `"query nonce"`, or from a table that keeps it to some paths:
/// `{ path = "/v1/users/*", part = "body /sent_at" }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The paths that it holds for, `*` standing for any text; all where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What is passed over there.
    pub part: Part,
}

/// A part of a request, as a [`Difference`](crate::Difference) names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `query NAME`: the parameters of that name.
    Query(String),
    /// `body NAME`: the fields of that name in a form.
    Form(String),
    /// `body /POINTER`: the value at that JSON pointer and all below it.
    Pointer(String),
    /// `body`: all of it.
    Body,
    /// `header NAME`: a header that is compared since its recorded value holds an expression.
    Header(HeaderName),
}

impl Rule {
    /// Whether it holds for requests to this path.
    pub fn is_for(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|pattern| fits(pattern, path))
    }
}

/// Whether a text is what a pattern means, in which `*` stands for any text.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        // The first place will do: whatever comes later leaves less for the other pieces.
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Part, String> {
        let wanted = || {
            format!(
                "wanted `query NAME`, `body NAME`, `body /POINTER`, `body` or `header NAME`, got `{}`",
                short(text)
            )
        };
        match text.split_once(' ') {
            None if text == "body" => Ok(Part::Body),
            Some((_, "")) | None => Err(wanted()),
            Some(("query", name)) => Ok(Part::Query(name.to_owned())),
            Some(("body", pointer)) if pointer.starts_with('/') => Ok(Part::Pointer(pointer.to_owned())),
            Some(("body", name)) => Ok(Part::Form(name.to_owned())),
            Some(("header", name)) => name.parse().map(Part::Header).map_err(|_| wanted()),
            Some(_) => Err(wanted()),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Query(name) => write!(f, "query {name}"),
            Part::Form(name) => write!(f, "body {name}"),
            Part::Pointer(pointer) => write!(f, "body {pointer}"),
            Part::Body => f.write_str("body"),
            Part::Header(name) => write!(f, "header {name}"),
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Part, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        struct Written;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            path: Option<String>,
            part: Part,
        }

        impl<'de> de::Visitor<'de> for Written {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a part such as \"query nonce\", or a table of `part` and `path`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rule, E> {
                text.parse().map(|part| Rule { path: None, part }).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, table: A) -> Result<Rule, A::Error> {
                let Table { path, part } = Table::deserialize(de::value::MapAccessDeserializer::new(table))?;
                Ok(Rule { path, part })
            }
        }

        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_from_text_or_a_table() {
        for (json, shown) in [
            (r#""query nonce""#, "query nonce"),
            (r#"{"path": "/v1/*", "part": "body /a/b"}"#, "body /a/b"),
            (r#""body a b""#, "body a b"),
            (r#""body""#, "body"),
            (r#""header Authorization""#, "header authorization"),
        ] {
            let rule: Rule = serde_json::from_str(json).unwrap();
            assert_eq!(rule.part.to_string(), shown);
        }
        for (json, wanted) in [
            (r#""path""#, "wanted `query NAME`"),
            (r#""query ""#, "wanted `query NAME`"),
            (r#""header a b""#, "wanted `query NAME`"),
            (r#"{"part": "body", "host": "a"}"#, "unknown field `host`"),
            ("1", "a part such as"),
        ] {
            let error = serde_json::from_str::<Rule>(json).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, path, wanted) in [
            ("/a", "/a", true),
            ("/a", "/a/b", false),
            ("/a/*", "/a/b/c", true),
            ("/a/*/c", "/a/b/c", true),
            ("/a/*/c", "/a/b/d", false),
            ("*é*", "/é", true),
            ("*", "", true),
            ("/a**", "/a", true),
            ("/a*a", "/a", false),
            ("/*/a/*/a", "/x/a/a", false),
            // One that tries every place for every star would not return.
            (&"*a".repeat(40), &"a".repeat(200), true),
            (&format!("{}b", "*a".repeat(40)), &"a".repeat(200), false),
        ] {
            assert_eq!(fits(pattern, path), wanted, "{pattern} {path}");
        }
    }
}
