//! A JSON Schema as a tree: every schema within it, with its place and the property that it describes.

use serde_json::{Map, Value};

use crate::json_pointer::below;

/// A schema within a schema. Those that are `true` or `false` say nothing and are left out.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// JSON pointer, from the schema that was walked.
    pub(crate) pointer: String,
    pub(crate) schema: &'a Map<String, Value>,
    pub(crate) place: Place,
    /// The name of the property that it describes, or of which it is an item or a branch.
    pub(crate) property: Option<&'a str>,
    /// The properties that this one stands among.
    pub(crate) siblings: Option<&'a Map<String, Value>>,
    /// How many properties deep: 0 at the root.
    pub(crate) depth: usize,
    /// Whether it, or what it belongs to, is marked `airbyte_hidden`: no form shows it.
    pub(crate) hidden: bool,
    /// Whether it, or the property that it belongs to, is marked `airbyte_secret`.
    pub(crate) secret: bool,
}

/// What a schema is to the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Root,
    Property,
    /// One of `oneOf`, `anyOf` or `allOf`.
    Branch,
    /// One of a list.
    Item,
    /// Anything else, such as a definition.
    Other,
}

/// Keywords whose members are schemas, by names of the author's choice.
const MAPS: [&str; 5] = ["patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies"];

/// Keywords that are a schema, or a list of them.
const SCHEMAS: [(&str, Place); 15] = [
    ("oneOf", Place::Branch),
    ("anyOf", Place::Branch),
    ("allOf", Place::Branch),
    ("items", Place::Item),
    ("prefixItems", Place::Item),
    ("additionalItems", Place::Item),
    ("contains", Place::Item),
    ("additionalProperties", Place::Other),
    ("propertyNames", Place::Other),
    ("unevaluatedItems", Place::Item),
    ("unevaluatedProperties", Place::Other),
    ("not", Place::Other),
    ("if", Place::Other),
    ("then", Place::Other),
    ("else", Place::Other),
];

/// Every schema within a schema, itself first, each before those within it. References are not followed.
pub(crate) fn walk(schema: &Value) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    if let Some(root) = schema.as_object() {
        enter(
            Node {
                pointer: String::new(),
                schema: root,
                place: Place::Root,
                property: None,
                siblings: None,
                depth: 0,
                hidden: is_marked(root, "airbyte_hidden"),
                secret: is_marked(root, "airbyte_secret"),
            },
            &mut nodes,
        );
    }
    nodes
}

/// No deeper than JSON is parsed: 128 levels.
fn enter<'a>(node: Node<'a>, nodes: &mut Vec<Node<'a>>) {
    let place = nodes.len();
    let schema = node.schema;
    nodes.push(node);
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            let Some(child) = property.as_object() else { continue };
            let parent = &nodes[place];
            let child = Node {
                pointer: below(&below(&parent.pointer, "properties"), name),
                schema: child,
                place: Place::Property,
                property: Some(name),
                siblings: Some(properties),
                depth: parent.depth + 1,
                hidden: parent.hidden || is_marked(child, "airbyte_hidden"),
                secret: is_marked(child, "airbyte_secret"),
            };
            enter(child, nodes);
        }
    }
    for keyword in MAPS {
        for (name, child) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            let pointer = below(&below(&nodes[place].pointer, keyword), name);
            part(place, pointer, child, Place::Other, nodes);
        }
    }
    for (keyword, kind) in SCHEMAS {
        match schema.get(keyword) {
            Some(Value::Array(children)) => {
                for (index, child) in children.iter().enumerate() {
                    let pointer = format!("{}/{keyword}/{index}", nodes[place].pointer);
                    part(place, pointer, child, kind, nodes);
                }
            }
            Some(child) => {
                let pointer = below(&nodes[place].pointer, keyword);
                part(place, pointer, child, kind, nodes);
            }
            None => {}
        }
    }
}

/// Enters a schema that belongs to the same property as the one around it.
fn part<'a>(parent: usize, pointer: String, child: &'a Value, place: Place, nodes: &mut Vec<Node<'a>>) {
    let Some(schema) = child.as_object() else { return };
    let Node { property, siblings, depth, hidden, secret, .. } = nodes[parent];
    let hidden = hidden || is_marked(schema, "airbyte_hidden");
    let secret = secret || is_marked(schema, "airbyte_secret");
    enter(Node { pointer, schema, place, property, siblings, depth, hidden, secret }, nodes);
}

fn is_marked(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.get(keyword) == Some(&Value::Bool(true))
}

/// The types that a schema allows by its `type`, be it one or a list; none where it does not say.
pub(crate) fn types(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let kind = schema.get("type");
    let several = kind.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    kind.and_then(Value::as_str).into_iter().chain(several.iter().filter_map(Value::as_str))
}

/// Whether a schema allows a type by its `type`.
pub(crate) fn allows(schema: &Map<String, Value>, kind: &str) -> bool {
    types(schema).any(|allowed| allowed == kind)
}

/// Whether two values are one in the sense of JSON Schema: `1` and `1.0` are, `1` and `true` are not.
pub(crate) fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| are_equal(one, other)))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_a_keyword_in_one_place_is_a_name_in_another() {
        let schema = json!({
            "type": ["null", "object"],
            "properties": {
                "properties": {"type": "string"},
                "not": {"items": [{"const": 1}, true]},
                "a/b": {"oneOf": [{"properties": {"allOf": {}}}]},
            },
            "definitions": {"type": {"type": "string"}},
            "default": {"properties": {"x": {}}},
            "additionalProperties": {"type": "string"},
        });
        let nodes = walk(&schema);
        let pointers: Vec<_> = nodes.iter().map(|node| node.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "",
                "/properties/a~1b",
                "/properties/a~1b/oneOf/0",
                "/properties/a~1b/oneOf/0/properties/allOf",
                "/properties/not",
                "/properties/not/items/0",
                "/properties/properties",
                "/definitions/type",
                "/additionalProperties",
            ]
        );
        for node in &nodes {
            assert_eq!(schema.pointer(&node.pointer).and_then(Value::as_object), Some(node.schema));
        }
        assert_eq!((nodes[2].place, nodes[2].property, nodes[2].depth), (Place::Branch, Some("a/b"), 1));
        assert_eq!((nodes[3].place, nodes[3].property, nodes[3].depth), (Place::Property, Some("allOf"), 2));
    }

    #[test]
    fn marks_hold_for_what_belongs_to_the_property() {
        let schema = json!({"properties": {
            "keys": {"airbyte_secret": true, "airbyte_hidden": true, "items": {"properties": {"id": {}}}},
            "open": {},
        }});
        let marks: Vec<_> = walk(&schema).iter().map(|node| (node.hidden, node.secret)).collect();
        assert_eq!(marks, [(false, false), (true, true), (true, true), (true, false), (false, false)]);
    }

    #[test]
    fn odd_schemas_are_walked_as_far_as_they_go() {
        for schema in [json!(null), json!({"properties": [1]}), json!({"oneOf": {}, "items": 3, "type": [5]})]
        {
            walk(&schema);
        }
        assert_eq!(types(json!({"type": ["null", 5, "string"]}).as_object().unwrap()).count(), 2);
    }

    #[test]
    fn equal_is_what_json_schema_calls_equal() {
        assert!(are_equal(&json!([{"a": 1}]), &json!([{"a": 1.0}])));
        for (one, other) in
            [(json!(1), json!(true)), (json!([1]), json!([1, 2])), (json!({"a": 1}), json!({}))]
        {
            assert!(!are_equal(&one, &other), "{one} {other}");
        }
    }
}
