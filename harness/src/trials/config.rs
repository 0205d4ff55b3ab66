//! Configs made from the spec, that `check` must answer: some satisfy it, and each of the others breaks it in one place.
//!
//! They are made from the scenario's own config, which works, by taking one thing away or putting one wrong value in, and
//! each is held to the spec before it is used: what was meant to break it and does not is no case.

use connector_protocol::Command;
use serde_json::{Map, Value, json};

use super::Planned;
use crate::evidence::Evidence;
use crate::json_pointer::{below, unescaped};
use crate::ledger::Schema;
use crate::trial::{Case, CaseKind, Question};

/// How many are made of a kind: enough to show how a connector answers; every one costs a process.
const MISSING: usize = 3;
const WRONG: usize = 3;

/// How deep forms are nested at most: deeper than any that could be drawn.
const DEEPEST: usize = 8;

/// The checks of such configs.
pub(super) fn trials(evidence: &Evidence) -> Vec<Planned> {
    let (Some(specification), Some(config)) = (&evidence.connection_specification, &evidence.config) else {
        return Vec::new();
    };
    let Ok(schema) = Schema::compile(specification) else { return Vec::new() };
    if !schema.accepts_value(config) {
        return Vec::new();
    }
    let mut form = Form { schema: &schema, config, missing: Vec::new(), wrong: Vec::new() };
    form.walk(specification, "", 0);
    let Form { missing, wrong, .. } = form;
    let valid = least(specification, config).filter(|least| least != config && schema.accepts_value(least));
    let valid = valid.map(|least| {
        let about = "with a config of what is required alone".to_owned();
        (Case { kind: CaseKind::Valid, pointer: String::new(), about }, least)
    });
    let cases = missing.into_iter().take(MISSING).chain(wrong.into_iter().take(WRONG)).chain(valid);
    cases
        .map(|(case, config)| Planned {
            config: Some(config),
            ..Planned::of(Question::CheckOf(case), Command::Check)
        })
        .collect()
}

/// The spec and the config, gone through together.
struct Form<'a> {
    schema: &'a Schema,
    config: &'a Value,
    missing: Vec<(Case, Value)>,
    wrong: Vec<(Case, Value)>,
}

impl Form<'_> {
    /// Goes through the object at `pointer`, which `described` describes. Fields of the outer forms come first.
    fn walk(&mut self, described: &Value, pointer: &str, depth: usize) {
        let Some(fields) = self.config.pointer(pointer).and_then(Value::as_object) else { return };
        if depth > DEEPEST {
            return;
        }
        let described = chosen(described, &Value::Object(fields.clone()));
        let Some(properties) = described["properties"].as_object() else { return };
        let required = |name: &str| {
            described["required"].as_array().is_some_and(|names| names.iter().any(|it| it == name))
        };
        let at = |name: &str| below(pointer, name);
        for name in fields.keys().filter(|name| required(name)) {
            self.case(&at(name), None);
        }
        // What is required first: a wrong value of it cannot be overlooked.
        let mut named: Vec<(&String, &Value)> =
            properties.iter().filter(|(name, _)| fields.contains_key(*name)).collect();
        named.sort_by_key(|(name, _)| !required(name));
        for (name, property) in &named {
            for value in wrong_values(property) {
                self.case(&at(name), Some(value));
            }
        }
        for (name, property) in named {
            self.walk(property, &at(name), depth + 1);
        }
    }

    /// Notes the config with that value at `pointer`, or with none, if it breaks the spec.
    fn case(&mut self, pointer: &str, value: Option<Value>) {
        let mut config = self.config.clone();
        let Some((parent, name)) = pointer.rsplit_once('/') else { return };
        let name = unescaped(name);
        let Some(fields) = config.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
        let (kind, about, cases) = if let Some(value) = value {
            let about = format!("with {value} for {pointer}");
            fields.insert(name, value);
            (CaseKind::Wrong, about, &mut self.wrong)
        } else {
            fields.remove(&name);
            (CaseKind::Missing, format!("without {pointer}"), &mut self.missing)
        };
        if !self.schema.accepts_value(&config) {
            cases.push((Case { kind, pointer: pointer.to_owned(), about }, config));
        }
    }
}

/// What describes `config`: of alternatives the one that it satisfies, and what stands beside them.
fn chosen(described: &Value, config: &Value) -> Value {
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|key| described[*key].as_array()).flatten();
    let fits =
        |alternative: &&Value| Schema::compile(alternative).is_ok_and(|schema| schema.accepts_value(config));
    let Some(alternative) = alternatives.into_iter().find(fits) else { return described.clone() };
    let mut both = Map::new();
    for key in ["properties", "required"] {
        let merged = match (&described[key], &alternative[key]) {
            (Value::Object(outer), Value::Object(inner)) => Value::Object(
                outer.iter().chain(inner).map(|(name, it)| (name.clone(), it.clone())).collect(),
            ),
            (Value::Array(outer), Value::Array(inner)) => {
                Value::Array(outer.iter().chain(inner).cloned().collect())
            }
            (Value::Null, inner) => inner.clone(),
            (outer, _) => outer.clone(),
        };
        both.insert(key.to_owned(), merged);
    }
    Value::Object(both)
}

