use connector_protocol::JsonObject;
use serde_json::Value;

/// The schema of a property.
pub(super) fn property<'a>(schema: &'a JsonObject, name: &str) -> Option<&'a JsonObject> {
    schema.get("properties")?.get(name)?.as_object()
}

/// Whether an object must have the property.
pub(super) fn is_required(schema: &JsonObject, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|required| required == name))
}
