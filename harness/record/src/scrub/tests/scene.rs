use std::collections::BTreeMap;

use connector_replay::{Cassette, Outcome, Player, Request, Tape, Terms};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::{Circumstances, Error, Scrubbed, Secret, Take, Track, scrub};

pub(super) const BEGAN: &str = "2026-11-22T15:00:00Z";

pub(super) fn began() -> Timestamp {
    BEGAN.parse().unwrap()
}

/// What a client was given, asked and was answered.
#[derive(Clone, Default)]
pub(super) struct Scene {
    pub(super) secrets: Vec<Secret>,
    pub(super) gained: Vec<Secret>,
    pub(super) known: Vec<String>,
    pub(super) takes: Vec<Take>,
}

/// `METHOD URL`, then headers as `name: value`, then an empty line and the body.
pub(super) fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, url) = lines.next().unwrap().split_once(' ').unwrap();
    Request {
        method: method.parse().unwrap(),
        target: serde_json::from_value(url.into()).unwrap(),
        headers: headers(lines),
        body: body.to_owned().into(),
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> HeaderMap {
    let pairs = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, value);
    }
    headers
}

fn secrets_of(pairs: &[(&str, &str)]) -> Vec<Secret> {
    let secret =
        |(name, value): &(&str, &str)| Secret { name: (*name).to_owned(), value: (*value).to_owned() };
    pairs.iter().map(secret).collect()
}

impl Scene {
    pub(super) fn with(secrets: &[(&str, &str)]) -> Scene {
        Scene { secrets: secrets_of(secrets), ..Scene::default() }
    }

    /// Adds what the client asked to keep meanwhile.
    pub(super) fn gaining(mut self, gained: &[(&str, &str)]) -> Scene {
        self.gained = secrets_of(gained);
        self
    }

    /// Adds a request and its answer, which is headers, an empty line and the body; both as above.
    pub(super) fn take(mut self, asked: &str, answered: &str) -> Scene {
        let (head, body) = answered.split_once("\n\n").unwrap_or(("", answered));
        self.takes.push(Take {
            track: 0,
            sequence: self.takes.len() as u64,
            began: began(),
            request: request(asked),
            status: StatusCode::OK,
            headers: headers(head.lines()),
            body: body.to_owned().into(),
        });
        self
    }

    pub(super) fn scrubbed(&self) -> Scrubbed {
        self.try_scrubbed().unwrap()
    }

    pub(super) fn try_scrubbed(&self) -> Result<Scrubbed, Error> {
        // The second run begins later than times may differ.
        let tracks = [0, 20].map(|minutes| Track { began: began() + SignedDuration::from_mins(minutes) });
        let circumstances = Circumstances {
            began: began(),
            secrets: &self.secrets,
            gained: &self.gained,
            tracks: &tracks,
            known: &self.known,
        };
        scrub(|| self.takes.iter().cloned().map(Ok), &circumstances)
    }

    /// Each interaction in one line of JSON.
    pub(super) fn lines(&self) -> Vec<String> {
        let scrubbed = self.scrubbed();
        scrubbed.interactions.iter().map(|it| serde_json::to_string(&it.interaction).unwrap()).collect()
    }
}

pub(super) fn written(scrubbed: &Scrubbed) -> String {
    tape(scrubbed).to_json().unwrap()
}

pub(super) fn tape(scrubbed: &Scrubbed) -> Tape {
    Tape::new(scrubbed.interactions.iter().map(|it| it.interaction.clone()).collect())
}

/// A player of what was written, at another time and with other secrets.
pub(super) fn player(scrubbed: &Scrubbed, values: &[(&str, &str)], now: &str) -> Player {
    let values: BTreeMap<_, _> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let terms = Terms {
        values,
        now: Some(now.parse().unwrap()),
        ignore: scrubbed.ignore.clone(),
        ..Terms::default()
    };
    // As it is read from its file.
    Player::new(Cassette::parse(&written(scrubbed), "written", &terms).unwrap())
}

/// Which interaction answers, or why none does.
pub(super) fn ask(player: &Player, text: &str) -> Result<usize, String> {
    match player.answer(&request(text)).outcome() {
        Outcome::Answered { interaction } => Ok(*interaction),
        outcome => Err(format!("{outcome:?}")),
    }
}
