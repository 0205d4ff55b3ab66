use std::collections::BTreeMap;

use connector_protocol::JsonObject;
use serde_json::Value;

use crate::scan::Kind;

/// What a stream's schema says of a value, made once so that records are held to it without reading the schema again.
///
/// What is beyond `type`, `properties`, `items`, `additionalProperties`, `maxLength` and `format` is taken for
/// permission: a `$ref`, an `allOf`, a choice between several kinds that are not null.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// The schema's `type`; empty where it says nothing.
    types: Vec<Type>,
    pub(crate) fields: BTreeMap<String, Field>,
    /// Whether a field that is not among these is one that the schema does not know.
    pub(crate) is_closed: bool,
    pub(crate) items: Option<Box<Shape>>,
    /// In characters.
    pub(crate) max_length: Option<usize>,
    /// A day, a time or both.
    pub(crate) is_date: bool,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) shape: Shape,
    pub(crate) is_required: bool,
}

/// A word of `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Shape {
    pub(crate) fn of(schema: &JsonObject) -> Self {
        if ["$ref", "allOf"].iter().any(|key| schema.contains_key(*key)) {
            return Shape::default();
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(branches) = schema.get(key).and_then(Value::as_array) {
                return Shape::of_branches(branches);
            }
        }
        let types = match schema.get("type") {
            Some(Value::Array(words)) => words.iter().filter_map(Type::of).collect(),
            Some(word) => Type::of(word).into_iter().collect(),
            None => Vec::new(),
        };
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let properties = schema.get("properties").and_then(Value::as_object);
        let fields = properties.into_iter().flatten().map(|(name, property)| {
            let shape = property.as_object().map(Shape::of).unwrap_or_default();
            (name.clone(), Field { shape, is_required: is_required(name) })
        });
        let is_map = ["additionalProperties", "patternProperties"]
            .iter()
            .any(|key| schema.get(*key).and_then(Value::as_object).is_some_and(|others| !others.is_empty()));
        Shape {
            types,
            fields: fields.collect(),
            is_closed: properties.is_some_and(|properties| !properties.is_empty()) && !is_map,
            items: schema.get("items").and_then(Value::as_object).map(|items| Box::new(Shape::of(items))),
            max_length: schema
                .get("maxLength")
                .and_then(Value::as_u64)
                .and_then(|length| length.try_into().ok()),
            is_date: schema
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| matches!(format, "date" | "date-time" | "time")),
        }
    }

    /// A choice between one shape and null is that shape; any other is not followed.
    fn of_branches(branches: &[Value]) -> Self {
        let is_null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
        let mut others = branches.iter().filter(|branch| !is_null(branch)).filter_map(Value::as_object);
        match (others.next(), others.next()) {
            (Some(only), None) => {
                let mut shape = Shape::of(only);
                if branches.iter().any(|branch| is_null(&branch)) && !shape.types.is_empty() {
                    shape.types.push(Type::Null);
                }
                shape
            }
            _ => Shape::default(),
        }
    }

    /// Whether the schema names this type, or names none.
    pub(crate) fn allows(&self, wanted: Type) -> bool {
        self.types.is_empty() || self.types.contains(&wanted)
    }

    /// Whether a value of this kind, with this text, conforms. Whole numbers may be written with a fraction of zero.
    pub(crate) fn takes(&self, kind: Kind, text: &str) -> bool {
        match kind {
            Kind::Null => self.allows(Type::Null),
            Kind::Boolean => self.allows(Type::Boolean),
            Kind::Number => self.allows(Type::Number) || self.allows(Type::Integer) && is_whole(text),
            Kind::String => self.allows(Type::String),
            Kind::Array => self.allows(Type::Array),
            Kind::Object => self.allows(Type::Object),
        }
    }
}

/// Whether a number is whole as far as its notation shows: one with an exponent is.
fn is_whole(number: &str) -> bool {
    match number.split_once('.') {
        Some((_, fraction)) => fraction.contains(['e', 'E']) || fraction.bytes().all(|digit| digit == b'0'),
        None => true,
    }
}

impl Type {
    fn of(word: &Value) -> Option<Self> {
        Some(match word.as_str()? {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "string" => Type::String,
            "array" => Type::Array,
            "object" => Type::Object,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(schema: &Value) -> Shape {
        Shape::of(schema.as_object().unwrap())
    }

    #[test]
    fn a_choice_with_null_is_the_other_branch() {
        let shape = shape(&json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }));
        assert!(shape.takes(Kind::Null, "null") && shape.takes(Kind::Number, "7"));
        assert!(!shape.takes(Kind::String, "\"7\"") && !shape.takes(Kind::Number, "7.5"));
    }

    #[test]
    fn what_is_not_understood_allows_everything() {
        for schema in [
            json!({}),
            json!({ "$ref": "#/definitions/x", "type": "integer" }),
            json!({ "oneOf": [{ "type": "integer" }, { "type": "string" }] }),
            json!({ "allOf": [{ "type": "integer" }] }),
        ] {
            assert!(shape(&schema).takes(Kind::Object, "{}"), "{schema}");
        }
    }

    #[test]
    fn whole_numbers_may_have_a_fraction_of_zero() {
        let shape = shape(&json!({ "type": "integer" }));
        for (text, whole) in [("5", true), ("5.0", true), ("-5.00", true), ("5.01", false), ("1.5e3", true)] {
            assert_eq!(shape.takes(Kind::Number, text), whole, "{text}");
        }
    }

    #[test]
    fn a_map_is_open_and_named_fields_are_not() {
        assert!(shape(&json!({ "properties": { "a": {} } })).is_closed);
        assert!(shape(&json!({ "properties": { "a": {} }, "additionalProperties": true })).is_closed);
        assert!(!shape(&json!({ "type": "object" })).is_closed);
        assert!(
            !shape(&json!({ "properties": { "a": {} }, "additionalProperties": { "type": "string" } }))
                .is_closed
        );
    }
}
