use serde_json::Value;

use crate::scope::redacted;

/// No message needs more of a body than this many characters.
const LONGEST: usize = 200;

/// How many bytes of a body that is no JSON are looked at.
const BEGINNING: usize = 64 * 1024;

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
    let beginning = || String::from_utf8_lossy(&body[..body.len().min(BEGINNING)]).into_owned();
    let line = shortened(&message.unwrap_or_else(beginning));
    if line.is_empty() { "empty".to_owned() } else { format!("`{line}`") }
}

/// The beginning of a text, on one line. Secrets go first: one that is cut in two is found no more.
pub(crate) fn shortened(text: &str) -> String {
    let line = redacted(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
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
    use std::rc::Rc;

    use super::*;
    use crate::output::tests::Page;
    use crate::scope::within;

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

    #[tokio::test]
    async fn secrets_go_before_the_text_is_cut_and_joined() {
        let output = Rc::new(Page::default().output());
        let pem = "-----BEGIN KEY-----\nMIIB\nabcd\n-----END KEY-----";
        output.redact(&["k-0123456789".to_owned(), pem.to_owned()]);
        within(output, async {
            let cut = format!("{} k-0123456789", "x".repeat(195));
            assert_eq!(excerpt(cut.as_bytes()), format!("`{} ****`", "x".repeat(195)));
            assert_eq!(excerpt(format!("no key is\n{pem}").as_bytes()), "`no key is ****`");
            assert_eq!(excerpt(serde_json::json!({"error": pem}).to_string().as_bytes()), "`****`");
            assert_eq!(shortened(&format!("invalid type: string {pem:?}")), "invalid type: string \"****\"");
        })
        .await;
    }
}
