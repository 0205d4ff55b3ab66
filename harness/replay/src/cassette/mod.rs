mod body;
mod classify;
mod file;
mod interaction;
mod layout;
mod malformed;
mod object;
mod tape;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use body::Body;
pub use file::BodyFile;
pub use interaction::{Header, Interaction, RecordedRequest, RecordedResponse};
pub use layout::lay_out;
pub(crate) use layout::{compact, string};
use malformed::Place;
pub use tape::Tape;

use crate::matching::Index;
use crate::reply::Answer;
use crate::{Error, Terms};

/// A tape under certain terms: its interactions in their order, checked and ready to be answered from.
///
/// A loaded cassette does not change; sessions share it.
#[derive(Debug)]
pub struct Cassette {
    tape: Tape,
    answers: Vec<Arc<Answer>>,
    index: Index,
}

impl Cassette {
    /// Reads a cassette file, to be played on these terms.
    ///
    /// # Errors
    /// [`Error::ReadCassette`] where the file cannot be read, else as [`Cassette::parse`].
    pub fn load(path: impl Into<PathBuf>, terms: &Terms) -> Result<Cassette, Error> {
        let path = path.into();
        Cassette::new(Tape::load(&path)?, &path, terms)
    }

    /// Reads a cassette from its text; `path` is for messages, and to find bodies that stand in files beside it.
    ///
    /// # Errors
    /// [`Error::Malformed`], which names file, interaction, field, what was wanted and what came.
    pub fn parse(text: &str, path: impl AsRef<Path>, terms: &Terms) -> Result<Cassette, Error> {
        Cassette::new(Tape::parse(text, &path)?, path, terms)
    }

    /// Makes a tape ready to be played on these terms; `path` is for messages alone.
    ///
    /// # Errors
    /// [`Error::Malformed`], as from [`Cassette::parse`].
    pub fn new(tape: Tape, path: impl AsRef<Path>, terms: &Terms) -> Result<Cassette, Error> {
        let path = path.as_ref();
        let wrong = |position: usize, (field, reason): (&str, String)| {
            malformed::at(path, &Place::of(&tape.interactions[position], position, field), reason)
        };
        let mut answers = Vec::with_capacity(tape.interactions.len());
        for (position, interaction) in tape.interactions.iter().enumerate() {
            let answer = Answer::recorded(interaction, terms);
            answers.push(Arc::new(answer.map_err(|error| wrong(position, error))?));
        }
        let requests = tape.interactions.iter().map(|interaction| (&interaction.request, interaction.repeat));
        let (index, faults) = Index::new(requests, terms);
        if let Some((position, field, reason)) = faults.into_iter().next() {
            return Err(wrong(position, (field, reason)));
        }
        Ok(Cassette { tape, answers, index })
    }

    /// What was recorded, in its order. The [`Journal`](crate::Journal) names interactions by their place here.
    pub fn interactions(&self) -> &[Interaction] {
        &self.tape.interactions
    }

    /// The file.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn answer(&self, interaction: usize) -> Arc<Answer> {
        Arc::clone(&self.answers[interaction])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#""request": {"method": "GET", "url": "https://a.test/x"}"#;
    const RESPONSE: &str = r#""response": {"status": 200}"#;

    fn parse(text: &str, path: &str) -> Result<Cassette, Error> {
        Cassette::parse(text, path, &Terms::default())
    }

    fn error(text: &str) -> String {
        parse(text, "x/cassette.json").unwrap_err().to_string()
    }

