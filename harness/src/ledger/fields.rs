//! Which of the fields that a schema declares the records of a stream have, and which they have besides.

use serde_json::Value;

use super::account::{KEPT, Seen};
use super::tree::{Members, Tree};
use crate::json_pointer::below;

/// References and branches that are followed: far more than a schema has, and an end to a circle.
const DEEPEST: u32 = 24;

/// Declared fields that are watched, of one stream. Schemas with more are generated, and their depth is not judged.
const MOST: usize = 20_000;

/// The fields of a stream, as its schema declares them.
#[derive(Debug)]
pub(super) struct Fields(Node);

/// What may stand in one place of a record.
#[derive(Debug, Default)]
struct Node {
    /// Sorted by name.
    members: Vec<Member>,
    /// Whether other names than those of the members are declared too, by a pattern or a schema for all of them.
    open: bool,
    /// What stands in the lists that may stand here.
    items: Option<Box<Node>>,
    /// Of the record before, which member stood in which place: records of a stream are much alike.
    order: Vec<usize>,
    strangers: Vec<Seen<String>>,
}

#[derive(Debug)]
struct Member {
    name: String,
    node: Node,
    /// Whether it has to occur once: not if it stands in one of several branches only.
    demanded: bool,
    only_null: bool,
    filled: bool,
}

/// What the fields of one stream came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldsSeen {
    /// JSON pointers into the data, of fields that the schema does not declare; `*` stands for the items of a list.
    pub(crate) undeclared: Vec<Seen<String>>,
    /// Likewise, of those that it declares and that no record fills.
    pub(crate) unfilled: Vec<String>,
}

impl Fields {
    /// The fields of a schema; `None` where it declares none.
    pub(super) fn of(schema: &Value) -> Option<Self> {
        let mut room = MOST;
        let mut node = Node::default();
        node.declare(schema, &Place { root: schema, demanded: true, depth: 0 }, &mut room);
        (!node.members.is_empty()).then_some(Fields(node))
    }

    /// Takes a record. Returns false if it has none of the declared fields: then nothing else is noted of it.
    pub(super) fn take(&mut self, data: &Tree<'_>, line: u64) -> bool {
        let Tree::Map(members) = data else { return true };
        if !self.0.open && !members.iter().any(|(name, _)| self.0.find(name).is_some()) {
            return false;
        }
        self.0.enter(members, line);
        true
    }

    pub(super) fn finish(self) -> FieldsSeen {
        let mut seen = FieldsSeen::default();
        self.0.collect("", &mut seen);
        seen
    }
}

struct Place<'a> {
    root: &'a Value,
    demanded: bool,
    depth: u32,
}

impl Place<'_> {
    fn below(&self, demanded: bool) -> Self {
        Place { root: self.root, demanded: self.demanded && demanded, depth: self.depth + 1 }
    }
}

