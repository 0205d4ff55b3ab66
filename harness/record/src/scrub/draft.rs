use std::collections::BTreeSet;

use connector_replay::{
    Body, Expression, Header, Interaction, Outcome, Player, RecordedRequest, RecordedResponse, Tape,
    Template, Terms,
};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::clock::{RoundDown as _, Times};
use super::guard::{Guard, Removed};
use super::text::{Place, Scrubber};
use super::token::Tokens;
use super::url::Ignored;
use super::{Circumstances, Recorded, Scrubbed, secret, values};
use crate::{Error, Take};

/// What is written so far.
pub(super) struct Draft<'a> {
    circumstances: &'a Circumstances<'a>,
    scrubber: Scrubber,
    guard: Guard,
    /// Those that responses have set.
    cookies: BTreeSet<String>,
    ignored: Ignored,
    removed: Removed,
    /// Requests that would not be answered by what was made of them.
    lost: BTreeSet<String>,
    interactions: Vec<Recorded>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        circumstances: &'a Circumstances<'a>,
        scrubber: Scrubber,
        tokens: &Tokens,
        cookies: BTreeSet<String>,
    ) -> Draft<'a> {
        let texts: Vec<String> = circumstances.secrets.iter().flat_map(secret::Secret::texts).collect();
        let values = texts.iter().map(String::as_str).chain(tokens.iter().map(|(value, _)| value));
        let names = circumstances.secrets.iter().map(|secret| Expression::Secret(secret.name.clone()));
        let names = names.chain(tokens.iter().map(|(_, name)| Expression::Token(name.to_owned())));
        let guard = Guard::new(values, names);
        let (ignored, removed) = (Ignored::default(), Removed::default());
        Draft {
            circumstances,
            scrubber,
            guard,
            cookies,
            ignored,
            removed,
            lost: BTreeSet::new(),
            interactions: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, take: &Take) -> Result<(), Error> {
        let began = self.circumstances.run_began(take)?;
        let mut interaction = self.interaction(take, began);
        self.leave_out_lines(&mut interaction);
        self.guard.check(&mut interaction, &mut self.removed).map_err(|part| Error::ShowsSecret {
            method: take.request.method.to_string(),
            sequence: take.sequence,
            part,
        })?;
        if !self.is_answered(&interaction, take, began) {
            self.lost.insert(format!("{} {}", interaction.request.method, interaction.request.url));
        }
        self.interactions.push(Recorded { track: take.track, sequence: take.sequence, interaction });
        Ok(())
    }

    /// Removes headers that say a secret with line breaks: spelled otherwise before, which cannot be told any more, and as it
    /// is no header can hold it.
    fn leave_out_lines(&mut self, interaction: &mut Interaction) {
        let broken = self.circumstances.secrets.iter().filter(|it| it.value.contains(char::is_control));
        let names: Vec<String> = broken.map(|it| Expression::Secret(it.name.clone()).to_string()).collect();
        let says = |header: &Header| {
            let value = header.value.as_str();
            !value.contains("{{base64") && names.iter().any(|name| value.contains(name))
        };
        for header in interaction.request.headers.iter_mut().filter(|header| says(header)) {
            header.value = Template::default();
            header.value.push(&Expression::Opaque);
        }
        let removed = &mut self.removed;
        interaction.response.headers.retain(|header| {
            let says = says(header);
            if says {
                removed.insert(format!("header {} of a response", header.name));
            }
            !says
        });
    }

    fn interaction(&mut self, take: &Take, began: Timestamp) -> Interaction {
        let place = Place { began, times: Times::Near };
        let in_request = Place { began, times: Times::Asked };
        let (asked, ignored) = (&take.request, &mut self.ignored);
        let request = RecordedRequest {
            method: asked.method.clone(),
            url: self.scrubber.url(&asked.target, in_request, ignored),
            headers: self.scrubber.request_headers(&asked.headers, place, &self.cookies),
            body: self.scrubber.body(
                &asked.body,
                Body::of(&asked.body, content_type(&asked.headers)),
                in_request,
                ignored,
            ),
        };
        let bodiless = asked.method == http::Method::HEAD
            || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&take.status);
        let body = if bodiless { &[][..] } else { &take.body };
        let response = RecordedResponse {
            status: take.status.as_u16(),
            headers: self.scrubber.response_headers(&take.headers, &asked.method, place),
            // What an answer holds is given as it is, whatever its fields are called.
            body: self.scrubber.body(
                body,
                Body::of_answer(body, &take.headers),
                place,
                &mut Ignored::default(),
            ),
        };
        Interaction { note: None, request, response, repeat: false, optional: false }
    }

    /// Whether the request that was made would be answered from what was made of it, were the real secrets known. Made-up
    /// tokens and signatures are not the real ones, so that of requests with one there is no telling.
    fn is_answered(&self, interaction: &Interaction, take: &Take, began: Timestamp) -> bool {
        let response = RecordedResponse { status: 200, headers: Vec::new(), body: None };
        let request = interaction.request.clone();
        let interaction = Interaction { note: None, request, response, repeat: false, optional: false };
        let Ok(written) = serde_json::to_string(&interaction.request) else { return false };
        let signed = |header: &Header| {
            ["{{jwt:", "{{base64url:"].iter().any(|begin| header.value.as_str().contains(begin))
        };
        if written.contains("{{token:") || interaction.request.headers.iter().any(signed) {
            return true;
        }
        let terms = |values| Terms {
            values,
            now: Some(began.round_down()),
            ignore: self.ignored.rules(),
            // Times that it was told of are counted from the beginning of the recording.
            tolerance: Terms::default().tolerance + began.duration_since(self.circumstances.began).abs(),
            ..Terms::default()
        };
        let tape = Tape::new(vec![interaction]);
        values::choices(self.circumstances.secrets, &take.request, &written).into_iter().any(|values| {
            let cassette = connector_replay::Cassette::new(tape.clone(), "recording", &terms(values));
            cassette.is_ok_and(|cassette| {
                let reply = Player::new(cassette).answer(&take.request);
                matches!(reply.outcome(), Outcome::Answered { .. })
            })
        })
    }

    pub(super) fn finish(self) -> Scrubbed {
        let mut notes = Vec::new();
        for secret in self.circumstances.secrets.iter().filter(|secret| secret.is_too_short()) {
            notes.push(format!(
                "The secret {} is too short to be told from data and was not looked for.",
                secret.name
            ));
        }
        for place in self.removed {
            notes.push(format!(
                "In the {place}, text that shows a secret in a form that cannot be restored was removed."
            ));
        }
        for line in self.lost {
            notes.push(format!("{line} is not answered by its own recording: the client says something in a form that cannot be told."));
        }
        Scrubbed { interactions: self.interactions, ignore: self.ignored.rules(), gained: Vec::new(), notes }
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}
