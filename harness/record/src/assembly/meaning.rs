//! Whether two answers mean the same to a client.

use std::collections::HashSet;

use connector_replay::{Body, BodyFile, Difference, Header, Interaction, Offset, RecordedResponse, Terms};
use jiff::SignedDuration;
use serde_json::value::RawValue;

use super::noise;

/// The fewest letters and digits of a word that is told from others.
const WORD: usize = 8;

/// Compares answers, knowing what requests carry: what a client sends on is no noise, however random it looks.
pub(super) struct Meaning {
    carried: HashSet<String>,
    tolerance: SignedDuration,
}

/// In what an answer is not another, what matters apart from what does not.
#[derive(Default)]
pub(super) struct Comparison {
    pub(super) drift: Vec<Difference>,
    pub(super) noise: Vec<Difference>,
}

impl Meaning {
    pub(super) fn of<'a>(interactions: impl IntoIterator<Item = &'a Interaction>) -> Meaning {
        let mut carried = HashSet::new();
        for Interaction { request, .. } in interactions {
            let mut add = |text: &str| carried.extend(words(text).map(str::to_owned));
            add(request.url.as_str());
            match &request.body {
                Some(Body::Json(json)) => add(json.get()),
                Some(Body::Text(text)) => add(text),
                Some(Body::Lines(lines)) => lines.iter().for_each(|line| add(line)),
                Some(Body::Form(pairs)) => pairs.iter().for_each(|(_, value)| add(value)),
                Some(Body::File(file)) => add(&String::from_utf8_lossy(file.bytes())),
                Some(Body::Base64(_)) | None => {}
            }
        }
        Meaning { carried, tolerance: Terms::default().tolerance }
    }

    pub(super) fn is_same(&self, one: &RecordedResponse, other: &RecordedResponse) -> bool {
        one.status == other.status
            && self.body(one.body.as_ref(), other.body.as_ref()).drift.is_empty()
            && self.headers(one, other).drift.is_empty()
    }

    pub(super) fn compare(&self, wanted: &RecordedResponse, got: &RecordedResponse) -> Comparison {
        let mut all = self.headers(wanted, got);
        if wanted.status != got.status {
            all.drift
                .insert(0, difference("status", Some(&wanted.status.to_string()), &got.status.to_string()));
        }
        let body = self.body(wanted.body.as_ref(), got.body.as_ref());
        all.drift.extend(body.drift);
        all.noise.extend(body.noise);
        all
    }

    /// JSON by value, all else by bytes; times that are about as far from now are the same.
    pub(super) fn body(&self, wanted: Option<&Body>, got: Option<&Body>) -> Comparison {
        if let (Some(Body::Json(wanted)), Some(Body::Json(got))) = (wanted, got)
            && wanted.get() == got.get()
        {
            return Comparison::default();
        }
        let differences = Body::differences(wanted, got);
        if differences.is_empty() {
            return Comparison::default();
        }
        let (mut early, mut late) = (Vec::new(), Vec::new());
        let drift = Body::differences(
            wanted.map(|body| timeless(body, &mut early)).as_ref(),
            got.map(|body| timeless(body, &mut late)).as_ref(),
        );
        match drift.is_empty() {
            true if self.are_near(&early, &late) => Comparison { drift, noise: differences },
            true => Comparison { drift: differences, noise: Vec::new() },
            false => Comparison { drift, noise: Vec::new() },
        }
    }

    /// Order matters among the values of one name alone.
    pub(super) fn headers(&self, wanted: &RecordedResponse, got: &RecordedResponse) -> Comparison {
        let mut comparison = Comparison::default();
        let mut names: Vec<&str> =
            wanted.headers.iter().chain(&got.headers).map(|header| header.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let values = |response: &RecordedResponse| -> Vec<String> {
                let named = response.headers.iter().filter(|header: &&Header| header.name == name);
                named.map(|header| header.value.as_str().to_owned()).collect()
            };
            let (before, after) = (values(wanted), values(got));
            if before == after {
                continue;
            }
            // It is made anew for the body that is sent; without a body it tells of one that is elsewhere.
            let of_body = name == "content-length" && wanted.body.is_some() && got.body.is_some();
            let noise = noise::is_noise(name)
                || of_body
                || before.len() == after.len()
                    && before
                        .iter()
                        .zip(&after)
                        .all(|(before, after)| self.is_same_value(name, before, after));
            let shown = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
            let part = format!("header {name}");
            let found = Difference { part, wanted: shown(&before).map(cut), got: shown(&after).map(cut) };
            if noise { comparison.noise.push(found) } else { comparison.drift.push(found) }
        }
        comparison
    }

    fn is_same_value(&self, name: &str, before: &str, after: &str) -> bool {
        let (mut early, mut late) = (Vec::new(), Vec::new());
        let plain = |text: &str, times| {
            let text = without_times(text, times);
            let text = if name == "set-cookie" { without_cookie(&text) } else { text };
            self.without_random(&text)
        };
        plain(before, &mut early) == plain(after, &mut late) && self.are_near(&early, &late)
    }

    fn without_random(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for word in text.split_inclusive(|character: char| !is_of_word(character)) {
            let bare = word.trim_end_matches(|character: char| !is_of_word(character));
            let carried = || words(bare).any(|word| self.carried.contains(word));
            if noise::is_random(bare) && !carried() {
                out.push('*');
                out.push_str(&word[bare.len()..]);
            } else {
                out.push_str(word);
            }
        }
        out
    }

    fn are_near(&self, early: &[SignedDuration], late: &[SignedDuration]) -> bool {
        early.len() == late.len()
            && early.iter().zip(late).all(|(early, late)| {
                early.checked_sub(*late).is_some_and(|apart| apart.abs() <= self.tolerance)
            })
    }
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-".contains(character)
}

