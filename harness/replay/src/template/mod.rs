//! Text with expressions in it: what a cassette says in place of a secret, a token or a time.

mod expression;
mod format;
mod jwt;
mod moment;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use expression::Expression;
pub use format::{Format, Offset};
pub(crate) use jwt::claims_of;
pub use moment::Moment;

use crate::cassette::compact;
use crate::terms::Terms;

/// What a URL cannot carry as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text that may hold expressions such as `{{secret:api_key}}` or `{{now-1d:date}}`; `docs/cassette.md` lists them all.
///
/// ```
/// use connector_replay::{Expression, Template};
///
/// let mut header = Template::literal("Bearer ");
/// header.push(&Expression::Secret("api_key".to_owned()));
/// assert_eq!(header.as_str(), "Bearer {{secret:api_key}}");
/// // Text that only looks like an expression is told from one.
/// assert_eq!(Template::literal("{{secret:x}} {{name}}").as_str(), "{{open}}secret:x}} {{name}}");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

impl Template {
    /// Text whose expressions are meant.
    pub fn new(text: impl Into<String>) -> Template {
        Template(text.into())
    }

    /// Text that means itself, whatever it looks like.
    pub fn literal(text: &str) -> Template {
        let mut template = Template::default();
        template.push_literal(text);
        template
    }

    /// Adds text that means itself.
    pub fn push_literal(&mut self, text: &str) {
        // A brace that was left at the end must not come to mean something either.
        if self.0.ends_with('{') && text.starts_with('{') {
            self.0.pop();
            self.0.push_str("{{open}}");
            return self.push_literal(&text[1..]);
        }
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            self.0.push_str(&rest[..start]);
            let meant = Expression::may_begin(&rest[start + 2..]);
            self.0.push_str(if meant { "{{open}}" } else { "{" });
            rest = &rest[start + if meant { 2 } else { 1 }..];
        }
        self.0.push_str(rest);
    }

    /// Adds an expression.
    pub fn push(&mut self, expression: &Expression) {
        use fmt::Write as _;
        let _infallible = write!(self.0, "{expression}");
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is more than itself.
    pub fn has_expressions(&self) -> bool {
        has_expressions(&self.0)
    }

    /// Its expressions filled in. The error is the expression that cannot be, and why.
    pub(crate) fn bind(&self, terms: &Terms) -> Result<Vec<u8>, String> {
        bind(&self.0, terms, Vec::extend_from_slice)
    }

    /// Likewise, what is filled in percent-encoded.
    pub(crate) fn bind_url(&self, terms: &Terms) -> Result<String, String> {
        let url = bind(&self.0, terms, |out, filled| {
            out.extend(percent_encode(filled, RESERVED).flat_map(str::bytes));
        })?;
        String::from_utf8(url).map_err(|_| "wanted text".to_owned())
    }
}

/// Whether a text holds an expression, be it one that cannot be filled in.
pub(crate) fn has_expressions(text: &str) -> bool {
    text.match_indices("{{").any(|(start, _)| Expression::read(&text[start..]).is_some())
}

pub(crate) fn bind_text(text: &str, terms: &Terms) -> Result<String, String> {
    let bound = bind(text, terms, Vec::extend_from_slice)?;
    String::from_utf8(bound).map_err(|_| "wanted text, got bytes that are none".to_owned())
}

