//! The shape of a request: which kind of thing is asked for, without any value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use connector_replay::{Request, Target};
use serde_json::value::RawValue;

use super::path;
use crate::excerpt;

/// Bodies longer than this are not read for their names.
const BODY: usize = 1024 * 1024;
/// The most characters of a shape.
const LONGEST: usize = 1_000;

/// `POST https://api.test/v1/users/{id}?limit json(query, variables)`.
pub(super) fn of(request: &Request) -> String {
    let target = &request.target;
    let url = Target { path: path::template(&target.path), query: None, ..target.clone() };
    let query = target.query.as_deref().map(|query| names(query.as_bytes())).unwrap_or_default();
    let query: Vec<&str> = query.iter().map(AsRef::as_ref).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let shape = format!("{} {url}{mark}{}{}", request.method, query.join("&"), body(request));
    let mut shown = excerpt::of_line(&shape);
    if let Some((end, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(end);
        shown.push(excerpt::CUT);
    }
    shown
}

/// The names of a query or a form, each once, in alphabetical order.
fn names(pairs: &[u8]) -> BTreeSet<Cow<'_, str>> {
    form_urlencoded::parse(pairs).map(|(name, _)| name).collect()
}

/// The kind of the body, and the names in it.
fn body(request: &Request) -> String {
    let body = &request.body;
    if body.is_empty() {
        return String::new();
    }
    let kind = request.headers.get("content-type").map_or(&b""[..], |value| value.as_bytes());
    let list = |kind: &str, names: Vec<&str>| format!(" {kind}({})", names.join(", "));
    if body.len() > BODY {
        return " body".to_owned();
    }
    if kind.starts_with(b"application/x-www-form-urlencoded") {
        return list("form", names(body).iter().map(AsRef::as_ref).collect());
    }
    match serde_json::from_slice::<BTreeMap<String, &RawValue>>(body) {
        Ok(members) => list("json", members.keys().map(String::as_str).collect()),
        Err(_) if serde_json::from_slice::<&RawValue>(body).is_ok() => " json".to_owned(),
        Err(_) => " body".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::request;

    #[test]
    fn a_shape_has_names_and_no_values() {
        let asked = request("GET", "https://API.test:8443/users/17?b=secret&a=1&a=2&c%5Bd%5D");
        assert_eq!(of(&asked), "GET https://api.test:8443/users/{id}?a&b&c[d]");
        for (kind, body, wanted) in [
            ("application/json", r#"{"variables":{"a":1},"query":"secret"}"#, " json(query, variables)"),
            ("", r#"{"query":"secret"}"#, " json(query)"),
            ("application/json", r#"["secret"]"#, " json"),
            (
                "application/x-www-form-urlencoded; charset=utf-8",
                "grant=secret&client=b",
                " form(client, grant)",
            ),
            ("text/plain", "secret", " body"),
            ("application/json", "{\"secret\":", " body"),
            ("", "", ""),
        ] {
            let mut asked = request("POST", "https://a.test/");
            asked.headers.insert("content-type", kind.parse().unwrap());
            asked.body = body.to_owned().into();
            assert_eq!(of(&asked), format!("POST https://a.test/{wanted}"));
        }
    }
}
