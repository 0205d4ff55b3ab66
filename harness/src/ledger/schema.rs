//! A compiled JSON Schema, and what it says about a value that violates it.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use super::formats;
use super::tree::{Borrowed, Tree};

/// Bytes of text from which on a value is a large one.
const LARGE: usize = 64 * 1024;

/// A compiled JSON Schema, draft 7, formats enforced.
pub(crate) struct Schema(Validator<Borrowed>);

/// One way in which a value violates a schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    /// JSON pointer to the offending part of the value.
    pub(crate) pointer: String,
    /// What the schema wants there.
    pub(crate) want: String,
    /// What stands there.
    pub(crate) got: String,
    /// The rule: equal for all values that break it.
    pub(crate) rule: String,
}

impl Schema {
    /// Compiles a schema. The error says what is wrong with it, as a sentence fragment.
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        let options = jsonschema::options_for::<Borrowed>()
            .with_draft(Draft::Draft7)
            .should_validate_formats(true)
            .with_format("date", formats::is_date)
            .with_format("date-time", formats::is_date_time)
            .with_format("time", formats::is_time)
            .with_format("uuid", formats::is_uuid)
            .with_format("email", formats::is_email)
            .with_format("idn-email", formats::is_email);
        formats::UNJUDGED
            .iter()
            .fold(options, |options, format| options.with_format(*format, |_: &str| true))
            .build(schema)
            .map(Schema)
            .map_err(|error| match error.instance_path().to_string() {
                path if path.is_empty() => error.to_string(),
                path => format!("{error} at {path}"),
            })
    }

    pub(crate) fn accepts(&self, value: &Tree<'_>) -> bool {
        self.0.is_valid(value)
    }

    /// The same of a value that was made and not read.
    pub(crate) fn accepts_value(&self, value: &Value) -> bool {
        let text = value.to_string();
        Tree::parse(text.as_bytes()).is_ok_and(|tree| self.accepts(&tree))
    }

    /// The violations of a value that is not accepted, which was `size` bytes of text: of a large one the first alone,
    /// since it may have millions.
    pub(crate) fn violations(&self, value: &Tree<'_>, size: usize) -> Vec<Violation> {
        if size > LARGE {
            return self.0.validate(value).err().iter().map(describe).collect();
        }
        self.0.iter_errors(value).map(|error| describe(&error)).collect()
    }
}

fn describe(error: &ValidationError<'_>) -> Violation {
    let value = error.instance();
    let excerpt = || crate::excerpt::of_json(value);
    let (want, got) = match error.kind() {
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => (kind.to_string(), excerpt()),
        ValidationErrorKind::Type { kind: TypeKind::Multiple(kinds) } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            (kinds.join(" or "), excerpt())
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("a property `{name}`"), "none".to_owned())
        }
        ValidationErrorKind::Enum { options } => {
            (format!("one of {}", crate::excerpt::of_json(options)), excerpt())
        }
        ValidationErrorKind::Constant { expected_value } => {
            (crate::excerpt::of_json(expected_value), excerpt())
        }
        ValidationErrorKind::Format { format } => (format!("format {format}"), excerpt()),
        ValidationErrorKind::Pattern { pattern } => (format!("a match of {pattern}"), excerpt()),
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            ("no other properties".to_owned(), crate::excerpt::of_text(&unexpected.join(", ")))
        }
        _ => (crate::excerpt::of_text(&error.to_string()), excerpt()),
    };
    Violation { pointer: error.instance_path().to_string(), want, got, rule: error.schema_path().to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_violation_says_where_what_was_wanted_and_what_came() {
        let schema =
            Schema::compile(&json!({"properties": {"amount": {"type": ["null", "integer"]}}})).unwrap();
        let line = br#"{"amount":"1200"}"#;
        let tree = Tree::parse(line).unwrap();
        assert!(!schema.accepts(&tree));
        let violations = schema.violations(&tree, line.len());
        assert_eq!(violations, schema.violations(&tree, LARGE + 1));
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].pointer, "/amount");
        assert_eq!(violations[0].want, "null or integer");
        assert_eq!(violations[0].got, r#""1200""#);
    }

    #[test]
    fn what_an_acceptance_test_takes_for_a_number_or_an_address_we_take_too_but_for_booleans() {
        let judge = |schema: Value, value: &str| {
            Schema::compile(&schema).unwrap().accepts(&Tree::parse(value.as_bytes()).unwrap())
        };
        for (schema, value, good) in [
            (json!({"type": "integer"}), "true", false),
            (json!({"type": "number"}), "false", false),
            (json!({"type": ["null", "boolean"]}), "0", false),
            (json!({"type": "integer"}), "1.0", true),
            (json!({"type": "integer"}), "1.5", false),
            (json!({"format": "uri"}), r#""/relative path""#, true),
            (json!({"format": "email"}), r#""ada@localhost""#, true),
            (json!({"format": "email"}), r#""ada""#, false),
            (json!({"format": "date-time"}), r#""2024-01-02""#, false),
            (json!({"format": "date-time"}), r#""2024-01-02T03:04""#, false),
            (json!({"format": "date-time"}), r#""0000-00-00T00:00:00""#, false),
            (json!({"format": "date-time"}), "null", true),
        ] {
            assert_eq!(judge(schema.clone(), value), good, "{value} by {schema}");
        }
    }

    #[test]
    fn a_schema_that_is_none_says_where() {
        let error = Schema::compile(&json!({"properties": {"a": {"type": "any"}}})).err().unwrap();
        assert!(error.contains("/properties/a/type"), "{error}");
    }

    #[test]
    fn a_remote_reference_is_an_error_and_not_a_request() {
        assert!(Schema::compile(&json!({"$ref": "https://example.test/schema.json"})).is_err());
    }
}
