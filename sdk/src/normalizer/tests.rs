use serde_json::{Value, json};

use super::*;

fn schema() -> JsonObject {
    let schema = json!({
        "type": "object",
        "required": ["id", "must"],
        "properties": {
            "id": { "type": "string" },
            "must": { "type": "integer" },
            "amount": { "type": ["null", "number"] },
            "count": { "type": ["null", "integer"] },
            "strict": { "type": "integer" },
            "active": { "type": ["null", "boolean"] },
            "day": { "type": ["null", "string"], "format": "date" },
            "name": { "type": ["null", "string"], "maxLength": 3 },
            "either": { "type": ["string", "integer"] },
            "tags": { "type": ["null", "array"], "items": { "type": "string" } },
            "lines": { "type": "array", "items": {
                "type": "object", "properties": { "price": { "type": ["null", "number"] } } } },
            "owner": { "type": ["null", "object"], "properties": { "age": { "type": ["null", "integer"] } } },
            "map": { "type": ["null", "object"] },
            "free": {}
        }
    });
    schema.as_object().unwrap().clone()
}

/// The record as it becomes, and what is noted.
fn normalized(raw: &str) -> (String, Vec<String>) {
    let (mut out, mut changes) = (String::new(), Vec::new());
    let changed = Normalizer::compile(&schema()).apply(raw, &mut out, &mut changes);
    assert_eq!(changed, !out.is_empty());
    let out = if changed { out } else { raw.to_owned() };
    assert!(serde_json::from_str::<Value>(&out).unwrap().is_object(), "{out}");
    let note = |change: &RecordMetaChange| {
        format!("{} {} {}", change.field, change.change.as_str(), change.reason.as_str())
    };
    (out, changes.iter().map(note).collect())
}

