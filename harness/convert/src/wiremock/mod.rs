//! WireMock's stub mappings. A stub says what it answers to which requests; where that is one request, it is an interaction.

mod folder;
mod order;
mod request;
mod response;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::value::RawValue;
use url::Url;

use crate::entry::Entry;
use crate::fields::Fields;
use crate::flaw::Flaw;
use crate::note::Notes;
use folder::BodyFiles;
pub(crate) use folder::{Unread, in_folder};

/// A stub that answers one request.
#[derive(Debug, Default)]
struct Stub {
    entry: Entry,
    /// Of stubs that answer the same, that with the lowest goes first.
    priority: i64,
    /// When it was added, counted up.
    insertion: Option<i64>,
    scenario: Option<Scenario>,
}

/// A stub's place in a sequence of states.
#[derive(Debug)]
struct Scenario {
    name: String,
    /// The state in which it answers; `None` of any.
    required: Option<String>,
    /// The state that it leads to.
    new: Option<String>,
}

/// A mapping, or an object with a list of them.
pub(crate) fn read(
    text: &str,
    path: &Path,
    base: Option<&Url>,
    notes: &mut Notes,
) -> Result<Vec<Entry>, Flaw> {
    let files = BodyFiles::beside(path);
    let mut stubs = Vec::new();
    for (place, mapping) in mappings("", text)?.into_iter().enumerate() {
        stubs.extend(stub(&(place + 1).to_string(), mapping, base, &files, notes)?);
    }
    Ok(order::in_order(stubs, notes))
}

type Object = BTreeMap<String, Box<RawValue>>;

fn mappings(entry: &str, text: &str) -> Result<Vec<Object>, Flaw> {
    let within = |flaw: Flaw| {
        if entry.is_empty() { flaw } else { Flaw::at(entry, flaw.place.trim_end_matches(": "), flaw.reason) }
    };
    let mut file: Object = crate::fields::file(text).map_err(within)?;
    match file.remove("mappings") {
        Some(list) => crate::fields::file(list.get()).map_err(within),
        None => Ok(vec![file]),
    }
}

/// `None` of one that answers no single request, or does not answer.
fn stub(
    label: &str,
    mapping: Object,
    base: Option<&Url>,
    files: &BodyFiles,
    notes: &mut Notes,
) -> Result<Option<Stub>, Flaw> {
    let mut fields = Fields::new(label, "", mapping);
    let name: Option<String> = fields.take("name")?;
    let priority = fields.take("priority")?.unwrap_or(5);
    let insertion = fields.take("insertionIndex")?;
    let scenario: Option<String> = fields.take("scenarioName")?;
    let (required, new) = (fields.take("requiredScenarioState")?, fields.take("newScenarioState")?);
    let scenario = scenario.map(|name| Scenario { name, required, new });
    let (asked, answered) = (fields.object("request")?, fields.object("response")?);
    fields.pass_over(&["id", "uuid", "persistent", "metadata"]);
    let mut left_out = |why: &str| {
        notes.add(label, format!("left out: {why}"));
        Ok(None)
    };
    let Some(asked) = asked else { return left_out("it answers any request") };
    let Some(answered) = answered else { return left_out("it has no response") };
    // What is said of a stub that is left out after all is of no use.
    let mut said = Notes::default();
    fields.say_rest(&mut said);
    let mut entry =
        Entry { label: label.to_owned(), note: name.filter(|name| !name.is_empty()), ..Entry::default() };
    if let Err(why) = request::read(asked, base, &mut entry, &mut said)? {
        return left_out(why);
    }
    if let Err(why) = response::read(answered, files, &mut entry, &mut said)? {
        return left_out(why);
    }
    notes.absorb(said);
    Ok(Some(Stub { entry, priority, insertion, scenario }))
}

/// Why a stub is left out.
type LeftOut = Result<(), &'static str>;

#[cfg(test)]
mod tests {
    use super::*;

    fn import(text: &str) -> (Vec<Entry>, Vec<String>) {
        let mut notes = Notes::default();
        let base = Url::parse("https://a.test/v1/").unwrap();
        let entries = read(text, Path::new("a.json"), Some(&base), &mut notes).unwrap();
        (entries, notes.into_lines())
    }

