use std::collections::BTreeMap;
use std::fmt;

use connector_replay::{Body, Interaction, Tape};

use super::json::{self, Leaf, Sink};
use super::random::{self, is_random};
use super::{leaf, name};

/// The fewest characters of what looks drawn at random.
const SHORTEST: usize = 20;
/// What is longer is data: an image, an archive.
const LONGEST: usize = 512;
/// How much of a value is shown.
const SHOWN: usize = 4;

/// How credentials of well-known services begin, and with how many more characters at least they go on.
const KNOWN: [(&str, usize); 25] = [
    ("-----BEGIN ", 8),
    ("AIza", 30),
    ("AKIA", 16),
    ("ASIA", 16),
    ("EAAC", 30),
    ("SG.", 20),
    ("dop_v1_", 20),
    ("eyJ", 30),
    ("gho_", 20),
    ("ghp_", 20),
    ("ghr_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("npm_", 20),
    ("pk_live_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("shpat_", 16),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("whsec_", 8),
    ("xox", 10),
    ("ya29.", 16),
];

/// What looks like a secret and is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Where: the request's line without ids, and the header, the name in the query or the JSON pointer, with `*` for
    /// every item of a list.
    pub place: String,
    /// How many values there are.
    pub count: usize,
    /// The first characters of one, and how long it is.
    pub sample: String,
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Suspect { place, count, sample } = self;
        match count {
            1 => write!(f, "{place}: {sample}"),
            count => write!(f, "{place}: {count} values such as {sample}"),
        }
    }
}

/// What looks like a secret on a tape: strings that begin as the credentials of well-known services do, and those that
/// look drawn at random and are neither ids nor hashes.
pub fn suspects(tape: &Tape) -> Vec<Suspect> {
    let mut scan = Scan::default();
    tape.interactions.iter().for_each(|interaction| scan.interaction(interaction));
    let found = scan.found.into_iter();
    found.map(|(place, (count, sample))| Suspect { place, count, sample }).collect()
}

#[derive(Default)]
struct Scan {
    found: BTreeMap<String, (usize, String)>,
    /// The request's line.
    line: String,
}

impl Scan {
    fn interaction(&mut self, interaction: &Interaction) {
        let url = plain(interaction.request.url.as_str());
        let (address, query) = url.split_once('?').unwrap_or((&url, ""));
        let is_data = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit()) && part.len() > 3;
        let parts = address.splitn(4, '/').collect::<Vec<_>>();
        let path = parts.get(3).copied().unwrap_or_default();
        let line =
            path.split('/').map(|part| if is_data(part) { "*" } else { part }).collect::<Vec<_>>().join("/");
        self.line =
            format!("{} {}/{line}", interaction.request.method, parts[..parts.len().min(3)].join("/"));
        for part in path.split('/') {
            // Random or not, an id in a path is read by people.
            if is_known(part) {
                self.add("path", part);
            }
        }
        leaf::pairs(query, &mut |name, value| self.look(&format!("query {name}"), name, value));
        for (side, headers, body) in [
            ("request", &interaction.request.headers, &interaction.request.body),
            ("response", &interaction.response.headers, &interaction.response.body),
        ] {
            for header in headers {
                let name = header.name.as_str();
                let data =
                    ["etag", "if-none-match", "if-match", "link", "location", "content-md5", "last-modified"]
                        .contains(&name);
                let value = plain(header.value.as_str());
                if !data || is_known(&value) {
                    self.look(&format!("{side} header {name}"), name, &value);
                }
            }
            if let Some(body) = body {
                self.body(side, body);
            }
        }
    }

    fn body(&mut self, side: &str, body: &Body) {
        match body {
            Body::Json(json) => self.json(side, json.get()),
            Body::Form(pairs) => {
                for (name, value) in pairs {
                    self.look(&format!("{side} body {name}"), name, &plain(value));
                }
            }
            Body::Text(text) => self.look(&format!("{side} body"), "", &plain(text)),
            Body::Lines(lines) => {
                for line in lines {
                    self.look(&format!("{side} body"), "", &plain(line));
                }
            }
            Body::File(file) => match std::str::from_utf8(file.bytes()) {
                Ok(text) if json::is_structure(text) => self.json(side, text),
                Ok(text) => self.look(&format!("{side} body"), "", &plain(text)),
                Err(_) => {}
            },
            Body::Base64(_) => {}
        }
    }

    fn json(&mut self, side: &str, json: &str) {
        struct Strings<'a>(&'a mut Scan, &'a str);

        impl Sink for Strings<'_> {
            fn plain(&mut self, _: &str) {}

            fn leaf(&mut self, path: &[String], leaf: Leaf<'_>, _: &str) {
                if let Leaf::String(text) = leaf {
                    let name = path.iter().rev().find(|name| *name != "*").map_or("", String::as_str);
                    self.0.look(&format!("{} body /{}", self.1, path.join("/")), name, &plain(text));
                }
            }
        }

        json::walk(json, &mut Strings(self, side));
    }

    fn look(&mut self, place: &str, name: &str, text: &str) {
        let credential = name::is_credential(name);
        let data = !credential && (name::is_id(name) || name::is_cursor(name));
        let words = text.split(|mark: char| mark.is_whitespace() || ",;\"'<>()[]{}&?\u{1}".contains(mark));
        for word in words {
            let random = !data
                && (SHORTEST..LONGEST).contains(&word.len())
                && !word.contains("//")
                && is_random(word, SHORTEST)
                && (credential || !(is_typed_id(word) || is_path(word)));
            if random || is_known(word) {
                return self.add(place, word);
            }
        }
        if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
            self.add(place, text);
        }
    }

    fn add(&mut self, place: &str, value: &str) {
        let sample = || {
            let begin: String = value.chars().take(SHOWN).collect();
            format!("{begin}… ({} characters)", value.chars().count())
        };
        let (count, _) = self.found.entry(format!("{} {place}", self.line)).or_insert_with(|| (0, sample()));
        *count += 1;
    }
}

fn is_known(word: &str) -> bool {
    let known = KNOWN.iter().any(|(begin, more)| {
        let rest = word.strip_prefix(begin);
        rest.is_some_and(|rest| {
            rest.len() >= *more && rest.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
        })
    });
    known && (!word.starts_with("eyJ") || word.matches('.').count() == 2)
}

/// Such as `pi_3MtwBwLkdIwHu7ix28a3tqPa`: its first part says that it is an id, and of what.
fn is_typed_id(word: &str) -> bool {
    let Some((kind, id)) = word.rsplit_once('_') else { return false };
    kind.len() <= SHORTEST
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && !kind.split('_').any(|part| ["secret", "token", "key"].contains(&part))
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !random::is_uuid(id)
}

/// Such as `users/octocat/repos`: its parts are words.
fn is_path(word: &str) -> bool {
    word.contains('/') && !word.split('/').any(|part| is_random(part, SHORTEST))
}

/// What a template says by itself, a mark in the place of each expression.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("{{") {
            depth += 1;
            rest = &rest[2..];
        } else if depth > 0 && rest.starts_with("}}") {
            depth -= 1;
            plain.push('\u{1}');
            rest = &rest[2..];
        } else {
            if depth == 0 {
                plain.push(next);
            }
            rest = &rest[next.len_utf8()..];
        }
    }
    if depth == 0 { plain } else { text.to_owned() }
}