/// What of a text could be known again elsewhere.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| word.len() >= WORD)
}

/// Its name and where it holds: the value is made for each client, unless it is known to be sent on.
fn without_cookie(text: &str) -> String {
    let mut parts = text.split(';').map(str::trim);
    let pair = parts.next().unwrap_or_default();
    let name = if pair.contains("{{") { pair } else { pair.split('=').next().unwrap_or_default() };
    let lasting = |part: &&str| {
        let part = part.to_ascii_lowercase();
        !part.starts_with("expires=") && !part.starts_with("max-age=")
    };
    std::iter::once(name).chain(parts.filter(lasting)).collect::<Vec<_>>().join("; ")
}

/// A text whose times all read `{{now:FORMAT}}`, and how far from now each is. Tokens that say when they were issued
/// come in the form in which that is passed over.
fn without_times(text: &str, times: &mut Vec<SignedDuration>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let inner = rest.find("}}").map(|end| &rest[2..end]);
        let now = inner.and_then(|inner| inner.strip_prefix("now")?.split_once(':'));
        let now = now.and_then(|(offset, format)| Some((offset.parse::<Offset>().ok()?, format)));
        let jwt = inner.and_then(|inner| inner.strip_prefix("jwt:"));
        let length = match (now, jwt, inner) {
            (Some((offset, format)), _, Some(inner)) => {
                times.push(offset.0);
                out.push_str("{{now:");
                out.push_str(format);
                out.push_str("}}");
                inner.len() + 4
            }
            (_, Some(parts), Some(inner)) => {
                out.push_str(parts);
                out.push_str(".made-up");
                inner.len() + 4
            }
            _ => {
                out.push_str("{{");
                2
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn timeless(body: &Body, times: &mut Vec<SignedDuration>) -> Body {
    match body {
        Body::Json(json) => {
            let text = without_times(json.get(), times);
            Body::Json(RawValue::from_string(text).unwrap_or_else(|_| json.clone()))
        }
        Body::Text(text) => Body::Text(without_times(text, times)),
        Body::Lines(lines) => Body::Lines(lines.iter().map(|line| without_times(line, times)).collect()),
        Body::Form(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| (name.clone(), without_times(value, times)));
            Body::Form(pairs.collect())
        }
        Body::Base64(_) => body.clone(),
        Body::File(file) => match std::str::from_utf8(file.bytes()) {
            Ok(text) => {
                BodyFile::new(file.path(), without_times(text, times)).map_or(body.clone(), Body::File)
            }
            Err(_) => body.clone(),
        },
    }
}

fn difference(part: &str, wanted: Option<&str>, got: &str) -> Difference {
    Difference { part: part.to_owned(), wanted: wanted.map(str::to_owned), got: Some(got.to_owned()) }
}

/// One line that can be read.
fn cut(text: String) -> String {
    const SHOWN: usize = 120;
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interaction(url: &str, headers: &str, body: &str) -> Interaction {
        serde_json::from_str(&format!(
            r#"{{"request": {{"method": "GET", "url": "{url}"}}, "response": {{"status": 200, "headers": {headers}, "body": {body}}}}}"#
        ))
        .unwrap()
    }

    fn compare(url: &str, before: (&str, &str), after: (&str, &str)) -> (Vec<String>, Vec<String>) {
        let (before, after) = (interaction(url, before.0, before.1), interaction(url, after.0, after.1));
        let meaning = Meaning::of([&before, &after]);
        let Comparison { drift, noise } = meaning.compare(&before.response, &after.response);
        assert_eq!(meaning.is_same(&before.response, &after.response), drift.is_empty());
        let shown = |all: Vec<Difference>| all.iter().map(ToString::to_string).collect();
        (shown(drift), shown(noise))
    }

    #[test]
    fn what_differs_from_run_to_run_is_no_drift() {
        for (before, after) in [
            (r#"[["date", "a"], ["server", "x"]]"#, r#"[["server", "x"], ["date", "b"], ["age", "1"]]"#),
            (r#"[["x-trace", "v=9f86d081884c7d65; s=1"]]"#, r#"[["x-trace", "v=0a86d081884c7d99; s=1"]]"#),
            (
                r#"[["set-cookie", "sid=1; Path=/; Expires=Tue"]]"#,
                r#"[["set-cookie", "sid=2; Path=/; Expires=Wed"]]"#,
            ),
            (r#"[["last-modified", "{{now-1d:http}}"]]"#, r#"[["last-modified", "{{now-86402s:http}}"]]"#),
        ] {
            let (drift, noise) = compare("http://a.test/", (before, "null"), (after, "null"));
            assert!(drift.is_empty() && !noise.is_empty(), "{drift:?} {noise:?}");
        }
        let body = |offset: &str| format!(r#"{{"json": {{"at": "{{{{now{offset}:epoch}}}}"}}}}"#);
        let (drift, noise) = compare("http://a.test/", ("[]", &body("-1s")), ("[]", &body("-2.5s")));
        assert!(drift.is_empty() && noise.len() == 1, "{drift:?} {noise:?}");
        let jwt = |claims: &str| format!(r#"{{"json": ["{{{{jwt:eyJhbGciOiJub25lIn0.{claims}}}}}"]}}"#);
        let (drift, _) =
            compare("http://a.test/", ("[]", &jwt("eyJpYXQiOjF9")), ("[]", &jwt("eyJpYXQiOjJ9")));
        assert!(drift.is_empty(), "{drift:?}");
    }

    #[test]
    fn what_a_client_acts_on_is_drift() {
        for (before, after, wanted) in [
            (r#"[["retry-after", "1"]]"#, r#"[["retry-after", "2"]]"#, "header retry-after: wanted 1, got 2"),
            (
                r#"[["link", "a"], ["link", "b"]]"#,
                r#"[["link", "b"], ["link", "a"]]"#,
                "header link: wanted a, b, got b, a",
            ),
            ("[]", r#"[["location", "/x"]]"#, "header location: wanted nothing, got /x"),
            (
                r#"[["set-cookie", "a=1; Path=/"]]"#,
                r#"[["set-cookie", "a=1; Path=/b"]]"#,
                "header set-cookie: wanted a=1; Path=/, got a=1; Path=/b",
            ),
            (
                r#"[["set-cookie", "a={{token:a}}"]]"#,
                r#"[["set-cookie", "a={{token:b}}"]]"#,
                "header set-cookie: wanted a={{token:a}}, got a={{token:b}}",
            ),
            (
                r#"[["expiry", "{{now+1h:http}}"]]"#,
                r#"[["expiry", "{{now+2h:http}}"]]"#,
                "header expiry: wanted {{now+1h:http}}, got {{now+2h:http}}",
            ),
        ] {
            assert_eq!(compare("http://a.test/", (before, "null"), (after, "null")).0, [wanted]);
        }
        let carried = "9f86d081884c7d659a";
        let next = |cursor: &str| format!(r#"[["x-next-cursor", "{cursor}"]]"#);
        let url = format!("http://a.test/?cursor={carried}");
        let (drift, _) = compare(&url, (&next(carried), "null"), (&next("0f86d081884c7d659b"), "null"));
        assert_eq!(drift.len(), 1, "what a request carries is no noise: {drift:?}");
        let (drift, _) = compare(&url, ("[]", r#"{"json": {"a": 1}}"#), ("[]", r#"{"json": {"a": 2}}"#));
        assert_eq!(drift, ["body /a: wanted 1, got 2"]);
    }
}