    #[test]
    fn one_mapping_and_a_list_are_read() {
        let mapping = r#"{"name": "n", "id": 1, "request": {"method": "GET", "url": "/x?a=1"}, "response": {"jsonBody": {"n": 1.0}}}"#;
        for text in [mapping.to_owned(), format!(r#"{{"mappings": [{mapping}], "meta": {{"total": 1}}}}"#)] {
            let (entries, notes) = import(&text);
            let entry = &entries[0];
            assert_eq!(
                (entry.method.as_str(), entry.url.as_str(), entry.status),
                ("GET", "https://a.test/v1/x?a=1", 200)
            );
            assert_eq!(
                (&entry.response.body[..], entry.note.as_deref(), entry.repeat),
                (&br#"{"n": 1.0}"#[..], Some("n"), true)
            );
            assert_eq!(notes, [""; 0]);
        }
    }

    #[test]
    fn what_answers_no_single_request_is_left_out_and_said() {
        let get = |more: &str, response: &str| {
            format!(
                r#"{{"request": {{"method": "GET", "urlPath": "/x" {more}}}, "response": {{{response}}}}}"#
            )
        };
        for (text, wanted) in [
            (r#"{"response": {}}"#.to_owned(), "it answers any request"),
            (r#"{"request": {"method": "GET", "url": "/"}}"#.to_owned(), "it has no response"),
            (r#"{"request": {"url": "/"}, "response": {}}"#.to_owned(), "it answers any method"),
            (
                r#"{"request": {"method": "GET", "urlPattern": "/.*"}, "response": {}}"#.to_owned(),
                "its URL is a pattern",
            ),
            (r#"{"request": {"method": "GET"}, "response": {}}"#.to_owned(), "it answers any URL"),
            (
                get(r#", "queryParameters": {"a": {"matches": ".*"}}"#, ""),
                "its query is matched by a pattern",
            ),
            (get(r#", "bodyPatterns": [{"contains": "x"}]"#, ""), "its body is matched by a pattern"),
            (get("", r#""fault": "EMPTY_RESPONSE""#), "it answers with a fault"),
            (get("", r#""proxyBaseUrl": "http://b.test""#), "it passes requests on to another server"),
        ] {
            let (entries, notes) = import(&text);
            assert!(entries.is_empty(), "{text}");
            assert_eq!(notes.len(), 1, "{notes:?}");
            assert!(notes[0].starts_with(&format!("entry 1: left out: {wanted}")), "{notes:?}");
        }
    }

    #[test]
    fn what_is_not_kept_is_said() {
        let (entries, notes) = import(
            r#"{"request": {"method": "POST", "urlPath": "/x", "headers": {"accept": {"contains": "json"}, "b": {"equalTo": "c"}}, "clientIp": {}},
                "response": {"fixedDelayMilliseconds": 5, "statusMessage": "Fine"}, "postServeActions": []}"#,
        );
        assert_eq!(entries[0].request.headers, [("b".into(), b"c".into())]);
        for wanted in [
            "`postServeActions` is not kept",
            "whatever the query is",
            "whatever the body is",
            "`request.clientIp` is not kept",
            "`request.headers.accept` is not kept",
            "`response.fixedDelayMilliseconds` is not kept",
        ] {
            assert!(notes.iter().any(|note| note.contains(wanted)), "{wanted}: {notes:?}");
        }
        assert_eq!(notes.len(), 6, "{notes:?}");
    }

    #[test]
    fn a_path_needs_a_host_to_stand_behind() {
        let mut notes = Notes::default();
        let mapping = |host: &str| {
            format!(r#"{{"request": {{"method": "GET", "url": "/x" {host}}}, "response": {{}}}}"#)
        };
        let flaw = read(&mapping(""), Path::new(""), None, &mut notes).unwrap_err();
        assert!(
            flaw.place == "entry 1: request: " && flaw.reason.starts_with("wanted a base URL"),
            "{flaw:?}"
        );
        let host = r#", "scheme": "http", "host": {"equalTo": "b.test"}, "port": 81"#;
        assert_eq!(
            read(&mapping(host), Path::new(""), None, &mut notes).unwrap()[0].url,
            "http://b.test:81/x"
        );
    }
}
