use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

use crate::grammar::Grammar;

/// How much of what may be absent is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Every optional field and an element in every array, so that every spot of the grammar can be broken.
    Everything,
    /// What chance brings.
    Something,
}

/// Values that the grammar allows, with unknown fields here and there.
pub(crate) fn valid(grammar: Grammar<'static>, fill: Fill) -> BoxedStrategy<Value> {
    let words = grammar.words();
    if !words.is_empty() {
        return select(words).prop_map(Value::from).boxed();
    }
    Union::new(grammar.kinds().into_iter().map(|kind| match kind {
        "string" if grammar.is_uri() => "https://[a-z]{1,8}\\.test/[a-z]{0,4}".prop_map(Value::from).boxed(),
        "string" => text().prop_map(Value::from).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => any::<i64>().prop_map(Value::from).boxed(),
        "number" => number().boxed(),
        "array" => {
            let items = valid(grammar.items().expect("arrays say what they hold"), fill);
            let fewest = if fill == Fill::Everything { 1 } else { grammar.fewest() };
            vec(items, fewest..fewest + 3).prop_map(Value::from).boxed()
        }
        "object" => object(grammar, fill),
        other => panic!("a schema names the type {other}"),
    }))
    .boxed()
}

fn object(grammar: Grammar<'static>, fill: Fill) -> BoxedStrategy<Value> {
    let (names, fields): (Vec<_>, Vec<_>) =
        grammar.properties().map(|(name, below)| (name, valid(below, fill))).unzip();
    if names.is_empty() {
        return btree_map(text(), anything(), 0..3).prop_map(|fields| json!(fields)).boxed();
    }
    let chosen = vec(any::<bool>(), names.len());
    // Any field is made and then left out or not, as the `type` that was drawn may demand it.
    (unknown(), fields, chosen)
        .prop_map(move |(mut object, fields, chosen)| {
            let required = grammar.required();
            let fields: Map<_, _> = names.iter().map(|name| (*name).to_owned()).zip(fields).collect();
            for (name, chosen) in names.iter().zip(chosen) {
                if chosen || fill == Fill::Everything || required.contains(name) {
                    object.insert((*name).to_owned(), fields[*name].clone());
                }
            }
            let mut object = Value::Object(object);
            for name in grammar.demanded(&object) {
                object[name] = fields[name].clone();
            }
            object
        })
        .boxed()
}

fn unknown() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("x_[a-z]{1,2}", anything(), 0..2).prop_map(|fields| fields.into_iter().collect())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,8}", "\\PC{0,4}"]
}

/// Within the size at which a float is still written with a decimal point.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0..1_i64 << 50).prop_map(Value::from),
        (0..1_i32 << 30).prop_map(|whole| json!(f64::from(whole))),
        (-1e12..1e12).prop_map(|broken: f64| json!(broken)),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(text(), inner, 0..3).prop_map(|fields| json!(fields)),
        ]
    })
}
