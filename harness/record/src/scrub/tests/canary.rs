//! No written byte shows a secret.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use connector_replay::Body;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::jwt;
use super::scene::{Scene, written};
use crate::Error;

/// With all that is written differently somewhere.
const CANARY: &str = "cAn/ry+\"9\u{e4} %41&=?x\\Z>~";
/// What of it shows in any spelling that a person reads.
const PLAIN: [&str; 2] = ["cAn", "9\u{e4}"];

/// How many of its forms cannot be cut out of a URL: hexadecimal digits, base64 in lines, and base64 twice among words.
const REFUSED: usize = 7;

/// The forms in which it may come, inside of a text.
fn forms(secret: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    let unicode = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let bytes = secret.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut forms = vec![
        encoded.clone(),
        encoded.replace("%20", "+"),
        utf8_percent_encode(&encoded, NON_ALPHANUMERIC).to_string(),
        json.clone(),
        json.replace('\\', "\\\\").replace('"', "\\\""),
        json.replace('/', "\\/"),
        unicode,
        bytes,
        hex.to_ascii_uppercase(),
        hex,
        jwt::token(&serde_json::json!({"iss": secret, "iat": 1}).to_string(), "sig"),
        STANDARD.encode(STANDARD.encode(format!("me:{secret}"))),
        STANDARD.encode(serde_json::json!({"key": secret}).to_string()),
    ];
    for prefix in ["", "a", "ab", "user:"] {
        let text = format!("{prefix}{secret}!");
        forms.extend([STANDARD.encode(&text), STANDARD_NO_PAD.encode(&text)]);
        forms.extend([URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)]);
        let lines: Vec<String> = STANDARD
            .encode(&text)
            .as_bytes()
            .chunks(16)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        forms.push(lines.join("\n"));
    }
    forms
}

/// Decodes whatever can be decoded, again and again.
fn shows(text: &str) -> bool {
    let mut texts = vec![text.to_owned()];
    for _ in 0..3 {
        let decoded: Vec<String> = texts
            .iter()
            .flat_map(|text| {
                let words = text.split(|it: char| !(it.is_ascii_alphanumeric() || "+/-_".contains(it)));
                let unwrapped = text.replace("\\n", "").replace('\n', "");
                let unwrapped: Vec<String> = unwrapped.split(['"', ':']).map(str::to_owned).collect();
                let words: Vec<String> = words.map(str::to_owned).chain(unwrapped).collect();
                let mut decoded: Vec<String> = words.iter().flat_map(|word| decodings(word)).collect();
                decoded.push(
                    percent_encoding::percent_decode_str(&text.replace('+', " "))
                        .decode_utf8_lossy()
                        .into_owned(),
                );
                decoded.push(unescaped(text));
                decoded
            })
            .collect();
        texts.extend(decoded);
        texts.sort_unstable();
        texts.dedup();
    }
    texts.iter().any(|text| PLAIN.iter().any(|part| text.contains(part)))
}

fn decodings(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for skip in 0..4.min(word.len()) {
        let Some(rest) = word.get(skip..).map(|rest| rest.trim_end_matches('=')) else { continue };
        for length in [rest.len(), rest.len().saturating_sub(1)] {
            let part = rest.get(..length).unwrap_or_default().replace('-', "+").replace('_', "/");
            found.extend(
                STANDARD_NO_PAD.decode(part).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            );
        }
    }
    if word.len().is_multiple_of(2) && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let bytes: Vec<u8> = (0..word.len())
            .step_by(2)
            .filter_map(|at| u8::from_str_radix(&word[at..at + 2], 16).ok())
            .collect();
        found.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    found
}

fn unescaped(text: &str) -> String {
    let once = serde_json::from_str::<String>(&format!(
        "\"{}\"",
        text.replace('"', "\\\"").replace("\\\\\"", "\\\"")
    ));
    once.unwrap_or_else(|_| text.replace("\\\"", "\"").replace("\\\\", "\\").replace("\\/", "/"))
}

