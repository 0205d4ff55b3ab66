use std::path::Path;
use std::sync::Arc;

use connector_record::Recorder;
use connector_record::assembly::hands_out_token;
use connector_replay::{Cassette, Equals, Part, Player, Rule, Tape, Terms};

use crate::error::Error;

/// What is recorded already and need not be asked again.
pub(super) struct Known {
    cassette: Arc<Cassette>,
    /// What is asked all the same: requests that are answered with a token. The tape's is made up, and what is new could
    /// not be asked with it.
    renewed: Arc<Equals>,
}

impl Known {
    pub(super) fn of(tape: &Tape, path: &Path, terms: Terms) -> Result<Known, Error> {
        let terms = past_tokens(tape, terms);
        let renewed = tape.interactions.iter().filter(|it| hands_out_token(&it.response));
        let renewed = Equals::new(renewed.map(|it| &it.request), &terms);
        let cassette =
            Cassette::new(tape.clone(), path, &terms).map_err(|source| Error::Cassette { source })?;
        Ok(Known { cassette: Arc::new(cassette), renewed: Arc::new(renewed) })
    }

    pub(super) fn before(&self, recorder: Recorder) -> Recorder {
        let renewed = Arc::clone(&self.renewed);
        recorder.completing(Player::new(Arc::clone(&self.cassette)), move |request| {
            !renewed.find(request).is_empty()
        })
    }
}

/// The same terms, headers with tokens passed over: the client carries real ones, which the tape does not know.
fn past_tokens(tape: &Tape, mut terms: Terms) -> Terms {
    let headers = tape.interactions.iter().flat_map(|it| &it.request.headers);
    for header in headers.filter(|header| header.value.as_str().contains("{{token:")) {
        let rule = Rule { path: None, part: Part::Header(header.name.clone()) };
        if !terms.ignore.contains(&rule) {
            terms.ignore.push(rule);
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use connector_replay::Outcome;

    use super::*;
    use crate::example::request;

    #[test]
    fn tokens_are_asked_for_anew_and_what_they_open_is_known_with_any() {
        let text = r#"{"cassette": 1, "interactions": [
            {"request": {"method": "POST", "url": "https://a.test/token"},
             "response": {"status": 200, "body": {"json": {"access_token": "{{token:access_token}}"}}}},
            {"request": {"method": "GET", "url": "https://a.test/users",
                         "headers": [["authorization", "Bearer {{token:access_token}}"]]},
             "response": {"status": 200}}]}"#;
        let tape = Tape::parse(text, "test").unwrap();
        let known = Known::of(&tape, Path::new("test"), Terms::default()).unwrap();
        let mut users = request("GET", "https://a.test/users");
        users.headers.insert("authorization", "Bearer real".parse().unwrap());
        assert_eq!(known.renewed.find(&request("POST", "https://a.test/token")).len(), 1);
        assert!(known.renewed.find(&users).is_empty());
        let reply = Player::new(known.cassette).answer(&users);
        assert_eq!(*reply.outcome(), Outcome::Answered { interaction: 1 });
    }
}
