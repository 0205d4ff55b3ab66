use super::path::through;
use crate::scan::{Kind, Scan, unescaped};

/// The text of the field at `path` in `json`, which must be valid JSON: what stands behind it is not looked at.
///
/// The empty path is the whole text. `None` where there is no such field.
pub(crate) fn field<'j>(json: &'j str, path: &str) -> Option<&'j str> {
    let mut scan = Scan::new(json);
    let kind = scan.kind()?;
    if path.is_empty() {
        return Some(scan.skip());
    }
    if kind != Kind::Object {
        return None;
    }
    scan.enter();
    while let Some(name) = scan.field() {
        if let Some(rest) = through(path, &unescaped(name))
            && let Some(found) = field(json.get(scan.at()..)?, rest)
        {
            return Some(found);
        }
        scan.skip();
    }
    None
}

/// The object with another value for the field `name`, or with that field at its end; anything else as it is.
///
/// Both `object` and `value` must be valid JSON.
pub(crate) fn with_field(object: &str, name: &str, value: &str) -> String {
    let mut scan = Scan::new(object);
    if scan.kind() != Some(Kind::Object) {
        return object.to_owned();
    }
    scan.enter();
    let mut comma = "";
    while let Some(known) = scan.field() {
        let start = scan.at();
        scan.skip();
        if unescaped(known) == name {
            return [&object[..start], value, &object[scan.at()..]].concat();
        }
        comma = ",";
    }
    // Behind the closing brace.
    let end = scan.at().saturating_sub(1);
    format!("{}{comma}{}:{value}}}", &object[..end], serde_json::Value::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_any_depth_with_its_digits() {
        let json = r#" { "a" : {"b": [1, {"c": "}"}], "d" : 1.10 } , "e":"\"x\\" ,"f":true} "#;
        assert_eq!(field(json, "a.d"), Some("1.10"));
        assert_eq!(field(json, "a.b"), Some(r#"[1, {"c": "}"}]"#));
        assert_eq!(field(json, "e"), Some(r#""\"x\\""#));
        assert_eq!(field(json, "f"), Some("true"));
        assert_eq!(field(json, ""), Some(json.trim()));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let json = r#"{"a": {"b": 1}, "c": [], "d": {}, "e": null}"#;
        for path in ["b", "a.c", "a.b.c", "c.a", "d.a", "e.a", "f"] {
            assert_eq!(field(json, path), None, "{path}");
        }
        for json in ["[1]", "7", "\"a\"", "", "{}"] {
            assert_eq!(field(json, "a"), None, "{json}");
        }
    }

    #[test]
    fn names_may_have_dots_and_escapes() {
        assert_eq!(field(r#"{"@odata.nextLink": "x"}"#, "@odata.nextLink"), Some("\"x\""));
        assert_eq!(field(r#"{"a": {"x": 1}, "a.b": 2}"#, "a.b"), Some("2"));
        assert_eq!(field(r#"{"n\u0061me": 1}"#, "name"), Some("1"));
    }

    #[test]
    fn a_text_that_is_no_json_after_all_does_no_harm() {
        for json in
            ["{", "{\"", "{\"a\"", "{\"a\":", "{\"a\":[", "{\"a\":\"\\", "{\"a\":{\"", "{]", "{\"a\"]}"]
        {
            assert_eq!(field(json, "b"), None, "{json}");
        }
    }
}
