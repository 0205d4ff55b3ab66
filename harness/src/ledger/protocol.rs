//! The protocol's own schemas, compiled once for the process.

use std::sync::OnceLock;

use connector_protocol::{MessageType, schema as published};
use serde_json::Value;

use super::schema::{Schema, Violation};
use super::tree::Tree;
use crate::excerpt;

/// The schema of all messages of one type.
pub(super) fn schema(kind: MessageType) -> &'static Schema {
    static SCHEMAS: [OnceLock<Schema>; MessageType::ALL.len()] =
        [const { OnceLock::new() }; MessageType::ALL.len()];
    SCHEMAS[kind as usize].get_or_init(|| compile(published::of_message(kind)))
}

#[expect(clippy::expect_used, reason = "our own files, held by the test below")]
fn compile(text: &str) -> Schema {
    let schema = serde_json::from_str(text).expect("a schema file of ours is JSON");
    Schema::compile(&schema).expect("a schema file of ours is a schema")
}

/// What is wrong with a configured catalog, as a sentence fragment.
pub(crate) fn first_fault_of_catalog(text: &str) -> Option<String> {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    first_fault(SCHEMA.get_or_init(|| compile(published::CONFIGURED_CATALOG)), text)
}

/// What is wrong with a value by a schema, if the schema can be used.
pub(crate) fn first_fault_by(schema: &Value, value: &Value) -> Option<String> {
    first_fault(&Schema::compile(schema).ok()?, &value.to_string())
}

fn first_fault(schema: &Schema, text: &str) -> Option<String> {
    let tree = match Tree::parse(text.as_bytes()) {
        Ok(tree) if schema.accepts(&tree) => return None,
        Ok(tree) => tree,
        Err(error) => return Some(error.to_string()),
    };
    let Violation { pointer, want, got, .. } = schema.violations(&tree, text.len()).into_iter().next()?;
    let at = if pointer.is_empty() { "the whole".to_owned() } else { pointer };
    Some(format!("{at}: want {want}, got {got}"))
}

/// What the envelope's schema says of a `type` that is none of the protocol's.
pub(super) fn unknown_type(word: &str) -> Violation {
    let words: Vec<&str> = MessageType::ALL.iter().map(|kind| kind.as_str()).collect();
    Violation {
        pointer: "/type".to_owned(),
        want: format!("one of {}", words.join(", ")),
        got: excerpt::of_text(word),
        rule: format!("/type/{}", excerpt::of_text(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_type_has_a_schema_that_compiles() {
        for kind in MessageType::ALL {
            schema(*kind);
        }
    }
}
