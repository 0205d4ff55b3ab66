//! What a process asked for: as much of it as checks and snapshots want to know and the journal does not hold.

mod failed;
mod path;
mod shape;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};

use bytes::Bytes;
use connector_replay::{Request, Scheme};

pub(crate) use self::failed::{Failed, Failure};
pub(crate) use self::watch::Watch;
use crate::secrets::Secrets;

/// The most kinds of requests that are told apart.
const SHAPES: usize = 10_000;
/// The most hosts.
const ORIGINS: usize = 1_000;
/// The most different requests.
const DIFFERENT: usize = 100_000;
/// The most characters of a URL.
const URL: usize = 2_000;

/// The requests of one process, in no order: which of two that are made side by side comes first is chance.
///
/// It is bounded, for clients that ask in a loop: what no longer fits is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    /// How often each shape was asked for, by the status that came back.
    pub(crate) shapes: BTreeMap<String, BTreeMap<u16, u64>>,
    /// How many requests have a shape that did not fit.
    pub(crate) shapeless: u64,
    /// What was sent to each host.
    pub(crate) origins: BTreeMap<Origin, Sent>,
    pub(crate) failed: Failed,
    /// What was answered with success, by a hash of the whole request.
    succeeded: BTreeMap<u64, Success>,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// In lower case; an IPv6 address in brackets.
    pub(crate) host: String,
    /// With TLS, or without.
    pub(crate) https: bool,
}

impl Origin {
    /// As it stands in a URL.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.https { Scheme::Https } else { Scheme::Http };
        format!("{}://{}", scheme.as_str(), self.host)
    }
}

/// What was sent to one host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    /// Requests with a secret.
    pub(crate) with_secret: u64,
    /// Requests without one.
    pub(crate) without_secret: u64,
    /// The fields of the config whose values were sent.
    pub(crate) fields: BTreeSet<String>,
}

impl Sent {
    /// The fields, for people.
    pub(crate) fn fields(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(|field| format!("`{field}`")).collect();
        fields.join(", ")
    }
}

/// A request that was answered with success.
#[derive(Clone, Debug)]
struct Success {
    /// A hash of it: while a recording is made, answers are held by nobody else, and there may be gigabytes of them.
    answer: u64,
    times: u64,
    /// Whether a later answer was another one.
    changed: bool,
    /// Known from the second time on.
    name: Option<(String, String)>,
}

/// A request that was made again after it was answered with success.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Repeated<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// How often it was answered with success.
    pub(crate) times: u64,
    /// Whether each time brought the same.
    pub(crate) same_answer: bool,
}

/// What is to be noted of one request.
pub(crate) struct Seen {
    shape: String,
    origin: Origin,
    fields: BTreeSet<String>,
    /// The same for the very same request.
    hash: u64,
}

impl Seen {
    /// Looks at a request, and for `secrets` in it.
    pub(crate) fn of(request: &Request, secrets: &Secrets) -> Self {
        let target = &request.target;
        Seen {
            shape: shape::of(request),
            origin: Origin { host: target.host.clone(), https: target.scheme == Scheme::Https },
            fields: carried(secrets, request),
            hash: hash_of(request),
        }
    }
}

impl Requests {
    /// Notes a request and its answer.
    pub(crate) fn note(&mut self, seen: Seen, request: &Request, status: u16, answer: &Bytes) {
        let Seen { shape, origin, fields, hash } = seen;
        if self.shapes.len() < SHAPES || self.shapes.contains_key(&shape) {
            *self.shapes.entry(shape).or_default().entry(status).or_default() += 1;
        } else {
            self.shapeless += 1;
        }
        if self.origins.len() < ORIGINS || self.origins.contains_key(&origin) {
            let sent = self.origins.entry(origin).or_default();
            sent.with_secret += u64::from(!fields.is_empty());
            sent.without_secret += u64::from(fields.is_empty());
            sent.fields.extend(fields);
        }
        if (200..300).contains(&status) {
            self.note_success(hash, request, answer);
        }
    }

    fn note_success(&mut self, hash: u64, request: &Request, answer: &Bytes) {
        let answer = hash_of_all(answer);
        if let Some(known) = self.succeeded.get_mut(&hash) {
            known.times += 1;
            known.changed |= known.answer != answer;
            known.name.get_or_insert_with(|| {
                let url = request.target.to_string().chars().take(URL).collect();
                (request.method.to_string(), url)
            });
        } else if self.succeeded.len() < DIFFERENT {
            let success = Success { answer, times: 1, changed: false, name: None };
            self.succeeded.insert(hash, success);
        }
    }

