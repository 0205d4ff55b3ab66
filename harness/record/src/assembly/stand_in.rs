//! Terms on which any tape can be read.

use std::collections::BTreeMap;

use connector_replay::{Body, Interaction, Rule, Terms};
use jiff::Timestamp;

/// In seconds since 1970.
const NOW: i64 = 2_000_000_000;

/// Terms on which requests can be compared though nobody knows the secrets in them: each name has a value of its own.
pub(super) fn terms<'a>(interactions: impl IntoIterator<Item = &'a Interaction>, ignore: &[Rule]) -> Terms {
    let mut values = BTreeMap::new();
    for interaction in interactions {
        let Interaction { request, response, .. } = interaction;
        let headers = request.headers.iter().chain(&response.headers).map(|header| header.value.as_str());
        for text in headers.chain([request.url.as_str()]) {
            collect(text, &mut values);
        }
        for body in [&request.body, &response.body].into_iter().flatten() {
            match body {
                Body::Json(json) => collect(json.get(), &mut values),
                Body::Text(text) => collect(text, &mut values),
                Body::Lines(lines) => lines.iter().for_each(|line| collect(line, &mut values)),
                Body::Form(pairs) => {
                    pairs.iter().flat_map(|(name, value)| [name, value]).for_each(|text| {
                        collect(text, &mut values);
                    });
                }
                Body::Base64(_) => {}
                Body::File(file) => {
                    if let Ok(text) = std::str::from_utf8(file.bytes()) {
                        collect(text, &mut values);
                    }
                }
            }
        }
    }
    // Any time will do that is taken for one: all are seen from the same.
    let now = Timestamp::from_second(NOW).ok();
    Terms { values, now, ignore: ignore.to_vec(), ..Terms::default() }
}

fn collect(text: &str, values: &mut BTreeMap<String, String>) {
    const WORD: &str = "{{secret:";
    for (start, _) in text.match_indices(WORD) {
        let rest = &text[start + WORD.len()..];
        if let Some((name, _)) = rest.split_once("}}") {
            values.entry(name.to_owned()).or_insert_with(|| format!("the-secret-{name}"));
        }
    }
}
