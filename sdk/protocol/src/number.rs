use serde::{Deserialize, Deserializer, de};
use serde_json::Number;

/// Reads an integer as JSON Schema defines it: `3.0` is one, `3.5` is not.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    as_integer(&number)
        .ok_or_else(|| de::Error::custom(format_args!("invalid value: {number}, expected an integer")))
}

/// [`integer`] for an optional field.
pub(crate) fn optional_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Integer(#[serde(deserialize_with = "integer")] i64);
    Ok(Option::<Integer>::deserialize(deserializer)?.map(|Integer(number)| number))
}

fn as_integer(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        // 2^53: above it a float no longer names one integer.
        let exact = float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "no fraction, and within 2^53")]
        exact.then_some(float as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_float_is_an_integer_and_a_broken_one_is_not() {
        let read = |text: &str| as_integer(&serde_json::from_str(text).unwrap());
        assert_eq!(read("3"), Some(3));
        assert_eq!(read("3.0"), Some(3));
        assert_eq!(read("1.7e12"), Some(1_700_000_000_000));
        assert_eq!(read("3.5"), None);
        assert_eq!(read("1e300"), None);
    }
}