/// The strings of a JSON text filled in; one that is nothing but a number's expression becomes the number.
pub(crate) fn bind_json(json: &RawValue, terms: &Terms) -> Result<String, String> {
    let json = compact(json.get());
    if !json.contains("{{") {
        return Ok(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(start) = rest.find('"') {
        out.push_str(&rest[..start]);
        let token = crate::cassette::leading_string(&rest[start..]);
        rest = &rest[start + token.len()..];
        let text: String = match serde_json::from_str(token) {
            Ok(text) if token.contains("{{") => text,
            _ => {
                out.push_str(token);
                continue;
            }
        };
        match Expression::read(&text) {
            Some(Ok((Expression::Now { offset, format }, length)))
                if length == text.len() && format.is_number() =>
            {
                out.push_str(&Expression::now(offset, &format, terms)?);
            }
            _ => out.push_str(&serde_json::Value::String(bind_text(&text, terms)?).to_string()),
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn bind(text: &str, terms: &Terms, mut fill: impl FnMut(&mut Vec<u8>, &[u8])) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.extend_from_slice(&rest.as_bytes()[..start]);
        rest = &rest[start..];
        match Expression::read(rest) {
            Some(Ok((expression, length))) => {
                match expression.value(terms) {
                    Ok(value) => fill(&mut out, &value),
                    Err(reason) => {
                        return Err(format!("{}: {reason}", crate::excerpt::short(&rest[..length])));
                    }
                }
                rest = &rest[length..];
            }
            Some(Err(reason)) => return Err(reason),
            None => {
                out.push(b'{');
                rest = &rest[1..];
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            values: [("key", "s/3 \"q\""), ("a.b", "me")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            now: Some("2030-01-02T03:04:05.678Z".parse().unwrap()),
            ..Terms::default()
        }
    }

    fn bound(text: &str) -> Result<String, String> {
        bind_text(text, &terms())
    }

    #[test]
    fn expressions_are_filled_in_and_all_else_stays() {
        for (text, wanted) in [
            ("x {{secret:a.b}}{{secret:key}} y", "x mes/3 \"q\" y"),
            ("{{user}} {{ secret:a }} {{}} {{", "{{user}} {{ secret:a }} {{}} {{"),
            ("{{base64:{{secret:a.b}}:p}}", "bWU6cA=="),
            ("{{base64url:??>{{close}}}}", "Pz8-fX0"),
            ("{{open}}secret:key}}", "{{secret:key}}"),
            ("{{{secret:a.b}}}", "{me}"),
            ("{{token:access}}", "token-access-made-up"),
            ("{{now:date}} {{now+1d:date}} {{now-1.5h:epoch}}", "2030-01-02 2030-01-03 1893548045"),
            ("{{now+0.5s:%H:%M:%S%.3f}} {{now:http}}", "03:04:06.178 Wed, 02 Jan 2030 03:04:05 GMT"),
        ] {
            assert_eq!(bound(text).as_deref(), Ok(wanted), "{text}");
        }
        assert_eq!(Template::new("a{{bytes:/w==}}").bind(&terms()).unwrap(), b"a\xff");
        assert_eq!(Template::new("/{{secret:key}}?a b").bind_url(&terms()).unwrap(), "/s%2F3%20%22q%22?a b");
    }

    #[test]
    fn what_cannot_be_filled_in_says_why() {
        for (text, wanted) in [
            ("{{secret:b}}", "{{secret:b}}: wanted one of a.b, key"),
            ("{{now-1x:date}}", "wanted an offset such as -1d or +3600s"),
            ("{{now:%!}}", "{{now:%!}}: "),
            ("{{base64:a", "wanted }} at its end"),
            ("{{bytes:a}}", "wanted base64"),
            ("{{jwt:a}}", "wanted HEADER.CLAIMS"),
        ] {
            let error = bound(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
        }
        let nested = |depth: usize| bound(&format!("{}x{}", "{{base64:".repeat(depth), "}}".repeat(depth)));
        assert!(nested(10).is_ok());
        assert!(nested(100_000).unwrap_err().contains("at most 16 expressions within each other"));
        let timeless = bind_text("{{now:date}}", &Terms::default()).unwrap_err();
        assert!(timeless.contains("what time it is"), "{timeless}");
    }

    #[test]
    fn expressions_are_not_read_without_end() {
        let nested = |depth: usize| "{{base64:".repeat(depth) + "x" + &"}}".repeat(depth);
        assert!(Template::new(nested(16)).bind(&terms()).is_ok());
        let error = Template::new(nested(100_000)).bind(&terms()).unwrap_err();
        assert!(error.ends_with("at most 16 expressions within each other"), "{error}");
    }

    #[test]
    fn literal_text_means_itself() {
        for text in
            ["{{secret:key}}", "{{{{now:date}}", "{{open}}", "{ {{token:a}}{{", "}} {{x}}", "{{{opaque}}"]
        {
            assert_eq!(bound(Template::literal(text).as_str()).as_deref(), Ok(text));
            let (one, two) = text.split_at(2);
            let mut halves = Template::literal(one);
            halves.push_literal(two);
            assert_eq!(bound(halves.as_str()).as_deref(), Ok(text), "{halves}");
            let mut halves = Template::default();
            text.chars().for_each(|character| halves.push_literal(character.encode_utf8(&mut [0; 4])));
            assert_eq!(bound(halves.as_str()).as_deref(), Ok(text), "{halves}");
        }
    }

    #[test]
    fn strings_of_json_are_filled_in_and_may_become_numbers() {
        let json = r#"{"a": ["{{secret:key}}", 1.0, "\"x"], "{{secret:a.b}}": "{{now:epoch}}", "t": "{{now:epoch_text}}", "d": "{{now:date}}!"}"#;
        let wanted = r#"{"a":["s/3 \"q\"",1.0,"\"x"],"me":1893553445,"t":"1893553445","d":"2030-01-02!"}"#;
        let json: Box<RawValue> = serde_json::from_str(json).unwrap();
        assert_eq!(bind_json(&json, &terms()).as_deref(), Ok(wanted));
    }
}
