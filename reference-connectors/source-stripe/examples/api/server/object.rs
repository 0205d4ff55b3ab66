use serde_json::{Map, Value, json};

/// An object of a kind: with what nearly all of them have, with `fields`, and with null in each of the fields `unset`.
pub(crate) fn object(kind: &str, id: &str, created: i64, fields: Value, unset: &str) -> Value {
    let mut object = json!({
        "id": id,
        "object": kind,
        "created": created,
        "livemode": false,
        "metadata": {},
    });
    for name in unset.split_whitespace() {
        object[name] = Value::Null;
    }
    merge(&mut object, fields);
    object
}

/// Puts the fields of one object into another one, in place of those that it has.
pub(crate) fn merge(object: &mut Value, fields: Value) {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend::<Map<String, Value>>(fields);
    }
}

/// The list that an object has within it, all of it: the server cuts off its first page.
pub(crate) fn embedded(url: &str, data: &[Value]) -> Value {
    json!({ "object": "list", "url": url, "has_more": false, "data": data })
}