fn parts(form: &str) -> Vec<(String, String)> {
    let in_json = serde_json::to_string(form).unwrap();
    let in_url = utf8_percent_encode(form, NON_ALPHANUMERIC).to_string();
    let in_header = form.replace(['\n', '\r'], "");
    let get = || "GET https://a.test/x".to_owned();
    let json = |text: &str| format!("content-type: application/json\n\n{text}");
    let post = |kind: &str, text: &str| format!("POST https://a.test/x\ncontent-type: {kind}\n\n{text}");
    let key = format!("{{{in_json}: 1}}");
    let value = format!("{{\"a\": [{{\"b\": {in_json}}}]}}");
    let nested = format!("{{\"a\": {}}}", serde_json::to_string(&value).unwrap());
    let xml = format!("<a><b>see {form}</b></a>");
    let csv = format!("a,b\n1,{form}\n2,3\n");
    vec![
        (format!("GET https://a.test/v1/{in_url}/x"), String::new()),
        (format!("GET https://a.test/?q={in_url}"), String::new()),
        (format!("GET https://a.test/?q=before-{in_url}-after"), String::new()),
        (format!("GET https://a.test/?{in_url}=1"), String::new()),
        (format!("{}\nx-plain: {in_header}", get()), String::new()),
        (format!("{}\nauthorization: Bearer {in_header}", get()), String::new()),
        (format!("{}\ncookie: a=1; b={in_header}; c=2", get()), String::new()),
        (format!("{}\nuser-agent: me {in_header}", get()), String::new()),
        (post("application/json", &value), String::new()),
        (post("application/json", &key), String::new()),
        (post("application/json", &nested), String::new()),
        (post("application/x-www-form-urlencoded", &format!("a=1&b={in_url}&{in_url}=2")), String::new()),
        (post("text/plain", &format!("see {form} here")), String::new()),
        (post("application/xml", &xml), String::new()),
        (get(), json(&value)),
        (get(), json(&key)),
        (get(), json(&nested)),
        (get(), format!("content-type: text/csv\n\n{csv}")),
        (get(), format!("content-type: text/html\n\n{xml}")),
        (get(), format!("x-echo: {in_header}\nlocation: https://b.test/{in_url}?x={in_url}\n\n")),
        (get(), format!("set-cookie: sid={in_header}; Path=/\n\n")),
    ]
}

