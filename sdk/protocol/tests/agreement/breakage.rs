use serde_json::{Value, json};

use crate::grammar::Grammar;
use crate::spot::{Place, Spot};
use crate::subject::Subject;

/// A valid value with one thing changed.
pub(crate) struct Breakage {
    /// What was done, and where.
    pub(crate) what: String,
    /// The value after it.
    pub(crate) value: Value,
    /// Whether it is still valid, where that can be told from the one spot.
    pub(crate) valid: Option<bool>,
}

/// Every way in which the grammar knows to change one thing about a valid value.
pub(crate) fn all(subject: Subject, grammar: Grammar<'_>, value: &Value) -> Vec<Breakage> {
    let mut breakages = Vec::new();
    for spot in Spot::all(grammar, value) {
        if matches!(spot.place, Place::Required | Place::Demanded) {
            let mut changed = value.clone();
            spot.remove(&mut changed);
            let what = format!("without {}", spot.pointer);
            breakages.push(Breakage { what, value: changed, valid: Some(false) });
        }
        for (replacement, valid) in replacements(&spot, spot.of(value)) {
            let what = format!("{replacement} for {}", spot.pointer);
            let mut changed = value.clone();
            *spot.of_mut(&mut changed) = replacement;
            breakages.push(Breakage { what, value: changed, valid });
        }
    }
    for other in subject.other_types() {
        let mut changed = value.clone();
        changed["type"] = json!(other.as_str());
        breakages.push(Breakage { what: format!("{other} for /type"), value: changed, valid: Some(false) });
        // The envelope takes a field of any name, also one that carries the payload in other messages.
        for content in [json!(7), json!(null), json!({})] {
            let what = format!("{}: {content} added", other.field());
            let mut changed = value.clone();
            changed[other.field()] = content;
            breakages.push(Breakage { what, value: changed, valid: Some(true) });
        }
    }
    breakages
}

/// What can stand at this spot instead, and whether it may.
fn replacements(spot: &Spot<'_>, here: &Value) -> Vec<(Value, Option<bool>)> {
    let grammar = spot.grammar;
    let others = [json!(null), json!(true), json!(0.5), json!(7), json!("text"), json!([]), json!({})];
    let mut all: Vec<_> =
        others.into_iter().filter(|other| !grammar.admits(other)).map(|other| (other, Some(false))).collect();
    if grammar.kinds().contains(&"integer") && here.is_number() {
        let beyond = [json!(3.0), json!(1_u64 << 63), json!(1e18), json!(-1e300)];
        all.extend(beyond.map(|number| (number, Some(true))));
    }
    if grammar.kinds().contains(&"number") {
        all.extend([json!(7), json!(7.0), json!(0.5)].map(|number| (number, Some(true))));
    }
    if !grammar.words().is_empty() {
        let word = here.as_str().expect("a valid value");
        let flipped = if word == word.to_uppercase() { word.to_lowercase() } else { word.to_uppercase() };
        all.extend([json!(flipped), json!(""), json!({ word: null })].map(|word| (word, Some(false))));
    }
    // Another known word is valid, unless it is a `type` that demands a payload.
    all.extend(grammar.words().into_iter().map(|word| (json!(word), None)));
    if grammar.is_uri() {
        all.push((json!("no uri"), Some(false)));
    }
    if here.is_array() {
        all.push((json!([]), Some(grammar.fewest() == 0)));
    }
    if let Value::Object(fields) = here {
        let mut more = fields.clone();
        more.insert("x_added".to_owned(), json!([null, 1e300]));
        all.push((Value::Object(more), Some(true)));
    }
    all
}
