use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use connector_replay::{Body, Expression, Interaction, Template};
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::encoded::Encoded;
use super::json::{self, Leaf, Sink};
use super::needle::{Needle, Needles};
use super::pieces::Pieces;

/// In place of a text that would show a secret.
const REMOVED: &str = "removed";
/// The fewest digits of a key that is written in hexadecimal.
const HEXADECIMAL: usize = 16;
/// Base64 in URLs in base64.
const DEPTH: usize = 3;

/// Looks at what is to be written once more, and knows nothing of how it came about.
pub(super) struct Guard {
    needles: Needles,
    /// Expressions that name what they stand for: a name may be what another secret is.
    names: BTreeSet<String>,
}

/// What had to be removed: where.
pub(super) type Removed = BTreeSet<String>;

impl Guard {
    /// `values` are all that must not be seen, long enough to be told from chance; `names` those of expressions.
    pub(super) fn new<'a>(
        values: impl Iterator<Item = &'a str>,
        names: impl Iterator<Item = Expression>,
    ) -> Guard {
        let forms = values.flat_map(forms).map(|form| Needle::new(&form, Pieces::default()));
        Guard { needles: Needles::new(forms.collect()), names: names.map(|it| it.to_string()).collect() }
    }

    /// Removes what shows a secret. The error is the part in which nothing can be removed.
    pub(super) fn check(
        &self,
        interaction: &mut Interaction,
        removed: &mut Removed,
    ) -> Result<(), &'static str> {
        let request = &mut interaction.request;
        if self.leaks(request.url.as_str()) {
            return Err("the URL of a request");
        }
        for header in request.headers.iter_mut().filter(|header| self.leaks(header.value.as_str())) {
            removed.insert(format!("header {} of a request", header.name));
            header.value = Pieces::of(Expression::Opaque).template();
        }
        let response = &mut interaction.response;
        response.headers.retain(|header| {
            let leaks = self.leaks(header.value.as_str());
            if leaks {
                removed.insert(format!("header {} of a response", header.name));
            }
            !leaks
        });
        for (body, whose) in [(&mut request.body, "a request"), (&mut response.body, "a response")] {
            if let Some(body) = body
                && self.leaks_in(body)
            {
                removed.insert(format!("body of {whose}"));
                self.clean(body);
                if self.leaks_in(body) {
                    return Err("a body");
                }
            }
        }
        Ok(())
    }

    fn leaks(&self, text: &str) -> bool {
        let mut text = text.to_owned();
        for name in &self.names {
            if text.contains(name) {
                text = text.replace(name, "\u{1}");
            }
        }
        self.shows(&text, 0)
    }

    fn shows(&self, text: &str, depth: usize) -> bool {
        if self.needles.are_in(text.as_bytes()) {
            return true;
        }
        if depth == DEPTH {
            return false;
        }
        // What spells what spells a secret.
        let decoded = text.contains('%').then(|| percent_decode_str(text).decode_utf8_lossy());
        let wrapped = text.contains(['\n', '\r']) || text.contains("\\n") || text.contains("\\r");
        let unwrapped =
            wrapped.then(|| text.replace("\\n", "").replace("\\r", "").replace(['\n', '\r', '\\'], ""));
        decoded.is_some_and(|decoded| decoded != text && self.shows(&decoded, depth + 1))
            || unwrapped.is_some_and(|unwrapped| self.shows(&unwrapped, depth + 1))
            || Encoded::all_in(text).iter().flatten().any(|encoded| {
                match std::str::from_utf8(&encoded.bytes) {
                    Ok(text) => self.shows(text, depth + 1),
                    Err(_) => self.needles.are_in(&encoded.bytes),
                }
            })
    }

    fn leaks_in(&self, body: &Body) -> bool {
        match body {
            Body::Json(json) => self.leaks_in_json(json.get()),
            Body::Text(text) => self.leaks(text),
            Body::Lines(lines) => self.leaks(&lines.join("\n")),
            Body::Form(pairs) => pairs.iter().any(|(name, value)| self.leaks(name) || self.leaks(value)),
            Body::Base64(bytes) => self.needles.are_in(bytes),
            Body::File(file) => self.needles.are_in(file.bytes()),
        }
    }

    /// JSON whose leaves show nothing.
    fn cleaned(&self, json: &str) -> String {
        let mut cleaner = Cleaner { guard: self, out: String::new(), removed: false };
        json::walk(json, &mut cleaner);
        cleaner.out
    }

    fn leaks_in_json(&self, json: &str) -> bool {
        let mut cleaner = Cleaner { guard: self, out: String::new(), removed: false };
        json::walk(json, &mut cleaner);
        cleaner.removed
    }

    fn clean(&self, body: &mut Body) {
        let clean = |text: &mut String| {
            if self.leaks(text) {
                REMOVED.clone_into(text);
            }
        };
        match body {
            Body::Json(json) => {
                if let Ok(cleaned) = RawValue::from_string(self.cleaned(json.get())) {
                    *json = cleaned;
                }
            }
            Body::Text(text) => {
                if json::is_valid(text) {
                    *text = self.cleaned(text);
                }
                clean(text);
            }
            Body::Lines(lines) => {
                let whole = lines.join("\n");
                if json::is_valid(&whole) {
                    *lines = self.cleaned(&whole).split('\n').map(str::to_owned).collect();
                }
                lines.iter_mut().for_each(clean);
                // Over several of them.
                if self.leaks(&lines.join("\n")) {
                    *lines = vec![REMOVED.to_owned()];
                }
            }
            Body::Form(pairs) => pairs.iter_mut().for_each(|(name, value)| {
                clean(name);
                clean(value);
            }),
            Body::Base64(_) | Body::File(_) => {}
        }
    }
}

