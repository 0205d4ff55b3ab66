//! Paths of fields, and whether a schema declares what they lead to.

use serde_json::Value;

use crate::ledger::StreamName;
use crate::verdict::Finding;

/// How many references and branches are followed: far more than a schema has, and an end to a circle.
const DEEPEST: u32 = 64;

/// A path of field names; `None` where there is none, or an empty one.
pub(crate) fn of(value: &Value) -> Option<Vec<&str>> {
    let path: Vec<&str> = value.as_array()?.iter().filter_map(Value::as_str).collect();
    (!path.is_empty()).then_some(path)
}

/// Whether a JSON Schema declares the field at `path`, in whichever branch and behind whichever local reference.
pub(crate) fn is_declared(schema: &Value, path: &[&str]) -> bool {
    find(schema, path).is_some()
}

/// The schema that a JSON Schema declares for the field at `path`: of several, the first.
pub(crate) fn find<'a>(schema: &'a Value, path: &[&str]) -> Option<&'a Value> {
    find_below(schema, schema, path, 0)
}

/// What is wrong if the schema of a discovered stream does not declare the field at `path`.
pub(crate) fn undeclared(stream: &Value, path: &[&str]) -> Option<Finding> {
    let wanted = || format!("a field {} in the schema", path.join("."));
    (!is_declared(&stream["json_schema"], path))
        .then(|| Finding::new(wanted(), "none").stream(&StreamName::of(stream)))
}

fn find_below<'a>(root: &'a Value, schema: &'a Value, path: &[&str], depth: u32) -> Option<&'a Value> {
    let Some((first, rest)) = path.split_first() else { return Some(schema) };
    if depth > DEEPEST {
        return None;
    }
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let target = pointer.and_then(|pointer| root.pointer(pointer));
    let branches = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema[key].as_array()).flatten();
    let own = schema["properties"].get(first).and_then(|field| find_below(root, field, rest, depth + 1));
    own.or_else(|| {
        let mut others = target.into_iter().chain(branches);
        others.find_map(|branch| find_below(root, branch, path, depth + 1))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_found_in_branches_and_behind_references() {
        let schema = json!({
            "$ref": "#/definitions/user",
            "definitions": {
                "user": {"properties": {"meta": {"oneOf": [{"$ref": "#/definitions/meta"}]}}},
                "meta": {"properties": {"at": {}}},
                "circle": {"$ref": "#/definitions/circle"},
            },
        });
        assert!(is_declared(&schema, &["meta", "at"]));
        assert!(!is_declared(&schema, &["meta", "by"]));
        assert!(!is_declared(&json!({"$ref": "#"}), &["a"]));
    }
}