    /// The very same requests that were answered with success more than once.
    pub(crate) fn repeated(&self) -> Vec<Repeated<'_>> {
        let repeated = self.succeeded.values().filter_map(|success| {
            let (method, url) = success.name.as_ref()?;
            Some(Repeated { method, url, times: success.times, same_answer: !success.changed })
        });
        let mut repeated: Vec<_> = repeated.collect();
        repeated.sort();
        repeated
    }
}

/// The fields of the config whose values `request` carries, in whatever guise.
fn carried(secrets: &Secrets, request: &Request) -> BTreeSet<String> {
    if secrets.is_empty() {
        return BTreeSet::new();
    }
    // One text for all of the head: each search costs more to begin than to go on.
    let mut head = request.target.to_string().into_bytes();
    for (name, value) in &request.headers {
        for part in [b"\n", name.as_str().as_bytes(), b": ", value.as_bytes()] {
            head.extend_from_slice(part);
        }
    }
    let leaks = secrets.leaks_in(&head).into_iter().chain(secrets.leaks_in(&request.body));
    leaks.map(|leak| leak.field).collect()
}

/// The same for the very same request: method, URL, headers in whatever order, body.
fn hash_of(request: &Request) -> u64 {
    let mut headers: Vec<(&str, &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers.sort_unstable();
    hash_of_all((request.method.as_str(), request.target.to_string(), headers, &request.body))
}

fn hash_of_all(all: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::example::request;

    #[test]
    fn a_secret_is_seen_wherever_a_request_carries_it() {
        let spec = json!({"properties": {"key": {"airbyte_secret": true}, "user": {}}});
        let secrets = Secrets::of(&spec, &json!({"key": "canary-7f3a9b", "user": "someone"}));
        let asked = |change: fn(&mut Request)| {
            let mut request = request("GET", "https://a.test/users?of=someone");
            change(&mut request);
            carried(&secrets, &request).into_iter().collect::<Vec<_>>()
        };
        let key = ["key".to_owned()];
        assert_eq!(asked(|_| {}), <[String; 0]>::default());
        assert_eq!(asked(|it| it.target.query = Some("k=canary%2D7f3a9b".into())), key);
        assert_eq!(asked(|it| it.target.path = "/canary-7f3a9b/users".into()), key);
        assert_eq!(asked(|it| it.body = "{\"k\":\"canary-7f3a9b\"}".into()), key);
        // Base64 of `someone:canary-7f3a9b`.
        let basic = "Basic c29tZW9uZTpjYW5hcnktN2YzYTli";
        let mut request = request("GET", "https://a.test/");
        request.headers.insert("authorization", basic.parse().unwrap());
        assert_eq!(carried(&secrets, &request).into_iter().collect::<Vec<_>>(), key);
    }

    #[test]
    fn the_very_same_request_is_the_same_in_every_part() {
        let mut requests = Requests::default();
        let mut ask = |change: fn(&mut Request), status: u16, answer: &'static str| {
            let mut request = request("POST", "https://a.test/search");
            request.headers.insert("accept", "*/*".parse().unwrap());
            change(&mut request);
            let seen = Seen::of(&request, &Secrets::default());
            requests.note(seen, &request, status, &Bytes::from_static(answer.as_bytes()));
            requests.repeated().iter().map(|it| (it.times, it.same_answer)).collect::<Vec<_>>()
        };
        assert_eq!(ask(|_| {}, 200, "a"), []);
        assert_eq!(ask(|it| it.body = "{}".into(), 200, "a"), []);
        assert_eq!(ask(|it| it.method = "GET".parse().unwrap(), 200, "a"), []);
        assert_eq!(ask(|it| it.target.query = Some("b".into()), 200, "a"), []);
        assert_eq!(ask(|it| it.headers.clear(), 200, "a"), []);
        assert_eq!(ask(|_| {}, 429, "a"), []);
        assert_eq!(ask(|_| {}, 201, "a"), [(2, true)]);
        assert_eq!(ask(|_| {}, 200, "b"), [(3, false)]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut requests = Requests::default();
        for number in 0..SHAPES + 5 {
            let request = request("GET", &format!("https://h{number}.test/"));
            requests.note(Seen::of(&request, &Secrets::default()), &request, 200, &Bytes::new());
        }
        assert_eq!((requests.shapes.len(), requests.shapeless), (SHAPES, 5));
        assert_eq!(requests.origins.len(), ORIGINS);
    }
}
