use connector_convert::{Options, export_har, import_bytes};
use connector_replay::{
    Body, BodyFile, Header, Interaction, RecordedRequest, RecordedResponse, Tape, Template,
};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~é\u{1f600}]{0,12}",
        Just("{{secret:a.b}}".to_owned()),
        Just("{{open}}token:x}} & {{now-1d:%H:%M}}".to_owned()),
    ]
}

fn header() -> impl Strategy<Value = Header> {
    let name = prop_oneof![
        "[a-z][a-z0-9-]{0,8}",
        Just("content-type".to_owned()),
        Just("content-length".to_owned()),
        Just("authorization".to_owned())
    ];
    (name, text())
        .prop_map(|(name, value)| Header { name: name.parse().unwrap(), value: Template::new(value) })
}

fn body() -> impl Strategy<Value = Option<Body>> {
    let json = prop_oneof![
        Just("{\"b\":1.00,\"a\":[12345678901234567890]}".to_owned()),
        text().prop_map(|text| Value::from(text).to_string()),
        Just("{ \"a\" : \"{{now:epoch}}\" }".to_owned()),
    ];
    let file = (
        prop_oneof![Just("bodies/1.json"), Just("x.txt"), Just("x.bin")],
        prop::collection::vec(any::<u8>(), 0..9),
    );
    prop_oneof![
        Just(None),
        json.prop_map(|json| Some(Body::Json(RawValue::from_string(json).unwrap()))),
        prop_oneof![text(), "[\\na-b]{0,5}"].prop_map(|text| Some(Body::Text(text))),
        prop::collection::vec(text(), 0..4).prop_map(|lines| Some(Body::Lines(lines))),
        prop::collection::vec((text(), text()), 0..4).prop_map(|pairs| Some(Body::Form(pairs))),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| Some(Body::Base64(bytes))),
        file.prop_map(|(path, bytes)| Some(Body::File(BodyFile::new(path, bytes).unwrap()))),
    ]
}

fn interaction() -> impl Strategy<Value = Interaction> {
    let url = prop_oneof![
        Just("https://a.test/".to_owned()),
        Just("http://a.test:81/{{secret:x}}?q=a+b&{{token:t}}".to_owned()),
        "https://a\\.test/[a-z%~]{0,5}\\?[a-z=&+]{0,8}",
    ];
    let method = prop_oneof![Just("GET"), Just("HEAD"), Just("POST"), Just("M-SEARCH")];
    let headers = || prop::collection::vec(header(), 0..4);
    let request = (method, url, headers(), body()).prop_map(|(method, url, headers, body)| RecordedRequest {
        method: method.parse().unwrap(),
        url: Template::new(url),
        headers,
        body,
    });
    let response = (200_u16..1000, headers(), body()).prop_map(|(status, headers, body)| RecordedResponse {
        status,
        headers,
        body,
    });
    (prop::option::of(text()), request, response, any::<bool>(), any::<bool>()).prop_map(
        |(note, request, response, repeat, optional)| Interaction {
            note,
            request,
            response,
            repeat,
            optional,
        },
    )
}

/// With the bytes of bodies in files, which a tape's own text does not hold.
fn shown(tape: &Tape) -> String {
    let bytes = |body: &Option<Body>| match body {
        Some(Body::File(file)) => file.bytes().to_vec(),
        _ => Vec::new(),
    };
    let files: Vec<_> =
        tape.interactions.iter().map(|it| (bytes(&it.request.body), bytes(&it.response.body))).collect();
    format!("{}{files:?}", tape.to_json().unwrap())
}

proptest! {
    #[test]
    fn a_cassette_comes_back_from_har_as_it_was(interactions in prop::collection::vec(interaction(), 0..5), meta in any::<bool>()) {
        let mut tape = Tape::new(interactions);
        tape.meta = meta.then(|| RawValue::from_string("{\"z\":1.0,\"a\":{}}".to_owned()).unwrap());
        let har = export_har(&tape).unwrap();
        let back = import_bytes(har.as_bytes(), "x.har", &Options::default()).unwrap();
        prop_assert_eq!(shown(&back.tape), shown(&tape));
        prop_assert!(back.notes.is_empty());
        prop_assert_eq!(export_har(&back.tape).unwrap(), har);
    }
}

/// The fields that HAR 1.2 demands, with a type that it allows.
#[test]
fn what_is_exported_has_all_that_har_demands() {
    let tape = Tape::parse(
        r#"{"cassette": 1, "interactions": [
            {"note": "n", "request": {"method": "POST", "url": "https://a.test/?q=a+b&c", "body": {"form": [["x", "{{secret:k}}"], ["y", "1 2"]]}},
             "response": {"status": 302, "headers": [["location", "/next"], ["content-type", "text/csv"]], "body": {"lines": ["a", "b"]}}},
            {"request": {"method": "GET", "url": "https://a.test/"}, "response": {"status": 204}}]}"#,
        "",
    )
    .unwrap();
    let har: Value = serde_json::from_str(&export_har(&tape).unwrap()).unwrap();
    let log = &har["log"];
    assert_eq!((&log["version"], &log["creator"]["name"]), (&"1.2".into(), &"connector-convert".into()));
    assert!(log["creator"]["version"].is_string() && log["comment"].is_string());
    for entry in log["entries"].as_array().unwrap() {
        for (pointer, is) in [
            ("/startedDateTime", Value::is_string as fn(&Value) -> bool),
            ("/time", Value::is_number),
            ("/cache", Value::is_object),
            ("/timings/send", Value::is_number),
            ("/timings/wait", Value::is_number),
            ("/timings/receive", Value::is_number),
            ("/request/method", Value::is_string),
            ("/request/url", Value::is_string),
            ("/request/httpVersion", Value::is_string),
            ("/request/cookies", Value::is_array),
            ("/request/headers", Value::is_array),
            ("/request/queryString", Value::is_array),
            ("/request/headersSize", Value::is_number),
            ("/request/bodySize", Value::is_number),
            ("/response/status", Value::is_number),
            ("/response/statusText", Value::is_string),
            ("/response/httpVersion", Value::is_string),
            ("/response/cookies", Value::is_array),
            ("/response/headers", Value::is_array),
            ("/response/content/size", Value::is_number),
            ("/response/content/mimeType", Value::is_string),
            ("/response/redirectURL", Value::is_string),
            ("/response/headersSize", Value::is_number),
            ("/response/bodySize", Value::is_number),
        ] {
            assert!(entry.pointer(pointer).is_some_and(is), "{pointer} in {entry}");
        }
    }
    let first = &log["entries"][0];
    assert_eq!(first["startedDateTime"], "1970-01-01T00:00:00.000Z");
    assert_eq!(log["entries"][1]["startedDateTime"], "1970-01-01T00:00:00.001Z");
    assert_eq!(first["request"]["queryString"][0], serde_json::json!({"name": "q", "value": "a b"}));
    assert_eq!(first["request"]["postData"]["text"], "x={{secret:k}}&y=1+2");
    assert_eq!(
        (&first["response"]["redirectURL"], &first["response"]["content"]["text"]),
        (&"/next".into(), &"a\nb\n".into())
    );
}