    #[test]
    fn a_canonical_file_is_written_byte_for_byte_as_it_was() {
        let text = r#"{
  "cassette": 1,
  "meta": {
    "z": 1.0,
    "a": []
  },
  "interactions": [
    {
      "note": "who",
      "request": {
        "method": "POST",
        "url": "https://api.example.test/v1/users?page=1",
        "headers": [
          ["apikey", "{{secret:access_key}}"],
          ["accept", "a, b"]
        ],
        "body": {
          "form": [
            ["k", "v"]
          ]
        }
      },
      "response": {
        "status": 200,
        "headers": [
          ["set-cookie", "a=\"é\""],
          ["set-cookie", "b=2"]
        ],
        "body": {
          "json": {
            "id": 12345678901234567890123,
            "rate": 1.10,
            "list": [1, 2.0, "a, b"],
            "none": {}
          }
        }
      },
      "repeat": true
    },
    {
      "request": {
        "method": "GET",
        "url": "http://a.test:8080/"
      },
      "response": {
        "status": 200,
        "body": {
          "base64": "AAE="
        }
      }
    }
  ]
}
"#;
        let written = |text: &str| Tape::parse(text, "").unwrap().to_json().unwrap();
        assert_eq!(written(text), text);
        let crowded = compact(text).replace("https://api.example.test", "HTTPS://API.example.test:443");
        assert_eq!(written(&crowded), text, "whatever the layout was");
    }

    #[test]
    fn a_file_that_is_no_cassette_of_this_version_says_so_first() {
        let place = "load the cassette x/cassette.json: cassette: wanted 1, the version of the format, got";
        assert_eq!(error(r#"{"cassette": 2, "entries": []}"#), format!("{place} 2"));
        assert_eq!(error(r#"{"cassette": "1", "interactions": []}"#), format!("{place} \"1\""));
        assert_eq!(error(r#"{"interactions": []}"#), format!("{place} nothing"));
        assert!(error("[1]").contains("x/cassette.json: "));
        assert!(error(r#"{"cassette": 1, "interactions": []} 1"#).contains("trailing characters at line 1"));
        let broken = error(r#"{"cassette": 1, "interactions": [{"note": "a",}]}"#);
        assert!(broken.contains("interaction 1") && broken.contains("line 1 column 47"), "{broken}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = Cassette::load("no/such.json", &Terms::default()).unwrap_err();
        assert_eq!(error.to_string(), "read the cassette no/such.json", "after \"failed to\"");
    }

    /// The second interaction is wrong: where, and what the error says of it.
    #[test]
    fn what_is_malformed_is_named_by_interaction_and_field() {
        let response = |response: &str| format!("{REQUEST}, \"response\": {response}");
        let request = |request: &str| format!("\"request\": {request}, {RESPONSE}");
        let get = "(GET https://a.test/x): ";
        for (second, wanted) in [
            (response(r#"{"status": "200"}"#), format!("{get}response.status: invalid type: string \"200\", expected a status from 200 to 999")),
            (response(r#"{"status": 100}"#), format!("{get}response.status: wanted a status from 200 to 999, got 100")),
            (response("{}"), format!("{get}response: missing field `status`")),
            (response(r#"{"status": 200, "code": 1}"#), format!("{get}response.code: unknown field `code`, expected one of")),
            (response(r#"{"status": 200, "headers": [["a", "b"], ["a b", "c"]]}"#), format!("{get}response.headers[1]: wanted the name of a header, got \"a b\"")),
            (response(r#"{"status": 200, "headers": [["a", "b\n"]]}"#), format!("{get}response.headers[0]: wanted a value without control characters for \"a\"")),
            (response(r#"{"status": 200, "headers": {"a": "b"}}"#), format!("{get}response.headers: invalid type: map, expected a sequence")),
            (response(r#"{"status": 200, "headers": [["transfer-encoding", "gzip"]]}"#), format!("{get}response.headers: wanted no transfer-encoding but chunked")),
            (response(r#"{"status": 200, "body": {"xml": "<a/>"}}"#), format!("{get}response.body: wanted exactly one of json, text, lines, form, base64, file, got xml")),
            (response(r#"{"status": 200, "body": {"base64": "a"}}"#), format!("{get}response.body.base64: wanted base64 with padding, got a: ")),
            (response(r#"{"status": 200, "body": {"lines": "a"}}"#), format!("{get}response.body.lines: invalid type: string \"a\", expected a sequence")),
            (response(r#"{"status": 200, "body": {"json": 1, "text": "1"}}"#), format!("{get}response.body: wanted exactly one of json, text, lines, form, base64, file, got json and text")),
            (response(r#"{"status": 200, "body": {}}"#), format!("{get}response.body: wanted exactly one of json, text, lines, form, base64, file, got none")),
            (response(r#"{"status": 200, "body": "a"}"#), format!("{get}response.body: invalid type: string \"a\", expected an object with exactly one of json, text")),
            (response(r#"{"status": 200, "body": [["json", 1]]}"#), format!("{get}response.body: invalid type: sequence, expected an object")),
            (response("[200]"), format!("{get}response: invalid type: sequence, expected an object")),
            (request(r#"["GET", "http://a.test/"]"#), ": request: invalid type: sequence, expected an object".into()),
            (response(r#"{"status": 204, "body": {"json": 1}}"#), format!("{get}response.body: wanted none, since an answer with status 204 No Content has no body")),
            (request(r#"{"method": "get", "url": "https://a.test/x"}"#), "(get https://a.test/x): request.method: wanted a method in upper case such as \"GET\", got \"get\"".into()),
            (request(r#"{"method": "HEAD", "url": "/x"}"#), "(HEAD): request.url: wanted a URL, got \"/x\"".into()),
            (request(r#"{"url": "/x"}"#), ": request".into()),
            (format!("{REQUEST}, {RESPONSE}, \"repeat\": 1"), format!("{get}repeat: invalid type: integer `1`, expected a boolean")),
            (format!("{REQUEST}, {RESPONSE}, \"repeat\": true, \"repeat\": true"), format!("{get}duplicate field `repeat`")),
            (format!("{REQUEST}, {RESPONSE}, \"reply\": 1"), format!("{get}reply: unknown field `reply`")),
        ] {
            let text = format!(r#"{{"cassette": 1, "interactions": [{{{REQUEST}, {RESPONSE}}}, {{{second}}}]}}"#);
            let error = error(&text);
            let place = "load the cassette x/cassette.json: interaction 2";
            assert!(error.starts_with(place) && error.contains(&wanted), "got  {error}\nwant {wanted}");
        }
    }

    #[test]
    fn a_list_of_fields_is_no_object() {
        let wanted = "load the cassette x/cassette.json: invalid type: sequence, expected an object";
        let fields = r#"[1, null, [[null, ["GET", "http://a.test/"], [200]]]]"#;
        assert!(error(fields).starts_with(wanted), "{}", error(fields));
        let error = error(r#"{"cassette": 1, "interactions": [[null, {"method": "GET"}, {"status": 200}]]}"#);
        assert!(error.contains("interaction 1: invalid type: sequence, expected an object"), "{error}");
    }

    #[test]
    fn what_is_optional_may_be_null() {
        let request = r#"{"method": "GET", "url": "https://a.test/x", "headers": null, "body": null}"#;
        let response = r#"{"status": 200, "headers": null, "body": null}"#;
        let interaction =
            format!(r#"{{"note": null, "request": {request}, "response": {response}, "repeat": null}}"#);
        let text = format!(r#"{{"cassette": 1, "meta": null, "interactions": [{interaction}]}}"#);
        assert_eq!(parse(&text, "").unwrap().interactions().len(), 1);
    }

    #[test]
    fn no_error_shows_a_password_or_a_control_character_or_is_long() {
        let long = "a".repeat(10_000);
        let cassette = |method: &str, url: &str, response: &str| {
            let request = format!(r#"{{"method": "{method}", "url": "{url}"}}"#);
            format!(
                r#"{{"cassette": 1, "interactions": [{{"request": {request}, "response": {response}}}]}}"#
            )
        };
        for text in [
            cassette("GET", "https://me:canary@a.test/", "{}"),
            cassette("GET", "https://me:canary@a.test:x/", "{}"),
            cassette("get", "ftp://me:canary@a.test/\\u001b[2J", "{}"),
            cassette(&format!("G\\u001b{long}"), "https://a.test/", "{}"),
            cassette("GET", &format!("https://a.test/{long}"), r#"{"status": 1}"#),
            cassette("GET", &format!("/\\u001b{long}"), "{}"),
            cassette("GET", "https://a.test/", &format!(r#"{{"status": "\u001b{long}"}}"#)),
            cassette("GET", "https://a.test/", &format!(r#"{{"\u001b{long}": 1}}"#)),
            cassette(
                "GET",
                "https://a.test/",
                &format!(r#"{{"status": 200, "headers": [["\u001b{long}", ""]]}}"#),
            ),
            format!(r#"{{"cassette": "\u001b{long}"}}"#),
        ] {
            let error = error(&text);
            assert!(!error.contains("canary") && !error.contains(char::is_control), "{error}");
            assert!(error.chars().count() < 800, "{error}");
        }
        let unknown = error(&cassette("GET", "https://a.test/", &format!(r#"{{"{long}": 1}}"#)));
        assert!(unknown.contains("… at line 1 column "), "where it is stays: {unknown}");
    }

    #[test]
    fn json_that_cannot_be_compared_is_refused_in_a_request_alone() {
        let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
        let body = format!(r#""body": {{"json": {deep}}}"#);
        let asked = format!(r#"{{"method": "PUT", "url": "http://a.test/", {body}}}"#);
        let error =
            error(&format!(r#"{{"cassette": 1, "interactions": [{{"request": {asked}, {RESPONSE}}}]}}"#));
        assert!(
            error.contains("interaction 1 (PUT http://a.test/): request.body.json: wanted JSON"),
            "{error}"
        );
        assert!(error.len() < 400, "{error}");
        let answered = format!(r#"{{{REQUEST}, "response": {{"status": 200, {body}}}}}"#);
        assert!(parse(&format!(r#"{{"cassette": 1, "interactions": [{answered}]}}"#), "").is_ok());
    }

    #[test]
    fn only_the_last_of_equal_requests_may_repeat() {
        let error = error(&format!(
            r#"{{"cassette": 1, "interactions": [{{{REQUEST}, {RESPONSE}, "repeat": true}}, {{{REQUEST}, {RESPONSE}}}]}}"#
        ));
        let wanted = "interaction 1 (GET https://a.test/x): repeat: only the last of equal requests may repeat, and \
                      interaction 2 is equal to this one";
        assert!(error.ends_with(wanted), "{error}");
    }

    #[test]
    fn a_meta_is_an_object() {
        assert!(
            error(r#"{"cassette": 1, "meta": 7, "interactions": []}"#)
                .contains("meta: wanted an object, got 7")
        );
        assert!(parse(r#"{"cassette": 1, "meta": null, "interactions": []}"#, "").is_ok());
    }
}