impl Node {
    /// Adds what a schema declares here.
    fn declare(&mut self, schema: &Value, place: &Place<'_>, room: &mut usize) {
        if place.depth > DEEPEST || *room == 0 {
            self.open = true;
            return;
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            *room = room.saturating_sub(1);
            let at = match self.members.binary_search_by(|member| member.name.as_str().cmp(name)) {
                Ok(at) => at,
                Err(at) => {
                    let only_null = field["type"] == "null" || field["type"] == serde_json::json!(["null"]);
                    let (name, node) = (name.clone(), Node::default());
                    self.members.insert(at, Member { name, node, demanded: false, only_null, filled: false });
                    at
                }
            };
            self.members[at].demanded |= place.demanded;
            self.members[at].node.declare(field, &place.below(true), room);
        }
        let others = &schema["additionalProperties"];
        self.open |=
            schema["patternProperties"].is_object() || others.as_object().is_some_and(|it| !it.is_empty());
        if schema["items"].is_object() {
            let items = self.items.get_or_insert_default();
            items.declare(&schema["items"], &place.below(true), room);
        }
        let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        if let Some(target) = pointer.and_then(|pointer| place.root.pointer(pointer)) {
            self.declare(target, &place.below(true), room);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.declare(part, &place.below(true), room);
        }
        for branches in ["anyOf", "oneOf"].iter().filter_map(|key| schema[key].as_array()) {
            let shaped = branches.iter().filter(|branch| branch["type"] != "null").count();
            for branch in branches {
                self.declare(branch, &place.below(shaped < 2), room);
            }
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()
    }

    fn enter(&mut self, members: &Members<'_>, line: u64) {
        for (place, (name, value)) in members.iter().enumerate() {
            let known = self.order.get(place).copied();
            let known = known.filter(|at| self.members.get(*at).is_some_and(|it| it.name == name.as_ref()));
            let Some(at) = known.or_else(|| self.find(name)) else {
                self.note_stranger(name, line);
                continue;
            };
            if self.order.len() <= place {
                self.order.resize(place + 1, usize::MAX);
            }
            self.order[place] = at;
            let member = &mut self.members[at];
            member.filled |= member.only_null || !matches!(value, Tree::Null);
            member.node.enter_value(value, line);
        }
    }

    fn enter_value(&mut self, value: &Tree<'_>, line: u64) {
        match value {
            Tree::Map(members) if !self.members.is_empty() => self.enter(members, line),
            Tree::List(values) => {
                if let Some(items) = &mut self.items {
                    for value in values {
                        items.enter_value(value, line);
                    }
                }
            }
            _ => {}
        }
    }

    fn note_stranger(&mut self, name: &str, line: u64) {
        if self.open {
            return;
        }
        if let Some(known) = self.strangers.iter_mut().find(|known| known.what == name) {
            known.times += 1;
        } else if self.strangers.len() < KEPT {
            self.strangers.push(Seen { what: name.to_owned(), line, times: 1 });
        }
    }

    fn collect(self, at: &str, seen: &mut FieldsSeen) {
        let pointer = |name: &str| below(at, name);
        for Seen { what, line, times } in self.strangers {
            seen.undeclared.push(Seen { what: pointer(&what), line, times });
        }
        for member in self.members {
            if member.filled {
                member.node.collect(&pointer(&member.name), seen);
            } else if member.demanded {
                seen.unfilled.push(pointer(&member.name));
            }
        }
        if let Some(items) = self.items {
            items.collect(&format!("{at}/*"), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(schema: &Value, records: &[Value]) -> (FieldsSeen, usize) {
        let mut fields = Fields::of(schema).unwrap();
        let mut foreign = 0;
        for (line, record) in (1..).zip(records) {
            let text = record.to_string();
            foreign += usize::from(!fields.take(&Tree::parse(text.as_bytes()).unwrap(), line));
        }
        (fields.finish(), foreign)
    }

    fn undeclared(schema: &Value, record: Value) -> Vec<String> {
        let (seen, _) = seen(schema, &[record]);
        seen.undeclared.into_iter().map(|seen| seen.what).collect()
    }

    #[test]
    fn an_undeclared_field_is_found_in_objects_and_lists_and_counted_by_its_place() {
        let schema = json!({"properties": {
            "id": {}, "in": {"properties": {"a": {}}},
            "list": {"items": {"properties": {"b": {}}}}, "any": {"type": "object"},
        }});
        let record =
            json!({"id": 1, "x/y": 1, "in": {"z": 1}, "list": [{"c": 1}, {"c": 2}], "any": {"d": 1}});
        assert_eq!(undeclared(&schema, record.clone()), ["/x~1y", "/in/z", "/list/*/c"]);
        let (seen, _) = seen(&schema, &[record.clone(), record]);
        let times: Vec<u64> = seen.undeclared.iter().map(|seen| seen.times).collect();
        assert_eq!(times, [2, 2, 4]);
    }

    #[test]
    fn fields_are_declared_by_branches_references_and_patterns_too() {
        let schema = json!({
            "$ref": "#/definitions/user", "properties": {"map": {"additionalProperties": {"type": "string"}, "properties": {"a": {}}}},
            "definitions": {"user": {"properties": {"id": {}}, "oneOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}]}},
        });
        assert!(undeclared(&schema, json!({"id": 1, "b": 1, "c": 1, "map": {"a": 1, "z": 2}})).is_empty());
        assert_eq!(undeclared(&schema, json!({"id": 1, "d": 1})), ["/d"]);
        let circle = json!({"properties": {"child": {"$ref": "#"}}});
        assert!(undeclared(&circle, json!({"child": {"child": {"child": {}}}})).is_empty());
    }

    #[test]
    fn a_record_that_shares_no_field_is_foreign_and_says_nothing_else() {
        let schema = json!({"properties": {"id": {}}});
        let (seen, foreign) = seen(&schema, &[json!({"ID": 1}), json!({}), json!({"id": null})]);
        assert_eq!((foreign, seen.undeclared.len()), (2, 0));
        assert!(Fields::of(&json!({"type": "object"})).is_none());
    }

    #[test]
    fn null_fills_a_field_only_where_nothing_else_may_stand() {
        let schema = json!({"properties": {
            "id": {"type": "integer"}, "a": {"type": ["null", "string"]}, "nil": {"type": "null"},
            "in": {"properties": {"b": {}, "c": {}}}, "list": {"items": {"properties": {"d": {}}}},
            "either": {"oneOf": [{"properties": {"e": {}}}, {"properties": {"f": {}}}]},
        }});
        let records = [
            json!({"id": 1, "a": null, "nil": null, "in": {"b": 1}, "list": [], "either": {"e": 1}}),
            json!({"id": 2, "list": [{"d": 1}]}),
        ];
        assert_eq!(seen(&schema, &records[..1]).0.unfilled, ["/a", "/in/c", "/list/*/d"]);
        assert_eq!(seen(&schema, &records).0.unfilled, ["/a", "/in/c"]);
    }
}
