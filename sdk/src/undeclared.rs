use std::collections::BTreeSet;

use connector_protocol::JsonObject;

use crate::scan::{Kind, Scan, unescaped};
use crate::shape::Shape;

/// Of this many records each is looked at: a field that all have is found soon.
const ALL_OF: u64 = 256;

/// After them, one of so many, since APIs also change while a stream is read. A look costs more than all
/// else that is done for a record.
const ONE_OF: u64 = 256;

/// More names say nothing more.
const NAMES: usize = 100;

/// Finds the fields that records have and that their schema does not declare.
///
/// Destinations drop such fields or keep them untyped; either way the author should know. A part of the schema that
/// names no fields, such as a map, declares whatever is in it.
#[derive(Debug)]
pub(crate) struct Undeclared {
    shape: Shape,
    seen: u64,
    names: BTreeSet<String>,
    /// The name at hand, kept between records for its memory.
    path: String,
}

impl Undeclared {
    /// For records of this schema.
    pub(crate) fn of(schema: &JsonObject) -> Self {
        Undeclared { shape: Shape::of(schema), seen: 0, names: BTreeSet::new(), path: String::new() }
    }

    /// Looks at a record, or passes it over: by number, so that the same records give the same report.
    pub(crate) fn look_at(&mut self, raw: &str) {
        let number = self.seen;
        self.seen += 1;
        if (number < ALL_OF || number.is_multiple_of(ONE_OF)) && self.names.len() < NAMES {
            let mut look = Look { scan: Scan::new(raw), names: &mut self.names, path: &mut self.path };
            look.value(&self.shape);
        }
    }

    /// What was found, on one line.
    pub(crate) fn report(&self) -> Option<String> {
        if self.names.is_empty() {
            return None;
        }
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let more = if names.len() >= NAMES { " and perhaps more" } else { "" };
        Some(format!("records have fields that the schema does not declare: {}{more}", names.join(", ")))
    }
}

struct Look<'a> {
    scan: Scan<'a>,
    names: &'a mut BTreeSet<String>,
    path: &'a mut String,
}

impl Look<'_> {
    fn value(&mut self, shape: &Shape) {
        match (self.scan.kind(), &shape.items) {
            (Some(Kind::Object), _) if shape.is_closed => self.object(shape),
            (Some(Kind::Array), Some(items)) => {
                self.scan.enter();
                while self.scan.item() {
                    self.value(items);
                }
            }
            _ => {
                self.scan.skip();
            }
        }
    }

    fn object(&mut self, shape: &Shape) {
        self.scan.enter();
        while let Some(name) = self.scan.field() {
            let before = self.path.len();
            if before > 0 {
                self.path.push('.');
            }
            self.path.push_str(&unescaped(name));
            let own = &self.path[before + usize::from(before > 0)..];
            if let Some(field) = shape.fields.get(own) {
                self.value(&field.shape);
            } else {
                if !self.names.contains(self.path.as_str()) && self.names.len() < NAMES {
                    self.names.insert(self.path.clone());
                }
                self.scan.skip();
            }
            self.path.truncate(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn undeclared() -> Undeclared {
        let schema = json!({ "type": "object", "properties": {
            "id": { "type": "integer" },
            "owner": { "type": ["null", "object"], "properties": { "name": { "type": "string" } } },
            "lines": { "type": "array", "items": { "type": "object", "properties": { "price": {} } } },
            "map": { "type": "object", "additionalProperties": { "type": "string" } },
            "free": { "type": "object" },
        }});
        Undeclared::of(schema.as_object().unwrap())
    }

    #[test]
    fn fields_that_are_not_declared_are_named_once_at_every_depth() {
        let mut undeclared = undeclared();
        for _ in 0..2 {
            undeclared.look_at(
                r#"{"id": 1, "no\u0074e": {"x": 1}, "owner": {"name": "a", "age": {}}, "map": {"a": "b"},
                    "free": {"a": 1}, "lines": [{"price": 1}, {"tax": "}"}], "new": []}"#,
            );
        }
        undeclared.look_at(r#"{"owner": null, "lines": {"total": 1}, "map": 7}"#);
        assert_eq!(
            undeclared.report().unwrap(),
            "records have fields that the schema does not declare: `lines.tax`, `new`, `note`, `owner.age`"
        );
    }

    #[test]
    fn nothing_is_said_of_records_that_are_as_declared() {
        let mut undeclared = undeclared();
        undeclared.look_at(r#"{"id": 1, "owner": {"name": "a"}}"#);
        assert_eq!(undeclared.report(), None);
    }

    #[test]
    fn after_the_first_256_one_in_256_is_looked_at() {
        let mut undeclared = undeclared();
        (0..700).for_each(|number| undeclared.look_at(&format!(r#"{{"n{}":1}}"#, number.max(255))));
        // The last of the first, and the multiples behind them.
        assert_eq!(
            undeclared.report().unwrap(),
            "records have fields that the schema does not declare: `n255`, `n256`, `n512`"
        );
    }

    #[test]
    fn names_are_bounded_however_many_there_are() {
        let mut undeclared = undeclared();
        (0..300).for_each(|number| undeclared.look_at(&format!(r#"{{"n{number}":1,"m{number}":1}}"#)));
        let report = undeclared.report().unwrap();
        assert_eq!(report.matches('`').count(), 200);
        assert!(report.ends_with(" and perhaps more"), "{report}");
    }
}
