//! JSON text as text: bodies are served, and files written, without a number or a key being touched.

use serde_json::value::RawValue;

/// The widest list of plain values that is written on one line, in bytes.
const LINE: usize = 100;

/// Takes the white space between tokens away. `json` must be valid.
pub(crate) fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(start) = rest.find(['"', ' ', '\n', '\r', '\t']) {
        out.push_str(&rest[..start]);
        let token = if rest[start..].starts_with('"') { string(&rest[start..]) } else { "" };
        out.push_str(token);
        rest = &rest[start + token.len().max(1)..];
    }
    out.push_str(rest);
    out
}

/// JSON as a cassette is laid out, for people and for line diffs, with a newline at its end.
pub fn lay_out(json: &RawValue) -> String {
    at_depth(json.get(), 0) + "\n"
}

/// Lays JSON out for people and for line diffs: two spaces a level, of which there are so many already, and a list of plain
/// values on one line where it fits. `json` must be valid.
pub(super) fn at_depth(json: &str, mut depth: usize) -> String {
    let json = compact(json);
    let mut out = String::with_capacity(json.len() * 2);
    let mut rest = json.as_str();
    while let Some(next) = rest.chars().next() {
        let token = match next {
            '"' => string(rest),
            '[' | '{' => flat(rest).unwrap_or(&rest[..1]),
            _ => &rest[..next.len_utf8()],
        };
        match token {
            "[" | "{" => {
                depth += 1;
                out.push_str(token);
                new_line(&mut out, depth);
            }
            "]" | "}" => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            _ if token.starts_with('[') => spaced(&mut out, token),
            _ => out.push_str(token),
        }
        rest = &rest[token.len()..];
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// The string that `json` begins with, quotes included.
pub(crate) fn string(json: &str) -> &str {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    &json[..end.map_or(json.len(), |end| end + 2)]
}

/// The list or object that `json` begins with, where it goes on one line: it is empty, or a short list of plain values.
fn flat(json: &str) -> Option<&str> {
    if json.starts_with("{}") {
        return Some("{}");
    }
    let mut end = 1;
    while json.starts_with('[') && end <= LINE {
        match json[end..].chars().next()? {
            ']' => return Some(&json[..=end]),
            '[' | '{' => return None,
            '"' => end += string(&json[end..]).len(),
            other => end += other.len_utf8(),
        }
    }
    None
}

/// Writes a flat list with a space after each comma.
fn spaced(out: &mut String, list: &str) {
    let mut rest = list;
    while let Some(next) = rest.chars().next() {
        let token = if next == '"' { string(rest) } else { &rest[..next.len_utf8()] };
        out.push_str(token);
        if token == "," {
            out.push(' ');
        }
        rest = &rest[token.len()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(json: &str) -> String {
        at_depth(json, 0) + "\n"
    }

    #[test]
    fn white_space_goes_from_between_tokens_and_stays_in_strings() {
        let json = "{ \"a b\" :\t[ 1.0 ,\r\n \"x \\\" y\\\\\" , -0 ] , \"\u{e9} \" : { } }";
        assert_eq!(compact(json), "{\"a b\":[1.0,\"x \\\" y\\\\\",-0],\"\u{e9} \":{}}");
        assert_eq!(compact("7 "), "7");
    }

    #[test]
    fn lists_of_plain_values_stay_on_one_line_and_all_else_is_laid_out() {
        let json = r#"{"pairs":[["a","1, 2"],["b","\"]"]],"none":[],"nothing":{},"n":[1.50,true]}"#;
        let laid_out = "{\n  \"pairs\": [\n    [\"a\", \"1, 2\"],\n    [\"b\", \"\\\"]\"]\n  ],\n  \"none\": [],\n  \
                        \"nothing\": {},\n  \"n\": [1.50, true]\n}\n";
        assert_eq!(pretty(json), laid_out);
        assert_eq!(pretty(laid_out), laid_out, "what is laid out stays");
    }

    #[test]
    fn a_list_too_wide_for_a_line_is_laid_out() {
        let wide = format!("[\"{}\",1]", "x".repeat(LINE));
        assert_eq!(pretty(&wide), format!("[\n  \"{}\",\n  1\n]\n", "x".repeat(LINE)));
    }
}
