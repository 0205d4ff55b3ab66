//! What is volatile in a connector's output, and what stands in its place: one list, in order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use crate::ledger::Tree;

/// The values of one run that no two runs share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Volatile {
    /// The folder of the files that the connector was started with.
    pub(crate) folder: String,
    /// The address of the replay server, `host:port`.
    pub(crate) proxy: String,
    /// JSON pointers into messages, of values that the scenario calls volatile.
    pub(crate) fields: Vec<String>,
}

enum Normalization {
    /// The value at this JSON pointer of a message.
    Field { pointer: &'static str, becomes: &'static str },
    /// A piece of text, wherever it stands.
    Text { of: fn(&Volatile) -> &str, becomes: &'static str },
}

/// New ones go to the end, so that the snapshots of before stay as they are.
static ALL: &[Normalization] = &[
    Normalization::Field { pointer: "/record/emitted_at", becomes: "0" },
    Normalization::Field { pointer: "/trace/emitted_at", becomes: "0" },
    Normalization::Field { pointer: "/control/emitted_at", becomes: "0" },
    Normalization::Field { pointer: "/trace/error/stack_trace", becomes: "\"[stack trace]\"" },
    Normalization::Text { of: |volatile| &volatile.folder, becomes: "[folder]" },
    Normalization::Text { of: |volatile| &volatile.proxy, becomes: "[replay]" },
    Normalization::Field { pointer: "/trace/stream_status/reasons/0/rate_limited/quota_reset", becomes: "0" },
];

/// A message as it stands in a snapshot: its keys in alphabetical order, its numbers to the digit, nothing volatile.
/// A line that is no JSON is kept as text.
pub(crate) fn normalize(line: &str, volatile: &Volatile) -> String {
    let mut text = match serde_json::from_str::<&RawValue>(line) {
        // Parsed for its limit on depth, which a raw value does not have: the walk below goes as deep as the value.
        Ok(value) if Tree::parse(line.as_bytes()).is_ok() => {
            let mut canonical = String::with_capacity(line.len());
            write(value, volatile, &mut String::new(), &mut canonical);
            canonical
        }
        _ => line.to_owned(),
    };
    for normalization in ALL {
        if let Normalization::Text { of, becomes } = normalization
            && !of(volatile).is_empty()
        {
            text = text.replace(of(volatile), becomes);
        }
    }
    text
}

fn write(value: &RawValue, volatile: &Volatile, pointer: &mut String, to: &mut String) {
    let field = ALL.iter().find_map(|normalization| match normalization {
        Normalization::Field { pointer: at, becomes } => (at == pointer).then_some(becomes),
        Normalization::Text { .. } => None,
    });
    let said = volatile.fields.iter().any(|field| field == pointer).then_some(&"\"[volatile]\"");
    if let Some(becomes) = field.or(said) {
        return to.push_str(becomes);
    }
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).unwrap_or_default();
            list(to, '{', '}', members, |to, (name, value)| {
                // A string always has a JSON form.
                let _infallible = write!(to, "{}:", serde_json::Value::from(name.as_ref()));
                let length = pointer.len();
                let _infallible = write!(pointer, "/{name}");
                write(value, volatile, pointer, to);
                pointer.truncate(length);
            });
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            list(to, '[', ']', items.into_iter().enumerate(), |to, (index, value)| {
                let length = pointer.len();
                let _infallible = write!(pointer, "/{index}");
                write(value, volatile, pointer, to);
                pointer.truncate(length);
            });
        }
        // Reads and writes again, so that `\u00e9` and `é` are the same.
        Some(b'"') => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(string) => to.push_str(&string.to_string()),
            Err(_) => to.push_str(text),
        },
        _ => to.push_str(text),
    }
}

fn list<T>(
    to: &mut String,
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    mut each: impl FnMut(&mut String, T),
) {
    to.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            to.push(',');
        }
        each(to, item);
    }
    to.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(line: &str) -> String {
        let fields = vec!["/record/data/updated_at".to_owned()];
        let volatile = Volatile { folder: "/tmp/h1".to_owned(), proxy: "127.0.0.1:4711".to_owned(), fields };
        normalize(line, &volatile)
    }

    #[test]
    fn keys_are_sorted_and_numbers_keep_their_digits() {
        let line = r#"{"type":"RECORD","record":{"stream":"s","data":{"b":12345678901234567890.10,"a":[1e5,{"z":1,"y":2}]}}}"#;
        let wanted = r#"{"record":{"data":{"a":[1e5,{"y":2,"z":1}],"b":12345678901234567890.10},"stream":"s"},"type":"RECORD"}"#;
        assert_eq!(normalized(line), wanted);
    }

    #[test]
    fn what_is_volatile_is_replaced_in_its_place_only() {
        let line = r#"{"record":{"emitted_at":1700000000000,"data":{"emitted_at":5}}}"#;
        assert_eq!(normalized(line), r#"{"record":{"data":{"emitted_at":5},"emitted_at":0}}"#);
        let line = r#"{"log":"no /tmp/h1/config.json; proxy 127.0.0.1:4711"}"#;
        assert_eq!(normalized(line), r#"{"log":"no [folder]/config.json; proxy [replay]"}"#);
    }

    #[test]
    fn when_a_quota_comes_back_is_volatile() {
        let reason = |reset| {
            let reasons = format!(r#"[{{"type":"RATE_LIMITED","rate_limited":{{"quota_reset":{reset}}}}}]"#);
            format!(r#"{{"trace":{{"stream_status":{{"reasons":{reasons}}}}}}}"#)
        };
        assert_eq!(normalized(&reason(1_700_000_000_000_u64)), normalized(&reason(0)));
    }

    #[test]
    fn what_the_scenario_calls_volatile_is_replaced_too() {
        let line = r#"{"record":{"data":{"updated_at":"now","id":1}}}"#;
        assert_eq!(normalized(line), r#"{"record":{"data":{"id":1,"updated_at":"[volatile]"}}}"#);
    }

    #[test]
    fn a_line_nested_deeper_than_anybody_reads_is_kept_as_it_is() {
        let line = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(normalized(&line), line);
    }

    #[test]
    fn two_spellings_of_one_string_are_one() {
        assert_eq!(normalized(r#"{"a":"\u00e9\/"}"#), r#"{"a":"é/"}"#);
        assert_eq!(normalized("not JSON"), "not JSON");
    }
}