struct Cleaner<'a> {
    guard: &'a Guard,
    out: String,
    removed: bool,
}

impl Sink for Cleaner<'_> {
    fn plain(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn leaf(&mut self, _: &[String], leaf: Leaf<'_>, written: &str) {
        let (Leaf::Key(text) | Leaf::String(text) | Leaf::Number(text)) = leaf;
        if self.guard.leaks(text) {
            self.removed = true;
            self.out.push_str(&json::quoted(Template::literal(REMOVED).as_str()));
        } else {
            self.out.push_str(written);
        }
    }
}

/// The bytes by which a value is looked for, beside all spellings of each: itself, its base64 wherever it begins in what
/// is encoded, its hexadecimal digits, itself in Latin-1, and of what is hexadecimal the other case.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.to_owned()];
    for shift in 0..3 {
        let bytes = [&[0; 2][..shift], value.as_bytes()].concat();
        let (start, end) = ((shift * 8).div_ceil(6), bytes.len() * 8 / 6);
        let encoded = [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)];
        forms.extend(encoded.iter().filter_map(|encoded| encoded.get(start..end)).map(str::to_owned));
    }
    let hex: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.concat(), hex.concat().to_ascii_uppercase()]);
    let digits = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    if value.len() >= HEXADECIMAL && value.bytes().all(digits) {
        forms.extend([value.to_ascii_lowercase(), value.to_ascii_uppercase()]);
    }
    let mut forms: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
    let latin: Option<Vec<u8>> = value.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect();
    forms.extend(latin.filter(|latin| latin != value.as_bytes()));
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(secret: &str, text: &str) -> bool {
        Guard::new([secret].into_iter(), std::iter::empty()).leaks(text)
    }

    #[test]
    fn a_hexadecimal_value_is_found_in_either_case_and_a_word_is_not() {
        assert!(shows("deadbeefcafe0123", "KEY DEADBEEFCAFE0123"));
        assert!(shows("0F8FAD5B-D9CB-469F", "key 0f8fad5b-d9cb-469f"));
        assert!(!shows("Password", "password") && !shows("deadbeef", "DEADBEEF"));
    }

    #[test]
    fn a_value_is_found_in_latin_1() {
        assert!(shows("s\u{e9}cr\u{e8}t", "key=s%E9cr%E8t"));
        let guard = Guard::new(["s\u{e9}cr\u{e8}t"].into_iter(), std::iter::empty());
        assert!(guard.leaks_in(&Body::Base64(b"key s\xe9cr\xe8t".to_vec())));
        assert!(!shows("\u{20ac}uro-secret", "uro-secret"));
    }
}