/// What one field becomes, without a note.
fn field(name: &str, value: &str) -> String {
    let (out, changes) = normalized(&format!(r#"{{"{name}":{value}}}"#));
    assert_eq!(changes, [""; 0], "{name} {value}");
    out.strip_prefix(&format!(r#"{{"{name}":"#)).unwrap().strip_suffix('}').unwrap().to_owned()
}

#[test]
fn a_record_that_conforms_keeps_its_bytes() {
    for raw in [
        r#"{ "id" : "a\u00e9", "must":7, "amount": 1.10, "count":12345678901234567890123, "active" :true }"#,
        r#"{"id":"","day":"01/02/2024","tags":["a","b"],"lines":[{"price":null},{}],"owner":{"age":5.0}}"#,
        r#"{"unknown":{"id":7},"free":[1,{"x":"7"}],"map":{"amount":"7"},"either":"7","name":"\u00e9\u00e9\u00e9"}"#,
        "{}",
        r#"{"amount":null,"strict":null}"#,
    ] {
        assert_eq!(normalized(raw), (raw.to_owned(), vec![]));
    }
}

#[test]
fn values_become_what_the_schema_wants_with_their_digits() {
    for (name, value, want) in [
        ("id", "12345678901234567890123.10", r#""12345678901234567890123.10""#),
        ("id", "true", r#""true""#),
        ("id", r#"{"a": "b"}"#, r#""{\"a\": \"b\"}""#),
        ("amount", r#"" 12345678901234567890123.10 ""#, "12345678901234567890123.10"),
        ("amount", r#""\u0037""#, "7"),
        ("count", r#""42""#, "42"),
        ("count", r#""42.0""#, "42.0"),
        ("count", "false", "0"),
        ("active", r#""False""#, "false"),
        ("active", r#""yes""#, "true"),
        ("active", "1", "true"),
        ("either", "1.5", r#""1.5""#),
        ("tags", r#""one""#, r#"["one"]"#),
        ("tags", "7", r#"["7"]"#),
        ("tags", "[1, null, \"x\"]", r#"["1", null, "x"]"#),
        ("lines", r#"{"price":1}"#, r#"[{"price":1}]"#),
        ("lines", r#"[{"price":"1.10"},{"price":"2"}]"#, r#"[{"price":1.10},{"price":2}]"#),
        ("owner", r#"{"age":"40", "x":"1"}"#, r#"{"age":40, "x":"1"}"#),
    ] {
        assert_eq!(field(name, value), want, "{name} {value}");
    }
}

#[test]
fn an_empty_text_is_no_value_where_no_text_is_wanted() {
    for name in ["amount", "count", "active", "day", "owner", "map"] {
        assert_eq!(field(name, r#""""#), "null", "{name}");
    }
    assert_eq!(field("tags", r#""""#), "null");
    assert_eq!(field("id", r#""""#), r#""""#);
    assert_eq!(normalized(r#"{"strict":""}"#), ("{}".to_owned(), vec![]));
}

#[test]
fn what_cannot_be_cast_becomes_null_and_is_noted() {
    let raw =
        r#"{"id":"a","amount":"soon","count":1.5,"owner":{"age":[40]},"lines":[{},{"price":"x"}],"map":7}"#;
    let (out, notes) = normalized(raw);
    assert_eq!(
        out,
        r#"{"id":"a","amount":null,"count":null,"owner":{"age":null},"lines":[{},{"price":null}],"map":null}"#
    );
    let fields = ["amount", "count", "owner.age", "lines[1].price", "map"];
    assert_eq!(notes, fields.map(|field| format!("{field} NULLED SOURCE_SERIALIZATION_ERROR")));
}

#[test]
fn what_may_not_be_null_is_left_out_if_it_may_be() {
    for (raw, want) in [
        (r#"{"strict":"x"}"#, "{}"),
        (r#"{ "strict" : "x" , "id":"a"}"#, r#"{"id":"a"}"#),
        (r#"{"id":"a" , "strict":"x","free":1}"#, r#"{"id":"a","free":1}"#),
        (r#"{"strict":"x","either":[],"amount":"1"}"#, r#"{"either":"[]","amount":1}"#),
        (r#"{"id":1,"strict":"x"}"#, r#"{"id":"1"}"#),
    ] {
        let (out, notes) = normalized(raw);
        assert_eq!(out, want, "{raw}");
        assert_eq!(notes, ["strict NULLED SOURCE_SERIALIZATION_ERROR"]);
    }
    let required = r#"{"must":"x"}"#;
    assert_eq!(normalized(required), (required.to_owned(), vec![]));
}

#[test]
fn a_long_text_is_cut_by_characters() {
    let (out, notes) = normalized(r#"{"name":"\u00e9\"üx","id":"long enough"}"#);
    assert_eq!(out, r#"{"name":"é\"ü","id":"long enough"}"#);
    assert_eq!(notes, ["name TRUNCATED SOURCE_FIELD_SIZE_LIMITATION"]);
}

#[test]
fn a_name_may_be_written_with_escapes() {
    assert_eq!(normalized(r#"{"\u0069d":7}"#).0, r#"{"\u0069d":"7"}"#);
}

#[test]
fn whatever_comes_in_what_goes_out_conforms() {
    let values = [
        "null",
        "true",
        "0",
        "1",
        "-1.5",
        "2.0",
        "1e3",
        r#""""#,
        r#"" ""#,
        r#""x""#,
        r#""1""#,
        r#""1.5""#,
        r#""true""#,
        "[]",
        "[1]",
        "{}",
        r#"{"a":"1"}"#,
    ];
    let conforms = |kind: &str, value: &Value| match kind {
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        _ => value.is_object(),
    };
    for kind in ["boolean", "integer", "number", "string", "array", "object"] {
        for nullable in [false, true] {
            let types = if nullable { json!([kind, "null"]) } else { json!(kind) };
            let schema = json!({ "properties": { "a": { "type": types, "items": { "type": "string" } } } });
            let normalizer = Normalizer::compile(schema.as_object().unwrap());
            for value in values {
                let raw = format!(r#"{{"before":1,"a":{value},"after":2}}"#);
                let mut out = String::new();
                let changed = normalizer.apply(&raw, &mut out, &mut Vec::new());
                let record: Value = serde_json::from_str(if changed { &out } else { &raw }).unwrap();
                let fits = match record.get("a") {
                    None => !nullable,
                    Some(Value::Null) => nullable || value == "null",
                    Some(other) => conforms(kind, other),
                };
                assert!(fits && record["before"] == 1 && record["after"] == 2, "{schema} {value}: {record}");
            }
        }
    }
}