/// One value that is of no type allowed, and one that is of the type and breaks another rule, if there is one.
fn wrong_values(property: &Value) -> Vec<Value> {
    let allows = |kind: &str| match &property["type"] {
        Value::String(only) => only == kind,
        Value::Array(several) => several.iter().any(|it| it == kind),
        _ => true,
    };
    let other_type = if allows("object") { json!("not an object") } else { json!({"unexpected": true}) };
    let within_type = if property["enum"].is_array() {
        Some(json!("none of these"))
    } else if property["pattern"].is_string() {
        Some(json!("~ does not match ~"))
    } else if let Some(most) = property["maximum"].as_i64() {
        Some(json!(most.saturating_add(1)))
    } else if let Some(least) = property["minimum"].as_i64() {
        Some(json!(least.saturating_sub(1)))
    } else if property["format"] == "date" || property["format"] == "date-time" {
        Some(json!("yesterday"))
    } else {
        None
    };
    within_type.into_iter().chain([other_type]).collect()
}

/// The config without what is not required.
fn least(described: &Value, config: &Value) -> Option<Value> {
    let fields = config.as_object()?;
    let described = chosen(described, config);
    let required = described["required"].as_array()?;
    let kept = fields.iter().filter(|(name, _)| required.iter().any(|it| it == *name));
    let kept = kept.map(|(name, value)| {
        let inner = &described["properties"][name];
        (
            name.clone(),
            if value.is_object() {
                least(inner, value).unwrap_or_else(|| value.clone())
            } else {
                value.clone()
            },
        )
    });
    Some(Value::Object(kept.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn cases(spec: &Value, config: &Value) -> Vec<(String, Value)> {
        let evidence = example::parse(&format!("# spec {spec}\n# config {config}"));
        let shown = |planned: Planned| (planned.question.to_string(), planned.config.unwrap());
        trials(&evidence).into_iter().map(shown).collect()
    }

    #[test]
    fn each_breaks_the_spec_in_one_place() {
        let spec = json!({"type": "object", "required": ["key", "mode"], "properties": {
            "key": {"type": "string"},
            "mode": {"type": "string", "enum": ["a", "b"]},
            "pages": {"type": "integer", "maximum": 100},
        }});
        let found = cases(&spec, &json!({"key": "k", "mode": "a", "pages": 5}));
        let expected = [
            ("check without /key", json!({"mode": "a", "pages": 5})),
            ("check without /mode", json!({"key": "k", "pages": 5})),
            (
                "check with {\"unexpected\":true} for /key",
                json!({"key": {"unexpected": true}, "mode": "a", "pages": 5}),
            ),
            (
                "check with \"none of these\" for /mode",
                json!({"key": "k", "mode": "none of these", "pages": 5}),
            ),
            (
                "check with {\"unexpected\":true} for /mode",
                json!({"key": "k", "mode": {"unexpected": true}, "pages": 5}),
            ),
            ("check with a config of what is required alone", json!({"key": "k", "mode": "a"})),
        ];
        assert_eq!(found, expected.map(|(about, config)| (about.to_owned(), config)));
    }

    #[test]
    fn of_alternatives_the_chosen_one_is_gone_through() {
        let spec = json!({"type": "object", "required": ["credentials"], "properties": {"credentials": {
            "type": "object", "oneOf": [
                {"properties": {"kind": {"const": "key"}, "key": {"type": "string"}}, "required": ["kind", "key"]},
                {"properties": {"kind": {"const": "oauth"}, "token": {"type": "string"}}, "required": ["kind", "token"]},
            ],
        }}});
        let found = cases(&spec, &json!({"credentials": {"kind": "oauth", "token": "t"}}));
        let missing: Vec<&str> =
            found.iter().map(|(about, _)| about.as_str()).filter(|it| it.contains("without")).collect();
        assert_eq!(
            missing,
            [
                "check without /credentials",
                "check without /credentials/kind",
                "check without /credentials/token"
            ]
        );
    }

    #[test]
    fn of_a_spec_that_demands_nothing_and_of_a_config_that_breaks_it_there_are_none() {
        assert_eq!(cases(&json!({"type": "object"}), &json!({})), []);
        let spec = json!({"type": "object", "required": ["key"]});
        assert_eq!(cases(&spec, &json!({})), []);
    }
}
