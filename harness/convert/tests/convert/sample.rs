use std::path::PathBuf;

use connector_convert::{Error, Format, Imported, Options, export_har, import, import_bytes};
use connector_replay::{Cassette, Player, Request, Responder, Target, Terms};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Every sample, and what it is.
pub(crate) const ALL: [(&str, Format); 5] = [
    ("browser.har", Format::Har),
    ("vcrpy.yaml", Format::Vcr),
    ("ruby.yml", Format::Vcr),
    ("nock.json", Format::Nock),
    ("wiremock", Format::WireMock),
];

pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name)
}

fn options() -> Options {
    Options { format: None, base_url: Some("https://api.example.test".into()) }
}

fn imported(name: &str) -> Imported {
    import(path(name), &options()).unwrap_or_else(|error| panic!("{name}: failed to {error}"))
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// Method, URL, headers and body.
type Asked<'a> = (&'a str, &'a str, Pairs<'a>, &'a [u8]);

/// What is left unasked when a client has asked these.
fn unasked(imported: &Imported, requests: &[Asked<'_>]) -> Vec<String> {
    let player = Player::new(Cassette::new(imported.tape.clone(), "", &Terms::default()).unwrap());
    for (method, url, headers, body) in requests {
        let target: Target = serde_json::from_value((*url).into()).unwrap();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        let request =
            Request { method: method.parse().unwrap(), target, headers, body: body.to_vec().into() };
        player.answer(&request);
    }
    player.unasked().into_iter().map(|left| format!("{} {}", left.method, left.url)).collect()
}

#[test]
fn every_sample_is_known_and_nothing_secret_is_left_of_it() {
    for (name, format) in ALL {
        let imported = imported(name);
        assert_eq!(imported.format, format);
        let tape = imported.tape.to_json().unwrap();
        let har = export_har(&imported.tape).unwrap();
        let notes = imported.notes.join("\n");
        for written in [&tape, &har, &notes] {
            assert!(!written.contains("canary"), "{name}: {written}");
        }
        assert!(tape.contains("9007199254740993"), "numbers keep their digits: {tape}");
    }
}

/// A client that is given the made-up values and passes on what it is handed out.
#[test]
fn a_client_is_answered_from_what_was_imported() {
    let with_token: Pairs<'_> =
        &[("authorization", "Bearer token-access_token-made-up"), ("cookie", "sid=token-sid-made-up")];
    let users = "https://api.example.test/users?api_key=made-up-api_key&page=1";
    let secret = b"grant_type=client_credentials&client_secret=made-up-client_secret";
    let basic: Pairs<'_> = &[("authorization", "Basic eDp5")];
    for (name, _) in ALL {
        let (token_headers, upload_headers): (Pairs<'_>, Pairs<'_>) =
            if name == "vcrpy.yaml" { (basic, with_token) } else { (&[], &[]) };
        let left = unasked(
            &imported(name),
            &[
                ("POST", "https://api.example.test/token", token_headers, secret),
                ("GET", users, with_token, b""),
                ("GET", users, with_token, b""),
                ("PUT", "https://api.example.test/upload", upload_headers, b"\x00\xff"),
                ("PUT", "https://api.example.test/upload", &[], b"\xe9\xff"),
                ("GET", "https://files.example.test/a.bin", &[], b""),
            ],
        );
        assert_eq!(left, [""; 0], "{name}");
        let stranger = unasked(&imported(name), &[("GET", users, &[("authorization", "Bearer other")], b"")]);
        assert!(stranger.iter().any(|left| left.contains("/users")), "{name}: {stranger:?}");
    }
}

#[test]
fn what_was_not_kept_is_said_of_its_entries() {
    let said = |name: &str, wanted: &str| {
        let notes = imported(name).notes;
        assert!(notes.iter().any(|note| note.starts_with(wanted)), "{name}: {wanted}: {notes:#?}");
    };
    said("browser.har", "entry 6: left out: it was aborted");
    said("browser.har", "entry 7: left out: a websocket");
    said("browser.har", "entry 3: asked and answered as before");
    said("browser.har", "entry 4: user name and password in the URL are left out");
    said("browser.har", "entries 1, 3: a credential in the request's URL is replaced by `made-up-api_key`");
    said("vcrpy.yaml", "entry 1: the value of the request header `authorization` is a credential");
    said("vcrpy.yaml", "entry 1: the token `access_token` that the answer hands out");
    said("nock.json", "entry 4: left out: its body is a pattern");
    said("wiremock", "entry upload.json: `response.fixedDelayMilliseconds` is not kept");
    said("wiremock", "entry 3 of users.json: left out: its URL is a pattern");
}

#[test]
fn a_recording_that_is_none_says_what_was_wanted() {
    let error =
        |bytes: &[u8], options: &Options| import_bytes(bytes, "x.bin", options).unwrap_err().to_string();
    let none = Options::default();
    assert!(
        error(b"", &none).starts_with("tell what x.bin is: wanted a HAR, a VCR cassette"),
        "{}",
        error(b"", &none)
    );
    let forced = Options { format: Some(Format::Har), base_url: None };
    assert_eq!(error(b"{}", &forced), "import x.bin as har: missing field `log` at line 1 column 2");
    let base = Options { format: Some(Format::WireMock), base_url: Some("canary".into()) };
    assert!(error(b"{}", &base).starts_with("put paths behind the base URL: wanted one such as https://"));
    assert!(matches!(import(path("none.har"), &none), Err(Error::Read { .. })));
    assert!(matches!(import(path("wiremock"), &forced), Err(Error::Unknown { .. })));
}
