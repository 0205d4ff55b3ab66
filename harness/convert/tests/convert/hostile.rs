use std::fs;

use connector_convert::{Format, Options, import_bytes};
use proptest::prelude::*;

use crate::sample::path;

/// Whole files of every format.
fn samples() -> Vec<(Format, Vec<u8>)> {
    let files = [
        ("browser.har", Format::Har),
        ("vcrpy.yaml", Format::Vcr),
        ("ruby.yml", Format::Vcr),
        ("nock.json", Format::Nock),
        ("wiremock/mappings/users.json", Format::WireMock),
        ("wiremock/mappings/token.json", Format::WireMock),
    ];
    files.into_iter().map(|(name, format)| (format, fs::read(path(name)).unwrap())).collect()
}

/// What is put in the place of a piece of a file.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "null",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "1e999",
            "99999999999999999999",
            "true",
            "{{secret:x}}",
            "{{now:date}}",
            "{{",
            "!!binary",
            "&a",
            "*a",
            "\\ud800",
            "\r\n",
            "\u{feff}",
            "%",
            "https://",
            "\"encoding\": \"base64\",",
            "GET",
            "content-encoding",
            "gzip",
            "1f8b",
            ": ",
            ",",
            "\"",
            "Bearer ",
            "transfer-encoding",
            "chunked",
            "repeat",
            "\u{0}",
            "?",
            "#",
            "@",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        (1_usize..3_000).prop_map(|depth| "[".repeat(depth).into_bytes()),
    ]
}

/// Loads or says why not, in one line that holds nothing of the recording's credentials.
fn is_sound(bytes: &[u8], format: Option<Format>) -> Result<(), TestCaseError> {
    let options = Options { format, base_url: Some("https://a.test".into()) };
    match import_bytes(bytes, "/x/x", &options) {
        Ok(imported) => {
            let text = imported.tape.to_json().unwrap();
            let loaded = connector_replay::Tape::parse(&text, "x");
            prop_assert!(loaded.is_ok(), "what was imported does not load: {:?}", loaded.err());
        }
        Err(error) => {
            let error = error.to_string();
            prop_assert!(!error.contains("canary"), "{error}");
            prop_assert!(!error.contains('\n') && error.chars().count() < 1_000, "{error}");
            prop_assert!(!error.contains("wanted what a cassette can hold"), "{error}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_recording_is_imported_or_refused_and_nothing_else(
        sample in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, piece()), 1..4),
        forced in any::<bool>(),
    ) {
        let (format, mut bytes) = samples().remove(sample);
        for (at, length, piece) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        is_sound(&bytes, forced.then_some(format))?;
    }

    #[test]
    fn a_recording_that_breaks_off_is_imported_or_refused(sample in 0_usize..6, at in any::<prop::sample::Index>()) {
        let (format, bytes) = samples().remove(sample);
        is_sound(&bytes[..at.index(bytes.len())], Some(format))?;
    }
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    for (format, bytes) in samples() {
        let options = Options { format: Some(format), base_url: Some("https://a.test".into()) };
        let text = String::from_utf8(bytes).unwrap();
        let tape =
            |text: &str| match import_bytes(text.as_bytes(), path("wiremock/mappings/x.json"), &options) {
                Ok(imported) => imported.tape.to_json().unwrap(),
                Err(error) => panic!("{format}: failed to {error}"),
            };
        let plain = tape(&text);
        assert_eq!(tape(&format!("\u{feff}{}", text.replace('\n', "\r\n"))), plain, "{format}");
    }
}

#[test]
fn fields_of_the_wrong_type_are_named_by_entry() {
    let har = |entry: &str| {
        format!(
            r#"{{"log": {{"entries": [{{"request": {{"method": "GET", "url": "https://a.test/"}}, "response": {{"status": 200}}}}, {entry}]}}}}"#
        )
    };
    for (text, wanted) in [
        (har("{}"), "entry 2: missing field `request`"),
        (
            har(r#"{"request": {"method": "GET", "url": 1}, "response": {"status": 200}}"#),
            "entry 2: request.url: invalid type: integer `1`",
        ),
        (
            har(r#"{"request": {"method": "GET", "url": "/x"}, "response": {"status": 200}}"#),
            "entry 2: url: wanted a whole URL",
        ),
        (
            har(r#"{"request": {"method": "a b", "url": "http://a.test"}, "response": {"status": 200}}"#),
            "entry 2: method: wanted a method",
        ),
        (
            har(r#"{"request": {"method": "GET", "url": "http://a.test"}, "response": {"status": 1e999}}"#),
            "entry 2: response.status: number out of range",
        ),
        (
            har(
                r#"{"request": {"method": "GET", "url": "http://a.test"}, "response": {"status": 200, "content": {"text": "?", "encoding": "base64"}}}"#,
            ),
            "entry 2: response.content.text: wanted base64",
        ),
        (format!(r#"{{"log": {{"entries": {}}}}}"#, "[".repeat(100_000)), "entry 1: "),
    ] {
        let error =
            import_bytes(text.as_bytes(), "x.har", &Options { format: Some(Format::Har), base_url: None })
                .unwrap_err()
                .to_string();
        assert!(
            error.starts_with("import x.har as har: ") && error.contains(wanted),
            "got {error}, want {wanted}"
        );
    }
}
