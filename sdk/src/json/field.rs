use std::borrow::Cow;

use super::path::through;

/// The text of the field at `path` in `json`, which must be valid JSON: what stands behind it is not looked at.
///
/// The empty path is the whole text. `None` where there is no such field.
pub(crate) fn field<'j>(json: &'j str, path: &str) -> Option<&'j str> {
    if path.is_empty() {
        return Some(json.trim_ascii());
    }
    members(json).find_map(|member| {
        let rest = through(path, &member.key())?;
        field(member.value, rest)
    })
}

/// A field of an object, as text.
pub(crate) struct Member<'j> {
    /// Without its quotes, with its escapes.
    name: &'j str,
    pub(crate) value: &'j str,
    /// Where the value begins in the object.
    pub(crate) start: usize,
}

impl Member<'_> {
    /// The name, without escapes.
    pub(crate) fn key(&self) -> Cow<'_, str> {
        if !self.name.contains('\\') {
            return Cow::Borrowed(self.name);
        }
        serde_json::from_str(&format!("\"{}\"", self.name)).map_or(Cow::Borrowed(self.name), Cow::Owned)
    }
}

/// The fields of the object `json`, which must be valid JSON. Other values have none.
pub(crate) fn members(json: &str) -> Members<'_> {
    let mut members = Members { json, at: 0 };
    if members.past(b"") == Some(b'{') {
        members.at += 1;
    } else {
        members.at = json.len();
    }
    members
}

pub(crate) struct Members<'j> {
    json: &'j str,
    at: usize,
}

impl<'j> Iterator for Members<'j> {
    type Item = Member<'j>;

    fn next(&mut self) -> Option<Member<'j>> {
        // Of valid JSON this is a quote or the closing brace.
        if self.past(b",")? != b'"' {
            return None;
        }
        let name = self.at + 1;
        self.string();
        let end = self.at - 1;
        self.past(b":")?;
        let start = self.at;
        self.value()?;
        Some(Member { name: self.json.get(name..end)?, value: self.json.get(start..self.at)?, start })
    }
}

impl Members<'_> {
    fn rest(&self) -> &[u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes past white space and `marks`; the byte behind them.
    fn past(&mut self, marks: &[u8]) -> Option<u8> {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t') || marks.contains(byte);
        self.at += self.rest().iter().position(|byte| !blank(byte))?;
        self.rest().first().copied()
    }

    /// Goes past a value.
    fn value(&mut self) -> Option<()> {
        match self.rest().first()? {
            b'"' => self.string(),
            b'{' | b'[' => self.nested(),
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                self.at += self.rest().iter().position(ends)?;
            }
        }
        Some(())
    }

    /// Goes past an object or an array. Nothing within it counts but its strings and its brackets.
    fn nested(&mut self) {
        let mut depth = 0_usize;
        loop {
            let telling = |byte: &u8| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']');
            let Some(distance) = self.rest().iter().position(telling) else { break };
            self.at += distance;
            match self.rest().first() {
                Some(b'"') => {
                    self.string();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                _ => depth -= 1,
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
        self.at = self.json.len();
    }

    /// Goes past a string.
    fn string(&mut self) {
        self.at += 1;
        while let Some(distance) = self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            self.at += distance + 1;
            if self.json.as_bytes().get(self.at - 1) == Some(&b'"') {
                return;
            }
            // Whatever is escaped.
            self.at += 1;
        }
        self.at = self.json.len();
    }
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
            assert_eq!(members(json).filter(|member| member.key() == "b").count(), 0);
        }
    }
}
