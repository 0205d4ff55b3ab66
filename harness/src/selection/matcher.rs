//! The patterns of filter expressions.

use regex::{Regex, RegexBuilder};

/// A pattern for a name.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    Exactly(String),
    Contains(String),
    Pattern(Regex),
}

/// Bytes that a compiled expression may take: far more than a name needs.
const LIMIT: usize = 1 << 20;

impl Matcher {
    /// `=exact`, `~contained`, `#glob`, `/regular expression/`; of the rest what holds a `*` is a glob, all else is
    /// contained.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(text) = text.strip_prefix('=') {
            return named(text).map(Matcher::Exactly);
        }
        if let Some(text) = text.strip_prefix('~') {
            return named(text).map(Matcher::Contains);
        }
        if let Some(glob) = text.strip_prefix('#') {
            return pattern(&of_glob(&named(glob)?));
        }
        if let Some(expression) = text.strip_prefix('/') {
            let expression =
                expression.strip_suffix('/').ok_or("the regular expression does not end: want `/`")?;
            return pattern(&expression.replace("\\/", "/"));
        }
        let text = named(text)?;
        if text.contains('*') { pattern(&of_glob(&text)) } else { Ok(Matcher::Contains(text)) }
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Exactly(text) => name == text,
            Matcher::Contains(text) => name.contains(text),
            Matcher::Pattern(pattern) => pattern.is_match(name),
        }
    }
}

fn named(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("want a name or a part of one".to_owned()) } else { Ok(text.to_owned()) }
}

fn pattern(expression: &str) -> Result<Matcher, String> {
    let built = RegexBuilder::new(expression).size_limit(LIMIT).build();
    built.map(Matcher::Pattern).map_err(|error| {
        // The last line of what it says is the reason; the others draw a picture of their own.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("no regular expression: {reason}")
    })
}

/// The regular expression of a glob: `*` is any text, `?` any character, and it speaks of the whole name.
fn of_glob(glob: &str) -> String {
    let body: String = glob
        .chars()
        .map(|character| match character {
            '*' => ".*".to_owned(),
            '?' => ".".to_owned(),
            other => regex::escape(&other.to_string()),
        })
        .collect();
    format!("^(?s:{body})$")
}
