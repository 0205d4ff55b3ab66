use super::*;

fn text(element: &RawValue) -> String {
    element.get().to_owned()
}

/// The elements of a body that comes in pieces of `size` bytes, and what stands around them.
fn split_in(size: usize, mut splitter: Splitter, body: &[u8]) -> Result<(Vec<String>, String), Flaw> {
    let mut elements = Vec::new();
    for piece in body.chunks(size) {
        splitter.feed(Bytes::copy_from_slice(piece))?;
        while let Some(element) = splitter.next(text)? {
            assert_eq!(splitter.element(), element);
            elements.push(element);
        }
    }
    splitter.end();
    while let Some(element) = splitter.next(text)? {
        assert_eq!(splitter.element(), element);
        elements.push(element);
    }
    Ok((elements, splitter.envelope().to_owned()))
}

/// The same, whatever the pieces.
fn split(path: &str, body: &str) -> Result<(Vec<String>, String), Flaw> {
    let whole = split_in(body.len().max(1), Splitter::at(path), body.as_bytes());
    for size in 1..body.len().min(40) {
        let pieces = split_in(size, Splitter::at(path), body.as_bytes());
        assert_eq!(pieces, whole, "in pieces of {size}: {body}");
    }
    whole
}

#[test]
fn elements_come_as_they_were_sent_and_the_rest_is_kept() {
    let body = "{\"object\": \"list\", \"data\": [ {\"n\": 1.10, \"s\": \"]}\\\"\"},\n 12, \"é\", [ ], null ]\n, \"more\": true}";
    let (elements, envelope) = split("data", body).unwrap();
    assert_eq!(elements, ["{\"n\": 1.10, \"s\": \"]}\\\"\"}", "12", "\"é\"", "[ ]", "null"]);
    assert_eq!(envelope, r#"{"object":"list","data":[],"more":true}"#);
}

#[test]
fn the_array_is_found_at_any_depth() {
    let body =
        r#"{"items": [0], "data": {"other": {"items": [1]}, "items": [2, 3], "next": "x"}, "d": {"a": []}}"#;
    assert_eq!(split("data.items", body).unwrap().0, ["2", "3"]);
    assert_eq!(split("data.other.items", body).unwrap().0, ["1"]);
    assert_eq!(split("a.b", r#"{"a": {"c": []}, "a.b": [7]}"#).unwrap().0, ["7"]);
    assert_eq!(split("name", r#"{"n\u0061me": [7]}"#).unwrap().0, ["7"]);
}

#[test]
fn the_first_of_two_arrays_of_one_name_is_taken() {
    assert_eq!(split("a", r#"{"a": [1], "a": [2]}"#).unwrap().0, ["1"]);
}

#[test]
fn the_root_may_be_the_array_or_the_only_record() {
    assert_eq!(split("", " [1, {}] ").unwrap(), (vec!["1".into(), "{}".into()], "[]".into()));
    assert_eq!(split("", r#"{"a": [1]}"#).unwrap().0, [r#"{"a": [1]}"#]);
    assert_eq!(
        split("a", r#"{"a": {"b": 1}, "c": 2}"#).unwrap(),
        (vec![r#"{"b": 1}"#.into()], r#"{"a":null,"c":2}"#.into())
    );
    assert_eq!(split("", "[]").unwrap().0, [""; 0]);
}

#[test]
fn null_in_place_of_the_array_means_no_records() {
    assert_eq!(split("data", r#"{"data": null, "more": false}"#).unwrap().0, [""; 0]);
    assert_eq!(split("", "null").unwrap().0, [""; 0]);
}

#[test]
fn a_body_without_the_array_is_refused() {
    let absent = |path: &str| Flaw::Absent { path: path.into() };
    assert_eq!(split("data", r#"{"error": "no"}"#).unwrap_err(), absent("data"));
    assert_eq!(split("data.items", r#"{"data": null}"#).unwrap_err(), absent("data.items"));
    assert_eq!(split("data.items", r#"{"data": {"x": {"items": [1]}}}"#).unwrap_err(), absent("data.items"));
    assert_eq!(split("data", "[1]").unwrap_err(), absent("data"));
    assert_eq!(
        split("data", r#"{"data": "none"}"#).unwrap_err().to_string(),
        "the body has a string at `data`, where an array of records was expected"
    );
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    for (body, offset) in [
        ("{\"data\": [1, 2 3]}", 15),
        ("{\"data\": [1,\n {\"a\":\n x}]}", 21),
        ("{\"data\": [1,]}", 12),
        ("{\"data\": [1]} x", 14),
        ("{\"data\" [1]}", 8),
        ("{\"data\": [1],}", 13),
        ("{,\"data\": [1]}", 1),
        ("<html>", 0),
        ("{\"data\": [\"\t\"]}", 10),
        ("{\"data\": [01]}", 11),
    ] {
        let Flaw::Syntax { offset: told, what } = split("data", body).unwrap_err() else { panic!("{body}") };
        assert_eq!(told, offset, "{body}: {what}");
    }
}

#[test]
fn text_that_is_no_utf_8_is_refused() {
    for body in [&b"{\"data\": [\"\xff\"]}"[..], b"{\"data\": [], \"\xc3\x28\": 1}"] {
        for size in [1, 7, 100] {
            let flaw = split_in(size, Splitter::at("data"), body).unwrap_err();
            assert!(matches!(flaw, Flaw::Syntax { .. }), "{flaw}");
        }
    }
}

#[test]
fn every_body_that_breaks_off_is_known_as_such() {
    let body = r#"{"a": {"b": 1}, "data": [{"n": -1.5e+7}, true, -2.5], "more": [true]}"#;
    for end in 0..body.len() {
        let flaw = split("data", &body[..end]).unwrap_err();
        assert_eq!(flaw, Flaw::Truncated { offset: end }, "{}", &body[..end]);
    }
}

#[test]
fn values_may_follow_one_another() {
    let lines = "{\"a\": 1}\n12\n\n{\"a\":\n2}\n3";
    for size in 1..lines.len() {
        let (values, _) = split_in(size, Splitter::values(), lines.as_bytes()).unwrap();
        assert_eq!(values, ["{\"a\": 1}", "12", "{\"a\":\n2}", "3"], "{size}");
    }
    assert_eq!(split_in(1, Splitter::values(), b"").unwrap().0, [""; 0]);
    assert!(split_in(9, Splitter::values(), b"{} }").is_err());
}

#[test]
fn no_more_is_kept_than_the_element_at_hand() {
    let mut splitter = Splitter::at("");
    splitter.feed(Bytes::from_static(b"[")).unwrap();
    let element = format!("\"{}\",", "x".repeat(999));
    for _ in 0..10_000 {
        splitter.feed(element.clone().into()).unwrap();
        assert!(splitter.next(text).unwrap().is_some());
    }
    assert!(splitter.buffer.capacity() < 10_000, "{}", splitter.buffer.capacity());
}

#[test]
fn a_large_element_in_small_pieces_is_scanned_a_few_times() {
    let mut splitter = Splitter::at("");
    splitter.feed(Bytes::from_static(b"[\"")).unwrap();
    let mut scans = 0;
    for _ in 0..10_000 {
        let before = splitter.tried;
        splitter.feed(Bytes::from_static(&[b'x'; 100])).unwrap();
        assert!(splitter.next(text).unwrap().is_none());
        scans += usize::from(splitter.tried != before);
    }
    assert!(scans < 25, "{scans}");
    splitter.feed(Bytes::from_static(b"\"]")).unwrap();
    splitter.end();
    assert_eq!(splitter.next(text).unwrap().unwrap().len(), 1_000_002);
}

#[test]
fn a_large_rest_is_refused() {
    let large = "x".repeat(ENVELOPE);
    for body in
        [format!("{{\"a\": \"{large}\", \"data\": []}}"), format!("{{\"data\": [], \"a\": \"{large}\"}}")]
    {
        let flaw = split_in(100_000, Splitter::at("data"), body.as_bytes()).unwrap_err();
        assert_eq!(flaw.to_string(), "the body has more than 4194304 bytes outside of `data`");
    }
    let record = [b"[\"", vec![b'x'; RECORD].as_slice()].concat();
    let flaw = split_in(16 << 20, Splitter::at(""), &record).unwrap_err();
    assert_eq!(flaw, Flaw::LargeRecord { limit: RECORD });
}
