use std::collections::BTreeMap;
use std::fmt;

use connector_replay::{Body, Interaction, Tape};

use super::encoded::Encoded;
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
                Err(_) => self.packed(side, file.bytes()),
            },
            Body::Base64(bytes) => self.packed(side, bytes),
        }
    }

    /// What is compressed within cannot be searched: that has to be said.
    fn packed(&mut self, side: &str, bytes: &[u8]) {
        const MAGIC: [&[u8]; 5] = [b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf"];
        if MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
            let place = format!("{} {side} body", self.line);
            let packed = || (0, "a compressed file, which cannot be searched".to_owned());
            self.found.entry(place).or_insert_with(packed).0 += 1;
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
        for word in text.split(|mark: char| mark.is_whitespace() || ",;\"'<>()[]{}\u{1}".contains(mark)) {
            if let Some(query) = leaf::query_in(word) {
                let mut found = None;
                leaf::pairs(&query, &mut |name, value| {
                    let credential = name::is_credential(name) || name::is_signature(name);
                    if is_known(value) || (credential && is_random(value, SHORTEST)) {
                        found = Some(value.to_owned());
                    }
                });
                if let Some(value) = found {
                    self.add(place, &value);
                }
                continue;
            }
            let random = !data
                && (SHORTEST..LONGEST).contains(&word.len())
                && !word.contains("//")
                && is_random(word, SHORTEST)
                && (credential || !(is_typed_id(word) || is_path(word) || is_commit(word) || is_text(word)));
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

/// Base64 of what people read: a file, a cursor.
fn is_text(word: &str) -> bool {
    let text = Encoded::whole(word).and_then(|encoded| String::from_utf8(encoded.bytes).ok());
    text.is_some_and(|text| {
        let printed = text.chars().all(|it| !it.is_control() || it.is_whitespace());
        printed && !text.split_whitespace().any(|word| is_known(word) || is_random(word, SHORTEST))
    })
}

/// The name of a commit: what is in a repository is called so everywhere.
fn is_commit(word: &str) -> bool {
    word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str, headers: &str, body: &str) -> Vec<(String, usize, String)> {
        let text = format!(
            r#"{{"cassette": 1, "interactions": [{{"request": {{"method": "GET", "url": "{url}"}}, "response": {{"status": 200, "headers": [{headers}], "body": {{"json": {body}}}}}}}]}}"#
        );
        let suspects = suspects(&Tape::parse(&text, "test").unwrap());
        suspects.into_iter().map(|it| (it.place, it.count, it.sample)).collect()
    }

    #[test]
    fn what_is_left_is_named_by_its_place_and_masked() {
        let body = r#"{"data": [{"key": "sk_test_4eC39HqLyjWDarjt"}, {"key": "sk_test_4eC39HqLyjWDarjT"}], "note": "use glpat-4eC39HqLyjWDarjt here"}"#;
        let header = r#"["x-seal", "9f86d081884c7d659a2feaa0c55ad015"]"#;
        let found = found(
            "https://a.test/v1/users/12345?page=2&key=AIzaSyD4eC39HqLyjWDarjtT1zdp7dc012345",
            header,
            body,
        );
        let line = "GET https://a.test/v1/users/*";
        let wanted = [
            ("query key", 1, "AIza… (37 characters)"),
            ("response body /data/*/key", 2, "sk_t… (24 characters)"),
            ("response body /note", 1, "glpa… (22 characters)"),
            ("response header x-seal", 1, "9f86… (32 characters)"),
        ];
        assert_eq!(
            found,
            wanted.map(|(place, count, sample)| (format!("{line} {place}"), count, sample.to_owned()))
        );
    }

    #[test]
    fn ids_hashes_links_words_and_expressions_are_no_suspects() {
        let body = r#"{
            "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa", "payment_method": "pm_1MtwBwLkdIwHu7ix28a3tqPa",
            "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5", "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
            "url": "https://api.github.com/repos/octocat/Hello-World/git/6dcb09b5b57875f334f61aebed695e2e4193db5e",
            "token": "{{token:access_token}} {{jwt:eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0}}",
            "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e", "text": "Bearer of many_words_that_are_long2",
            "cursor": "eyJpZCI6IjEyMzQ1Njc4OTAiLCJuYW1lIjoiYSJ9", "path": "users/octocat2/repos/hello-world1",
            "content": "IyBBIHJlYWRtZQpUaGF0IHNheXMgd2hhdCAxIGlzLgo=", "target_commitish": "b8b5b57875f334f61aebed695e2e4193db5e0aaf",
            "avatar_url": "https://avatars.test/u/1?u=d7a8fbb307d7809469ca9abcb0082e4f8d5651e4&v=4"
        }"#;
        let header = r#"["etag", "\"9f86d081884c7d659a2feaa0c55ad015\""]"#;
        assert_eq!(
            found("https://a.test/v1/charges/ch_3MtwBwLkdIwHu7ix28a3tqPa?limit=100", header, body),
            []
        );
    }

    #[test]
    fn what_is_compressed_within_is_said_to_be_unsearched() {
        let tape = r#"{"cassette": 1, "interactions": [{"request": {"method": "GET", "url": "https://a.test/export"},
                       "response": {"status": 200, "body": {"base64": "UEsDBBQAAAAIAA=="}}}]}"#;
        let found = suspects(&Tape::parse(tape, "test").unwrap());
        assert_eq!(
            found[0].to_string(),
            "GET https://a.test/export response body: a compressed file, which cannot be searched"
        );
    }

    #[test]
    fn a_private_key_is_a_suspect() {
        let body = r#"{"pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"}"#;
        assert_eq!(found("https://a.test/", "", body).len(), 1);
    }
}
