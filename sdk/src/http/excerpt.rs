use serde_json::Value;

/// No message needs more of a body than this many characters.
const LONGEST: usize = 200;

/// Where APIs say what went wrong, the most telling first.
const KEYS: [&str; 9] = [
    "message",
    "error_description",
    "detail",
    "info",
    "title",
    "error",
    "errors",
    "reason",
    "status_message",
];

/// What a body says went wrong: its message if it is JSON with one, else its beginning, on one line.
pub(super) fn excerpt(body: &[u8]) -> String {
    let message = serde_json::from_slice::<Value>(body).ok().as_ref().and_then(message).map(str::to_owned);
    let text = message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        _ if line.is_empty() => "empty".to_owned(),
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

fn message(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.iter().find_map(message),
        Value::Object(fields) => KEYS.iter().find_map(|key| fields.get(*key).and_then(message)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_an_error_is_found_where_apis_put_it() {
        assert_eq!(excerpt(br#"{"message": "no"}"#), "`no`");
        assert_eq!(excerpt(br#"{"error": {"code": 7, "info": "no"}}"#), "`no`");
        assert_eq!(excerpt(br#"{"errors": [{"detail": "no"}]}"#), "`no`");
    }

    #[test]
    fn a_body_without_a_message_is_cut_to_one_short_line() {
        assert_eq!(excerpt(b"<p>\n  late\n</p>"), "`<p> late </p>`");
        assert_eq!(excerpt(br#"{"code": 7}"#), r#"`{"code": 7}`"#);
        assert_eq!(excerpt("é".repeat(300).as_bytes()), format!("`{}…`", "é".repeat(200)));
        assert_eq!(excerpt(b""), "empty");
    }
}
