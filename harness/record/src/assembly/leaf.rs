//! The plain values in an answer, and where they stand.

use connector_replay::{RecordedResponse, Terms};
use serde_json::Value;

/// A string, number or flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// A JSON pointer in which every place in a list reads `*`; `header NAME` for a header.
    pub(super) place: String,
    pub(super) text: String,
    /// Whether it is in the last item of every list that it is in.
    pub(super) last: bool,
}

impl Leaf {
    /// What it is called, in lower case.
    pub(super) fn name(&self) -> String {
        let named = self.place.rsplit(['/', ' ']).find(|step| *step != "*");
        named.unwrap_or_default().to_ascii_lowercase()
    }

    /// Whether it is one of many, as the fields of records are.
    pub(super) fn is_listed(&self) -> bool {
        self.place.split('/').any(|step| step == "*")
    }
}

/// All of an answer; of one that is no JSON those of its headers.
pub(super) fn leaves(response: &RecordedResponse, terms: &Terms) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for header in &response.headers {
        if let Some(text) = header.bind(terms).ok().and_then(|value| value.to_str().ok().map(str::to_owned)) {
            leaves.push(Leaf { place: format!("header {}", header.name), text, last: true });
        }
    }
    let body = response.body.as_ref().and_then(|body| body.to_bytes(terms).ok());
    if let Some(json) = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok()) {
        collect(&json, &mut String::new(), true, &mut leaves);
    }
    leaves
}

/// Those of a JSON value.
pub(super) fn collect(json: &Value, place: &mut String, last: bool, leaves: &mut Vec<Leaf>) {
    let length = place.len();
    let mut leaf = |text: String| leaves.push(Leaf { place: place.clone(), text, last });
    match json {
        Value::Null => {}
        Value::Bool(flag) => leaf(flag.to_string()),
        Value::Number(number) => leaf(number.to_string()),
        Value::String(text) => leaf(text.clone()),
        Value::Array(items) => {
            place.push_str("/*");
            for (position, item) in items.iter().enumerate() {
                collect(item, place, last && position + 1 == items.len(), leaves);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                place.push('/');
                place.push_str(name);
                collect(value, place, last, leaves);
                place.truncate(length);
            }
        }
    }
    place.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::super::tests::interaction;
    use super::*;

    #[test]
    fn leaves_say_where_they_stand() {
        let answer = r#"{"data": [{"id": 1, "tags": ["a"]}, {"id": 2}], "more": true, "next": null}"#;
        let found = leaves(&interaction("/", answer).response, &Terms::default());
        let shown: Vec<_> =
            found.iter().map(|leaf| format!("{}={} {}", leaf.place, leaf.text, leaf.last)).collect();
        let wanted = ["/data/*/id=1 false", "/data/*/tags/*=a false", "/data/*/id=2 true", "/more=true true"];
        assert_eq!(shown, wanted);
        assert_eq!(
            (found[1].name().as_str(), found[1].is_listed(), found[3].is_listed()),
            ("tags", true, false)
        );
    }
}
