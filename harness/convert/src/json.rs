//! JSON text rewritten string by string: numbers keep their digits, keys their order.

use connector_replay::Template;

/// A string within a JSON text.
pub(crate) enum Token<'a> {
    /// The name of a member.
    Name(&'a str),
    /// A value, and the name that was read last before it.
    Value(&'a str, &'a str),
}

/// Hands every string of a valid JSON text out, and puts what comes back in its place.
pub(crate) fn rewrite(json: &str, mut each: impl FnMut(Token<'_>) -> Template) -> String {
    let mut out = String::with_capacity(json.len());
    let mut name = String::new();
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let token = string(&rest[start..]);
        out.push_str(&rest[..start]);
        rest = &rest[start + token.len()..];
        // A string with half a character in it stays as it is.
        let Ok(text) = serde_json::from_str::<String>(token) else {
            out.push_str(token);
            continue;
        };
        let is_name = rest.trim_start().starts_with(':');
        let template = each(if is_name { Token::Name(&text) } else { Token::Value(&name, &text) });
        if template.as_str() == text {
            out.push_str(token);
        } else {
            out.push_str(&serde_json::Value::from(template.as_str()).to_string());
        }
        if is_name {
            name = text;
        }
    }
    out.push_str(rest);
    out
}

/// The string that a JSON text begins with, quotes included.
fn string(json: &str) -> &str {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    &json[..end.map_or(json.len(), |end| end + 2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_change_and_all_else_stays() {
        let json = r#"{"a\"" : ["x", 1.0, {"b":"y\u00e9"}], "c": "x\ud800", "d": "" }"#;
        let mut seen = Vec::new();
        let out = rewrite(json, |token| {
            let (name, text) = match token {
                Token::Name(text) => ("name", text),
                Token::Value(name, text) => (name, text),
            };
            seen.push(format!("{name}={text}"));
            Template::new(if text == "x" { "a \"new\" one" } else { text })
        });
        assert_eq!(out, json.replace(r#"["x""#, r#"["a \"new\" one""#));
        assert_eq!(seen, ["name=a\"", "a\"=x", "name=b", "b=yé", "name=c", "name=d", "d="]);
    }
}