/// What is written of a scene; `None` where it is refused, since nothing is written then.
fn published(scene: &Scene) -> Option<String> {
    match scene.try_scrubbed() {
        Ok(scrubbed) => Some(written(&scrubbed)),
        Err(Error::ShowsSecret { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_secret_shows_in_no_form_and_no_part() {
    let mut refused = BTreeSet::new();
    let mut forms = forms(CANARY);
    forms.push(CANARY.to_owned());
    for form in forms {
        assert!(shows(&form), "the test itself: {form}");
        for (asked, answered) in parts(&form) {
            let scene = Scene::with(&[("key", CANARY)]).take(&asked, &answered);
            let Some(written) = published(&scene) else {
                refused.insert(form.clone());
                continue;
            };
            assert!(!shows(&written), "{form}\n{asked}\n{answered}\n{written}");
        }
    }
    assert_eq!(refused.len(), REFUSED, "{refused:#?}");
}

#[test]
fn a_token_shows_in_no_form_and_no_part() {
    let token = "cAn9Zk3vK8TfWlR7PmNcDx";
    let answer = format!("{{\"access_token\": \"{token}\", \"expires_in\": 3600}}");
    for form in forms(token).into_iter().chain([token.to_owned()]) {
        for (asked, answered) in parts(&form) {
            let scene = Scene::default()
                .take("POST https://a.test/token\n\ngrant_type=x", &answer)
                .take(&asked, &answered);
            let Some(written) = published(&scene) else { continue };
            assert!(!shows(&written) && !written.contains(token), "{form}\n{asked}\n{answered}\n{written}");
        }
    }
}

#[test]
fn a_secret_in_bytes_that_are_no_text_is_cut_out() {
    let mut scene = Scene::with(&[("key", "canary-0123")]).take("PUT https://a.test/x", "");
    scene.takes[0].request.body = [b"\xff\x00", &b"canary-0123"[..], b"\xfe"].concat().into();
    let scrubbed = scene.scrubbed();
    let Some(Body::Text(text)) = &scrubbed.interactions[0].interaction.request.body else { panic!("text") };
    assert_eq!(text, "{{bytes:/wA=}}{{secret:key}}{{bytes:/g==}}");
}

#[test]
fn a_key_of_several_lines_shows_in_no_line() {
    let key =
        "-----BEGIN PRIVATE KEY-----\ncAnMIIEvQIBADANBgkq\nhkiG9w0BAQEFAAcAnSCB\n-----END PRIVATE KEY-----\n";
    for text in
        [key.to_owned(), key.replace('\n', "\r\n"), key.lines().skip(1).collect(), STANDARD.encode(key)]
    {
        let body =
            serde_json::json!({"a": text, "b": serde_json::json!({"key": text}).to_string()}).to_string();
        let scene = Scene::with(&[("key", key)])
            .take("POST https://a.test/x", &body)
            .take(&format!("POST https://a.test/x\ncontent-type: text/plain\n\nsee\n{text}\nend\n"), "");
        let written = written(&scene.scrubbed());
        assert!(!shows(&written), "{text}\n{written}");
    }
}

#[test]
fn a_short_secret_is_replaced_where_it_is_a_whole_value() {
    let scene = Scene::with(&[("pin", "4711")]).take(
        "POST https://a.test/4711/x?pin=4711&n=147110\nauthorization: Basic bWU6NDcxMQ==\nx-pin: pin 4711\n\n{\"pin\": \"4711\", \"n\": 4711, \"text\": \"no 4711\"}",
        "",
    );
    let lines = scene.lines();
    let wanted = "{\"method\":\"POST\",\"url\":\"https://a.test/{{secret:pin}}/x?pin={{secret:pin}}&n=147110\",\"headers\":[[\"authorization\",\"Basic {{base64:me:{{secret:pin}}}}\"],[\"x-pin\",\"pin {{secret:pin}}\"]],\
                  \"body\":{\"json\":{\"pin\": \"{{secret:pin}}\", \"n\": \"{{secret:pin}}\", \"text\": \"no 4711\"}}}";
    assert!(lines[0].contains(wanted), "{}", lines[0]);
}

#[test]
fn of_secrets_that_hold_each_other_the_longest_goes_first() {
    let scene = Scene::with(&[("short", "secret"), ("long", "secret-and-more")])
        .take("GET https://a.test/secret-and-more?x=secret", "");
    assert!(
        scene.lines()[0].contains("https://a.test/{{secret:long}}?x={{secret:short}}"),
        "{:?}",
        scene.lines()
    );
}

#[test]
fn what_cannot_be_cut_out_is_refused_without_being_shown() {
    let hex: Vec<String> = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let scene = Scene::with(&[("key", CANARY)]).take(&format!("GET https://a.test/?q={}", hex.concat()), "");
    let error = scene.try_scrubbed().unwrap_err().to_string();
    let wanted =
        "scrub take 0, a GET request: the URL of a request shows a secret in a form that cannot be cut out";
    assert!(error.starts_with(wanted) && error.contains("nothing is written; read fewer streams"), "{error}");
    // In a body it can be removed, and that is said.
    let scene = Scene::with(&[("key", CANARY)])
        .take("GET https://a.test/", &format!("{{\"a\": \"{}\", \"b\": 1}}", hex.concat()));
    let scrubbed = scene.scrubbed();
    assert!(
        written(&scrubbed).contains("\"a\": \"removed\",\n            \"b\": 1"),
        "{}",
        written(&scrubbed)
    );
    assert!(
        scrubbed.notes[0].starts_with("In the body of a response, text that shows a secret"),
        "{:?}",
        scrubbed.notes
    );
    // Of JSON that is kept to the byte the rest stays too.
    for (before, after) in [("{", "}"), ("{\n", "\n}\n")] {
        let file = |value: &str| format!("{before}\"a\": \"{value}\", \"b\": 1{after}");
        let scrubbed = Scene::with(&[("key", CANARY)])
            .take("GET https://a.test/", &format!("content-type: text/plain\n\n{}", file(&hex.concat())))
            .scrubbed();
        let body = scrubbed.interactions[0].interaction.response.body.as_ref().unwrap();
        assert_eq!(body.to_bytes(&connector_replay::Terms::default()).unwrap(), file("removed"));
    }
}

#[test]
fn a_take_of_no_known_run_is_an_error() {
    let mut scene = Scene::default().take("GET https://a.test/", "");
    scene.takes[0].track = 2;
    let error = scene.try_scrubbed().unwrap_err().to_string();
    assert_eq!(error, "scrub the recording: wanted one of its 2 runs, got a take of run 2");
}
