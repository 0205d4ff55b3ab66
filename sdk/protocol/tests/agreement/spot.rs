use serde_json::Value;

use crate::grammar::Grammar;

/// One place of a value that its schema says something about.
pub(crate) struct Spot<'a> {
    /// What the schema says.
    pub(crate) grammar: Grammar<'a>,
    /// JSON pointer to it.
    pub(crate) pointer: String,
    /// How it hangs in what surrounds it.
    pub(crate) place: Place,
}

/// How a value hangs in what surrounds it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the whole, or the element of an array.
    Whole,
    /// A field that every such object has.
    Required,
    /// A field that the object has because of its `type`.
    Demanded,
    /// A field that may be absent.
    Optional,
}

impl<'a> Spot<'a> {
    /// Every spot of a value, from the outside in.
    pub(crate) fn all(grammar: Grammar<'a>, value: &Value) -> Vec<Spot<'a>> {
        let mut spots = Vec::new();
        collect(grammar, value, String::new(), Place::Whole, &mut spots);
        spots
    }

    /// What stands here.
    pub(crate) fn of<'v>(&self, whole: &'v Value) -> &'v Value {
        whole.pointer(&self.pointer).expect("a spot of this value")
    }

    /// What stands here, to be changed.
    pub(crate) fn of_mut<'v>(&self, whole: &'v mut Value) -> &'v mut Value {
        whole.pointer_mut(&self.pointer).expect("a spot of this value")
    }

    /// Takes the field out of its object.
    pub(crate) fn remove(&self, whole: &mut Value) {
        let (parent, field) = self.pointer.rsplit_once('/').expect("a field, not the whole");
        let parent = whole.pointer_mut(parent).expect("a spot of this value");
        parent.as_object_mut().expect("fields are in objects").remove(field);
    }
}

fn collect<'a>(
    grammar: Grammar<'a>,
    value: &Value,
    pointer: String,
    place: Place,
    spots: &mut Vec<Spot<'a>>,
) {
    if let Value::Object(fields) = value {
        let (required, demanded) = (grammar.required(), grammar.demanded(value));
        for (name, below) in grammar.properties() {
            let Some(field) = fields.get(name) else { continue };
            let place = match name {
                _ if required.contains(&name) => Place::Required,
                _ if demanded.contains(&name) => Place::Demanded,
                _ => Place::Optional,
            };
            collect(below, field, format!("{pointer}/{name}"), place, spots);
        }
    }
    if let (Value::Array(elements), Some(below)) = (value, grammar.items()) {
        for (index, element) in elements.iter().enumerate() {
            collect(below, element, format!("{pointer}/{index}"), Place::Whole, spots);
        }
    }
    spots.push(Spot { grammar, pointer, place });
}
