/// Goes along a text that is known to be JSON, value by value, and builds nothing.
///
/// A text that is no JSON after all is gone through to its end, without sense and without harm.
pub(crate) struct Scan<'j> {
    json: &'j str,
    at: usize,
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl<'j> Scan<'j> {
    pub(crate) fn new(json: &'j str) -> Self {
        Scan { json, at: 0 }
    }

    /// How far it has come.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes to the beginning of the next value and says what it is.
    pub(crate) fn kind(&mut self) -> Option<Kind> {
        Some(match self.past(b"")? {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => Kind::String,
            b't' | b'f' => Kind::Boolean,
            b'n' => Kind::Null,
            _ => Kind::Number,
        })
    }

    /// Goes into the object or the array that begins here.
    pub(crate) fn enter(&mut self) {
        self.at += 1;
    }

    /// Goes to the value of the object's next field and says its name, with escapes as written; at the last one,
    /// leaves the object.
    pub(crate) fn field(&mut self) -> Option<&'j str> {
        if self.past(b",")? != b'"' {
            self.at += 1;
            return None;
        }
        let name = self.skip();
        self.past(b":");
        name.get(1..name.len().saturating_sub(1))
    }

    /// Goes to the array's next item; at the last one, leaves the array.
    pub(crate) fn item(&mut self) -> bool {
        let more = self.past(b",").is_some_and(|byte| !matches!(byte, b']' | b'}'));
        self.at += usize::from(!more);
        more
    }

    /// Goes past the comma that follows a value, if one does.
    pub(crate) fn comma(&mut self) {
        self.past(b",");
    }

    /// Goes past a value: its text.
    pub(crate) fn skip(&mut self) -> &'j str {
        self.past(b"");
        let start = self.at;
        match self.byte() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            _ => self.to(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')),
        }
        self.json.get(start..self.at).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    /// Goes to the next byte of this kind, or to the end.
    fn to(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(|byte| !wanted(byte)) {
            self.at += 1;
        }
    }

    /// Goes past white space and `marks`; the byte behind them.
    fn past(&mut self, marks: &[u8]) -> Option<u8> {
        self.to(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') && !marks.contains(&byte));
        self.byte()
    }

    fn string(&mut self) {
        self.at += 1;
        loop {
            self.to(|byte| matches!(byte, b'"' | b'\\'));
            match self.byte() {
                // Whatever is escaped.
                Some(b'\\') => self.at += 2,
                Some(_) => {
                    self.at += 1;
                    return;
                }
                None => {
                    self.at = self.json.len();
                    return;
                }
            }
        }
    }

    /// Goes past an object or an array. Nothing within it counts but its strings and its brackets.
    fn nested(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.to(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'));
            match self.byte() {
                Some(b'"') => {
                    self.string();
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(_) => depth -= 1,
                None => return,
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_gone_through_value_by_value() {
        let mut scan = Scan::new(r#" { "a" : [1.10, "x\"]" , {"b":null}] ,"c\"":true, "d":{} } "#);
        assert_eq!(scan.kind(), Some(Kind::Object));
        scan.enter();
        assert_eq!((scan.field(), scan.kind()), (Some("a"), Some(Kind::Array)));
        scan.enter();
        let mut items = Vec::new();
        while scan.item() {
            items.push((scan.kind().unwrap(), scan.skip()));
        }
        assert_eq!(
            items,
            [(Kind::Number, "1.10"), (Kind::String, r#""x\"]""#), (Kind::Object, r#"{"b":null}"#)]
        );
        assert_eq!((scan.field(), scan.kind(), scan.skip()), (Some(r#"c\""#), Some(Kind::Boolean), "true"));
        assert_eq!((scan.field(), scan.skip()), (Some("d"), "{}"));
        assert_eq!((scan.field(), scan.kind()), (None, None));
    }

    #[test]
    fn a_text_that_is_no_json_after_all_comes_to_an_end() {
        for json in
            ["{", "{\"", "{\"a\\", "{\"a\"", "{\"a\":", "{\"a\":[", "{]", "[}", "[:", "[,,", "[]]", "é", ""]
        {
            for open in [Kind::Object, Kind::Array] {
                let mut scan = Scan::new(json);
                if scan.kind() == Some(open) {
                    scan.enter();
                    while open == Kind::Object && scan.field().is_some() || open == Kind::Array && scan.item()
                    {
                        scan.skip();
                    }
                }
                assert!(scan.skip().len() <= json.len());
            }
        }
    }
}
