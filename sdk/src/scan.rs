use std::borrow::Cow;

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
            self.at = quote_or_escape(self.json.as_bytes(), self.at);
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

/// The name of a field, of one that [`Scan::field`] says as it is written.
pub(crate) fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    serde_json::from_str(&format!("\"{name}\"")).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// Where the next quote or backslash stands, or where the text ends. Eight bytes are looked at together, which makes a
/// whole scan twice as fast: most of a record is strings, and they are too short for a search that has to be set up.
fn quote_or_escape(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The lowest high bit that is set belongs to the first byte that is zero; those above it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*eight);
        let found = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
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
    fn strings_of_all_lengths_come_to_their_ends() {
        for length in 0..40 {
            let text = "é!#[]~\u{7f}x".repeat(8).chars().take(length).collect::<String>();
            for string in [format!("\"{text}\""), format!("\"{text}\\\"{text}\\\\\"")] {
                assert_eq!(Scan::new(&format!("{string}, \"x\"")).skip(), string);
            }
        }
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
