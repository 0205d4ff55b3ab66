use std::borrow::Cow;

use serde_json::Value;

use crate::scan::Kind;
use crate::shape::{Shape, Type};

/// The value as one of the types that the schema names, which its own is not among: as JSON, if it can be.
///
/// Nothing is rounded: a number keeps the digits that it was written with.
pub(super) fn cast(shape: &Shape, kind: Kind, text: &str) -> Option<String> {
    scalar(shape, kind, text).or_else(|| {
        // Where a list was wanted, a list of one.
        let items = shape.items.as_deref().filter(|_| shape.allows(Type::Array) && kind != Kind::Array)?;
        if items.takes(kind, text) {
            Some(format!("[{text}]"))
        } else {
            Some(format!("[{}]", scalar(items, kind, text)?))
        }
    })
}

fn scalar(shape: &Shape, kind: Kind, text: &str) -> Option<String> {
    let numeric = shape.allows(Type::Number) || shape.allows(Type::Integer);
    match kind {
        Kind::String => {
            let said = unquoted(text);
            let said = said.trim();
            let number = number(said).filter(|number| numeric && shape.takes(Kind::Number, number));
            number.or_else(|| Some(truth(said).filter(|_| shape.allows(Type::Boolean))?.to_string()))
        }
        // An object in place of a text is kept as its own text.
        _ if shape.allows(Type::String) => Some(Value::from(text).to_string()),
        Kind::Number => Some(truth(text).filter(|_| shape.allows(Type::Boolean))?.to_string()),
        Kind::Boolean if numeric => Some(u8::from(text == "true").to_string()),
        _ => None,
    }
}

/// A JSON string without quotes and escapes.
pub(super) fn unquoted(text: &str) -> Cow<'_, str> {
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if inside.contains('\\') {
        serde_json::from_str(text).map_or(Cow::Borrowed(inside), Cow::Owned)
    } else {
        Cow::Borrowed(inside)
    }
}

/// A number as JSON writes it: without a plus and needless zeros in front, and with one before a point.
fn number(said: &str) -> Option<String> {
    let (sign, rest) = match said.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", said.strip_prefix('+').unwrap_or(said)),
    };
    let digits = rest.trim_start_matches('0');
    if !rest.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let zero = if digits.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    let number = format!("{sign}{zero}{digits}");
    is_number(&number).then_some(number)
}

/// Whether a text that begins like a number is one by JSON's grammar, however large.
fn is_number(text: &str) -> bool {
    let some_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    some_digits(whole.strip_prefix('-').unwrap_or(whole))
        && fraction.is_none_or(some_digits)
        && exponent.is_none_or(|exponent| some_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The words that people and programs have for true and false.
fn truth(said: &str) -> Option<bool> {
    match said.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_text_keeps_its_digits() {
        for (said, want) in [
            ("12345678901234567890123.4500", "12345678901234567890123.4500"),
            ("-0.10", "-0.10"),
            ("+7", "7"),
            ("007", "7"),
            ("0", "0"),
            ("00", "0"),
            ("-.5", "-0.5"),
            ("1E+400", "1E+400"),
        ] {
            assert_eq!(number(said).as_deref(), Some(want), "{said}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for said in [
            "", "-", "+", ".", "1.", "e5", "1e", "1e+", "0x10", "1,000", "NaN", "--1", "-+1", "1 2", "٣",
            "1.2.3",
        ] {
            assert_eq!(number(said), None, "{said}");
        }
    }
}
