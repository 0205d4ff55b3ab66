//! Where two JSON values differ first.

use serde_json::Value;

use crate::{excerpt, json_pointer};

/// The JSON pointer to the first difference, what the first value has there, and what the second has; `None` where they
/// are equal, numbers by their value.
pub(crate) fn first(want: &Value, got: &Value) -> Option<(String, String, String)> {
    match (want, got) {
        (Value::Object(wanted), Value::Object(came)) => {
            let below = |name: &str| json_pointer::below("", name);
            let of_wanted = wanted.iter().find_map(|(name, want)| match came.get(name) {
                None => Some((below(name), excerpt::of_json(want), "none".to_owned())),
                Some(got) => first(want, got).map(|(at, want, got)| (below(name) + &at, want, got)),
            });
            of_wanted.or_else(|| {
                let more = came.iter().find(|(name, _)| !wanted.contains_key(*name));
                more.map(|(name, got)| (below(name), "none".to_owned(), excerpt::of_json(got)))
            })
        }
        (Value::Array(wanted), Value::Array(came)) if wanted.len() == came.len() => {
            let mut pairs = wanted.iter().zip(came).enumerate();
            pairs.find_map(|(place, (want, got))| {
                first(want, got).map(|(at, want, got)| (format!("/{place}{at}"), want, got))
            })
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => None,
        _ if want == got => None,
        _ => Some((String::new(), excerpt::of_json(want), excerpt::of_json(got))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_found_at_any_depth() {
        let at = |want, got| first(&want, &got).map(|(at, want, got)| format!("{at} {want} {got}"));
        assert_eq!(
            at(json!({"a": [1, {"b/c": 2}]}), json!({"a": [1.0, {"b/c": 3}]})).unwrap(),
            "/a/1/b~1c 2 3"
        );
        assert_eq!(at(json!({"a": 1}), json!({"a": 1, "b": 2})).unwrap(), "/b none 2");
        assert_eq!(at(json!({"a": 1}), json!({})).unwrap(), "/a 1 none");
        assert_eq!(at(json!([1]), json!([1, 2])).unwrap(), " [1] [1,2]");
        assert_eq!(at(json!({"a": 1}), json!({"a": 1.0})), None);
    }
}
