use connector_protocol::JsonObject;
use serde_json::Value;

/// Gives each property its place among its siblings, as `order`: forms show fields in that order.
///
/// A schema has its properties in alphabetical order, as all JSON objects here have their keys. The order of the Rust
/// fields is left in `required` alone, which is complete in `declared`: the schema of what the type would serialise to,
/// where no field is optional.
pub(super) fn number(schema: &mut JsonObject, declared: &JsonObject) {
    let names = declared.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let same = |key: &str| declared.get(key);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        // What is not there has been read from two names, or is for reading alone: it comes last.
        let mut place = names.len();
        for (name, property) in properties {
            let found = names.iter().position(|declared| declared == name);
            let order = found.unwrap_or_else(|| {
                place += 1;
                place - 1
            });
            let declared = same("properties").and_then(|properties| properties.get(name));
            if let Some(property) = property.as_object_mut() {
                property.entry("order").or_insert_with(|| order.into());
            }
            descend(property, declared);
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            descend(inner, same(key));
        }
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        let branches = schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        for (index, branch) in branches.enumerate() {
            descend(branch, same(key).and_then(|branches| branches.get(index)));
        }
    }
}

fn descend(schema: &mut Value, declared: Option<&Value>) {
    match (schema, declared) {
        (Value::Object(schema), declared) => {
            number(schema, declared.and_then(Value::as_object).unwrap_or(&JsonObject::new()));
        }
        // The items of a tuple.
        (Value::Array(schemas), declared) => {
            for (index, schema) in schemas.iter_mut().enumerate() {
                descend(schema, declared.and_then(|declared| declared.get(index)));
            }
        }
        _ => {}
    }
}
