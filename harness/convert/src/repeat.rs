//! Equal requests: which of their answers may be given again.

use std::collections::HashMap;

use connector_replay::{Body, Interaction};
use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::note::Notes;

/// Headers of an answer that tell when it was given, and nothing else.
const OF_THE_MOMENT: [&str; 3] = ["age", "date", "expires"];

/// Lets one answer stand for those that are equal to it, where that changes nothing but how often it may be given: at the
/// end of equal requests, and of methods that change nothing.
pub(crate) fn collapse(labelled: &mut Vec<(String, Interaction)>, notes: &mut Notes) {
    let mut gone = vec![false; labelled.len()];
    for places in groups(labelled) {
        let mut places = places.into_iter().rev();
        let Some(mut first) = places.next() else { continue };
        let last = first;
        if !matches!(labelled[last].1.request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            continue;
        }
        for place in places {
            if !are_equal(&labelled[place].1, &labelled[last].1) {
                break;
            }
            gone[first] = true;
            first = place;
        }
        if first != last {
            labelled[first].1.repeat = true;
        }
    }
    let mut place = 0;
    labelled.retain(|(label, _)| {
        place += 1;
        if gone[place - 1] {
            notes.add(
                label,
                "asked and answered as before; the one before it stands for both, and may be repeated",
            );
        }
        !gone[place - 1]
    });
}

/// Of requests that a player may hold for equal only the last may repeat.
pub(crate) fn only_last(labelled: &mut [(String, Interaction)], notes: &mut Notes) {
    for places in groups(labelled) {
        let Some((_, earlier)) = places.split_last() else { continue };
        for place in earlier {
            let (label, interaction) = &mut labelled[*place];
            if std::mem::take(&mut interaction.repeat) {
                notes.add(label, "answered once, since another answer to the same request follows");
            }
        }
    }
}

/// The places of requests that may be equal, in the order of the first: rather too many together than too few.
fn groups(labelled: &[(String, Interaction)]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known = HashMap::new();
    for (place, (_, interaction)) in labelled.iter().enumerate() {
        let group = *known.entry(coarse(interaction)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(place);
    }
    groups
}

/// A text that is the same for requests that may be equal.
pub(crate) fn coarse(interaction: &Interaction) -> String {
    let request = &interaction.request;
    let url = request.url.as_str();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = percent_decode_str(path).collect::<Vec<u8>>();
    let body = match &request.body {
        None => String::new(),
        Some(Body::Json(json)) => serde_json::from_str(json.get())
            .map_or_else(|_| "json".to_owned(), |json| skeleton(json).to_string()),
        Some(Body::Form(pairs)) => sorted(pairs.clone()),
        Some(body) => serde_json::to_string(body).unwrap_or_default(),
    };
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let compared: Vec<_> = request.headers.iter().filter(|header| header.value.has_expressions()).collect();
    let path = String::from_utf8_lossy(&path);
    format!("{} {path} {} {compared:?} {body}", request.method, sorted(query))
}

fn sorted(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort_unstable();
    format!("{pairs:?}")
}

/// JSON without its numbers: equal ones are written in many ways.
fn skeleton(json: Value) -> Value {
    match json {
        Value::Number(_) => Value::from(0),
        Value::Array(items) => items.into_iter().map(skeleton).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, skeleton(value))).collect(),
        other => other,
    }
}

/// Whether two interactions are written alike, apart from what tells the moment and from headers that are not compared.
fn are_equal(one: &Interaction, other: &Interaction) -> bool {
    let written = |interaction: &Interaction| {
        let mut interaction = interaction.clone();
        interaction.note = None;
        interaction.request.headers.retain(|header| header.value.has_expressions());
        interaction.response.headers.retain(|header| !OF_THE_MOMENT.contains(&header.name.as_str()));
        serde_json::to_string(&interaction).ok()
    };
    written(one).is_some_and(|one| Some(one) == written(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(interactions: &[(&str, &str, &str)]) -> Vec<(String, Interaction)> {
        let interaction = |(number, (method, url, answer)): (usize, &(&str, &str, &str))| {
            let text = format!(
                r#"{{"request": {{"method": "{method}", "url": "https://a.test{url}", "headers": [["x-n", "{number}"]]}},
                    "response": {{"status": 200, "headers": [["date", "{number}"]], "body": {{"json": {answer}}}}}}}"#
            );
            ((number + 1).to_string(), serde_json::from_str(&text).unwrap())
        };
        interactions.iter().enumerate().map(interaction).collect()
    }

    fn collapsed(interactions: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
        let mut labelled = labelled(interactions);
        let mut notes = Notes::default();
        collapse(&mut labelled, &mut notes);
        let left =
            labelled.into_iter().map(|(label, it)| format!("{label}{}", if it.repeat { "+" } else { "" }));
        (left.collect(), notes.into_lines())
    }

    #[test]
    fn equal_answers_at_the_end_of_equal_requests_become_one_that_repeats() {
        let (left, notes) = collapsed(&[
            ("GET", "/a?x=1&y", "1"),
            ("GET", "/b", "1"),
            ("GET", "/a?x=1&y", "2"),
            ("GET", "/a?x=1&y", "2"),
            ("GET", "/a?x=1&y", "2"),
        ]);
        assert_eq!(left, ["1", "2", "3+"]);
        assert_eq!(notes.len(), 1);
        assert!(
            notes[0].starts_with("entries 5, 4: ") || notes[0].starts_with("entries 4, 5: "),
            "{notes:?}"
        );
    }

    #[test]
    fn what_could_change_meaning_stays() {
        for same in [
            [("GET", "/a", "1"), ("GET", "/a", "1"), ("GET", "/a", "2")],
            [("GET", "/a?x&y", "1"), ("GET", "/a?y&x", "1"), ("GET", "/b", "1")],
            [("POST", "/a", "1"), ("POST", "/a", "1"), ("POST", "/a", "1")],
        ] {
            assert_eq!(collapsed(&same), (vec!["1".into(), "2".into(), "3".into()], vec![]));
        }
    }

    #[test]
    fn only_the_last_of_requests_that_may_be_equal_repeats() {
        let mut labelled =
            labelled(&[("GET", "/~a?x&y", "1"), ("GET", "/b", "1"), ("GET", "/%7Ea?y&x=", "2")]);
        for (_, interaction) in &mut labelled {
            interaction.repeat = true;
        }
        let mut notes = Notes::default();
        only_last(&mut labelled, &mut notes);
        assert_eq!(labelled.iter().map(|(_, it)| it.repeat).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(
            notes.into_lines(),
            ["entry 1: answered once, since another answer to the same request follows"]
        );
    }
}
