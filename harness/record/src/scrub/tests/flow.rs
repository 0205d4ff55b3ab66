//! What clients do, from the recording to a replay at another time with other secrets.

use super::super::jwt;
use super::scene::{Scene, ask, player, request, tape, written};
use crate::suspects;

const LATER: &str = "2030-01-02T03:04:05.5Z";

#[test]
fn a_refreshed_token_is_the_same_wherever_it_goes() {
    let refresh = |token: &str| {
        format!(
            "POST https://id.test/oauth/token\ncontent-type: application/x-www-form-urlencoded\n\ngrant_type=refresh_token&client_id=app&client_secret=s3cr3t%2Fclient&refresh_token={token}"
        )
    };
    let get = |token: &str| {
        format!("GET https://api.test/v1/items?page=1\nauthorization: Bearer {token}\nuser-agent: x/1")
    };
    let scene = Scene::with(&[("credentials.client_secret", "s3cr3t/client"), ("credentials.refresh_token", "r3fresh-one-9Zk3vK8Tf")])
        .take(&refresh("r3fresh-one-9Zk3vK8Tf"), r#"{"access_token": "acc3ss-one-Zk3vK8TfWlR7", "refresh_token": "r3fresh-two-Pm5NcDxZ", "token_type": "Bearer", "scope": "read:all write:all", "expires_in": 3600}"#)
        .take(&get("acc3ss-one-Zk3vK8TfWlR7"), r#"{"items": [], "status": "required"}"#)
        .take(&refresh("r3fresh-two-Pm5NcDxZ"), r#"{"access_token": "acc3ss-two-Qq9vK8TfWlR7", "token_type": "Bearer", "scope": "read:all write:all", "expires_in": 3600}"#)
        .take(&get("acc3ss-two-Qq9vK8TfWlR7"), r#"{"items": [1]}"#);
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    for wanted in [
        r#""access_token": "{{token:access_token}}""#,
        r#"["authorization", "Bearer {{token:access_token}}"]"#,
        r#"["refresh_token", "{{token:refresh_token}}"]"#,
        r#"["refresh_token", "{{secret:credentials.refresh_token}}"]"#,
        r#""scope": "read:all write:all""#,
        r#"["client_id", "app"]"#,
        r#""token_type": "Bearer""#,
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("user-agent") && !text.contains("acc3ss") && !text.contains("r3fresh"), "{text}");
    let player = player(
        &scrubbed,
        &[("credentials.client_secret", "f/ke &"), ("credentials.refresh_token", "fake-r")],
        LATER,
    );
    let token = |refresh: &str| {
        format!(
            "POST https://id.test/oauth/token\n\ngrant_type=refresh_token&client_id=app&client_secret=f%2Fke+%26&refresh_token={refresh}"
        )
    };
    assert_eq!(ask(&player, &token("fake-r")), Ok(0));
    assert_eq!(ask(&player, &get("token-access_token-made-up")), Ok(1));
    assert_eq!(ask(&player, &token("token-refresh_token-made-up")), Ok(2));
    assert!(ask(&player, &get("acc3ss-one-Zk3vK8TfWlR7")).is_err(), "the real token is not known");
    assert_eq!((suspects(&tape(&scrubbed)), scrubbed.notes), (Vec::new(), Vec::<String>::new()));
}

#[test]
fn client_credentials_in_basic_are_told_apart() {
    // me:s3cr3t-value
    let scene = Scene::with(&[("client_secret", "s3cr3t-value")])
        .take("POST https://id.test/token\nauthorization: Basic bWU6czNjcjN0LXZhbHVl\n\ngrant_type=client_credentials", r#"{"access_token": "Zk3vK8TfWlR7Pm5NcDxZ"}"#)
        .take("GET https://api.test/x\nx-auth: Zk3vK8TfWlR7Pm5NcDxZ", "{}")
        .take("GET https://api.test/y\nauthorization: Basic b3RoZXI6OVprM3ZLOFRmV2xSNw==", "{}");
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(text.contains(r#"["authorization", "Basic {{base64:me:{{secret:client_secret}}}}"]"#), "{text}");
    assert!(text.contains(r#"["x-auth", "{{token:access_token}}"]"#), "{text}");
    assert!(text.contains(r#"["authorization", "Basic {{opaque}}"]"#), "{text}");
    let player = player(&scrubbed, &[("client_secret", "fake")], LATER);
    // me:fake
    let asked =
        "POST https://id.test/token\nauthorization: Basic bWU6ZmFrZQ==\n\ngrant_type=client_credentials";
    assert_eq!(ask(&player, asked), Ok(0));
}

#[test]
fn a_cookie_that_logs_in_is_a_token_and_others_stay() {
    let scene = Scene::with(&[("password", "pa55-word!")])
        .take(
            "POST https://a.test/login\n\n{\"user\": \"me\", \"password\": \"pa55-word!\"}",
            "set-cookie: SID=Zk3vK8TfWlR7Pm5N; Path=/; Expires=Thu, 21 Jan 2027 15:00:00 GMT\nset-cookie: lang=en; Path=/\n\n{\"ok\": true}",
        )
        .take("GET https://a.test/items\ncookie: lang=en; SID=Zk3vK8TfWlR7Pm5N", "{}")
        .take("GET https://a.test/items\ncookie: lang=en; SID=Zk3vK8TfWlR7Pm5N; own=1; z=2", "{}");
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(
        text.contains(r#"["set-cookie", "SID={{token:SID}}; Path=/; Expires={{now+60d:http}}"]"#),
        "{text}"
    );
    assert!(text.contains(r#"["cookie", "lang=en; SID={{token:SID}}"]"#), "{text}");
    assert!(text.contains(r#"["cookie", "lang=en; SID={{token:SID}}; own={{opaque}}"]"#), "{text}");
    let player = player(&scrubbed, &[("password", "fake")], LATER);
    assert_eq!(ask(&player, "GET https://a.test/items\ncookie: SID=token-SID-made-up; lang=en"), Ok(1));
}

#[test]
fn an_assertion_that_the_client_signs_keeps_what_it_claims() {
    let assertion = |iss: &str, iat: i64, signature: &str| {
        let claims = serde_json::json!({"iss": iss, "scope": "all", "iat": iat, "exp": iat + 3600});
        let jwt = jwt::token(&claims.to_string(), signature);
        format!(
            "POST https://id.test/token\ncontent-type: application/x-www-form-urlencoded\n\ngrant_type=jwt-bearer&assertion={jwt}"
        )
    };
    for (secrets, fakes, iss, fake) in [
        (
            &[("private_key", "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----\n")][..],
            &[][..],
            "me@a.test",
            "me@a.test",
        ),
        (
            &[("client_email", "me@a.test")][..],
            &[("client_email", "you@b.test")][..],
            "me@a.test",
            "you@b.test",
        ),
    ] {
        let issued =
            jwt::token(r#"{"sub": "1234567890", "iat": 1795359600, "exp": 1795363200}"#, "Zk3vK8TfWlR7");
        let scene = Scene::with(secrets)
            .take(&assertion(iss, 1_795_359_600, "one"), &format!("{{\"access_token\": \"{issued}\"}}"))
            .take(&format!("GET https://api.test/x\nauthorization: Bearer {issued}"), "{}");
        let scrubbed = scene.scrubbed();
        assert!(scrubbed.notes.is_empty() && suspects(&tape(&scrubbed)).is_empty(), "{scrubbed:?}");
        let lines = scene.lines();
        assert!(!lines[0].contains(&issued[issued.len() - 8..]), "no signature: {}", lines[0]);
        let begin = lines[0].find("{\"access_token\": \"").unwrap() + 18;
        let expression = lines[0][begin..].split('"').next().unwrap();
        assert!(expression.starts_with("{{jwt:eyJ"), "{expression}");
        assert!(lines[1].contains(&format!("\"Bearer {expression}\"")), "{}", lines[1]);
        let player = player(&scrubbed, fakes, LATER);
        assert_eq!(ask(&player, &assertion(fake, 1_893_553_445, "other")), Ok(0));
        assert!(ask(&player, &assertion("another", 1_893_553_445, "other")).is_err());
    }
}

#[test]
fn a_token_that_the_client_signs_for_a_header_is_compared_by_what_it_claims() {
    let asked = |iss: &str, iat: i64| {
        let claims = serde_json::json!({"iss": iss, "iat": iat, "exp": iat + 600});
        format!(
            "GET https://a.test/x\nauthorization: Bearer {}",
            jwt::token(&claims.to_string(), &iat.to_string())
        )
    };
    let scrubbed = Scene::default().take(&asked("app", 1_795_359_600), "{}").scrubbed();
    assert!(written(&scrubbed).contains("Bearer {{jwt:"), "{}", written(&scrubbed));
    let player = player(&scrubbed, &[], LATER);
    assert_eq!(ask(&player, &asked("app", 1_893_553_440)), Ok(0));
    assert!(ask(&player, &asked("other", 1_893_553_440)).is_err());
}

#[test]
fn a_key_in_the_query_and_in_links_of_the_answer_is_one() {
    let scene = Scene::with(&[("api_key", "k3y/0123+x")])
        .take("GET https://a.test/items?api_key=k3y%2F0123%2Bx&limit=2", r#"{"next": "https://a.test/items?api_key=k3y%2F0123%2Bx&after=Y3Vyc29yOjEwMA%3D%3D", "cursor": "Y3Vyc29yOjEwMA=="}"#)
        .take("GET https://a.test/items?api_key=k3y%2F0123%2Bx&after=Y3Vyc29yOjEwMA%3D%3D", "[]");
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(
        text.contains(
            r#""next": "https://a.test/items?api_key={{secret:api_key}}&after=Y3Vyc29yOjEwMA%3D%3D""#
        ),
        "{text}"
    );
    assert!(text.contains(r#""cursor": "Y3Vyc29yOjEwMA==""#), "{text}");
    let player = player(&scrubbed, &[("api_key", "fake &key")], LATER);
    assert_eq!(ask(&player, "GET https://a.test/items?limit=2&api_key=fake+%26key"), Ok(0));
    assert_eq!(ask(&player, "GET https://a.test/items?api_key=fake%20%26key&after=Y3Vyc29yOjEwMA=="), Ok(1));
}

#[test]
fn a_signature_is_not_told_and_not_compared() {
    let scene = Scene::with(&[("secret_key", "wJalrXUtnFEMI/K7MDENG")])
        .take("GET https://s3.test/b\nauthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024\nx-api-key: unknown", "")
        .take("GET https://x.test/b?symbol=A&signature=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "");
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(text.contains(r#"["authorization", "AWS4-HMAC-SHA256 {{opaque}}"]"#), "{text}");
    assert!(text.contains(r#"["x-api-key", "{{opaque}}"]"#), "{text}");
    assert_eq!(
        scrubbed.ignore,
        ["query signature".parse().map(|part| connector_replay::Rule { path: None, part }).unwrap()]
    );
    let player = player(&scrubbed, &[("secret_key", "x")], LATER);
    assert_eq!(
        ask(&player, "GET https://s3.test/b\nauthorization: AWS4-HMAC-SHA256 other\nx-api-key: other"),
        Ok(0)
    );
    assert_eq!(ask(&player, "GET https://x.test/b?symbol=A&signature=ffff"), Ok(1));
    assert!(ask(&player, "GET https://x.test/b?symbol=B&signature=ffff").is_err());
}

#[test]
fn a_signed_link_that_an_answer_hands_out_is_followed() {
    let signed = "https://files.test/1.csv?X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";
    let scene = Scene::default()
        .take("GET https://a.test/export", &format!("{{\"url\": \"{signed}\"}}"))
        .take(&format!("GET {signed}"), "a,b\n1,2\n");
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert_eq!(text.matches("X-Amz-Signature={{token:X-Amz-Signature}}").count(), 2, "{text}");
    assert!(scrubbed.ignore.is_empty());
    let player = player(&scrubbed, &[], LATER);
    assert_eq!(
        ask(&player, "GET https://files.test/1.csv?X-Amz-Signature=token-X-Amz-Signature-made-up"),
        Ok(1)
    );
}

#[test]
fn what_pages_are_told_by_and_ids_stay_readable() {
    let scene = Scene::with(&[("api_key", "k3y-0123456789")])
        .take("POST https://a.test/search\n\n{\"api_key\": \"k3y-0123456789\", \"q\": \"x\"}", r#"{"data": [{"id": "cus_NffrFeUfNV2Hib", "sha": "6f1ed002ab5595859014ebf0951522d9"}], "next_page_token": "CAUQAA9Zk3vK8TfWlR7", "has_more": true}"#)
        .take("POST https://a.test/search\n\n{\"api_key\": \"k3y-0123456789\", \"page_token\": \"CAUQAA9Zk3vK8TfWlR7\"}", "{}")
        .take("GET https://a.test/customers/cus_NffrFeUfNV2Hib?starting_after=cus_NffrFeUfNV2Hib", "{}");
    let text = written(&scene.scrubbed());
    assert_eq!(text.matches("CAUQAA9Zk3vK8TfWlR7").count(), 2, "{text}");
    assert_eq!(text.matches("cus_NffrFeUfNV2Hib").count(), 3, "{text}");
    assert!(text.contains("6f1ed002ab5595859014ebf0951522d9") && !text.contains("{{token"), "{text}");
}

#[test]
fn times_move_with_now_and_what_the_client_knew_does_not() {
    let mut scene = Scene::default()
        .take(
            "GET https://a.test/items?since=2024-01-01T00%3A00%3A00Z&until=2026-11-22T15%3A00%3A02.500Z&state=1795350000\nif-modified-since: Sun, 22 Nov 2026 14:00:00 GMT",
            "date: Sun, 22 Nov 2026 15:00:03 GMT\nx-ratelimit-reset: 1795363200\ncontent-type: application/json\n\n{\"created\": 1795359590, \"at\": \"2026-11-22T14:59:50+00:00\", \"text\": \"1795359590\", \"old\": 1704801601, \"float\": 1795359000.5, \"expires_at\": \"2028-11-22T15:00:00Z\", \"cursor\": 1795350000}",
        )
        .take("POST https://a.test/report\n\n{\"from\": 1795359600, \"day\": \"2026-11-22\"}", "")
        .take("GET https://a.test/items?float=1795359000", "");
    scene.known = vec![r#"{"cursor": 1795350000}"#.to_owned()];
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    for wanted in [
        "since=2024-01-01T00%3A00%3A00Z&until={{now+2.5s:%Y-%m-%dT%H:%M:%S%.3fZ}}&state=1795350000",
        r#"["if-modified-since", "Sun, 22 Nov 2026 14:00:00 GMT"]"#,
        r#"["date", "{{now+3s:http}}"]"#,
        r#"["x-ratelimit-reset", "{{now+1h:epoch}}"]"#,
        r#""at": "{{now-10s:%Y-%m-%dT%H:%M:%S+00:00}}""#,
        r#""old": 1704801601"#,
        r#""float": 1795359000.5"#,
        r#""expires_at": "{{now+731d:%Y-%m-%dT%H:%M:%SZ}}""#,
        r#""cursor": 1795350000"#,
        r#""from": "{{now:epoch}}""#,
        r#""day": "{{now:date}}""#,
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    let player = player(&scrubbed, &[], LATER);
    assert_eq!(
        ask(
            &player,
            "GET https://a.test/items?since=2024-01-01T00:00:00Z&until=2030-01-02T03:04:30.000Z&state=1795350000"
        ),
        Ok(0)
    );
    assert_eq!(
        ask(&player, "POST https://a.test/report\n\n{\"from\": 1893553446, \"day\": \"2030-01-02\"}"),
        Ok(1)
    );
    assert_eq!(
        ask(&player, "GET https://a.test/items?float=1795359000"),
        Ok(2),
        "carried on from a number that stays"
    );
}

#[test]
fn data_are_the_same_in_every_run_and_the_clients_clock_is_that_of_its_run() {
    let list = "date: Sun, 22 Nov 2026 15:00:00 GMT\n\n{\"items\": [{\"created\": 1795359590}], \"expires_at\": 1795364400}";
    let mut scene = Scene::default()
        .take("GET https://a.test/items", list)
        .take("GET https://a.test/items", list)
        .take("GET https://a.test/items?since=1795359590&until=1795360800", "");
    for take in &mut scene.takes[1..] {
        take.track = 1;
    }
    let scrubbed = scene.scrubbed();
    assert_eq!(scrubbed.notes, [""; 0]);
    let lines = scene.lines();
    for (line, wanted) in [
        (0, r#""created": "{{now-10s:epoch}}""#),
        (0, "{{now:http}}"),
        (0, r#""expires_at": "{{now+80m:epoch}}""#),
        (1, r#""created": "{{now-10s:epoch}}""#),
        (1, "{{now-20m:http}}"),
        (1, r#""expires_at": "{{now+1h:epoch}}""#),
        (2, "since={{now-10s:epoch}}&until={{now:epoch}}"),
    ] {
        assert!(lines[line].contains(wanted), "{wanted}\n{}", lines[line]);
    }
    let player = player(&scrubbed, &[], LATER);
    assert_eq!(ask(&player, "GET https://a.test/items?since=1893553435&until=1893553445"), Ok(2));
}

#[test]
fn a_session_that_is_called_something_else_is_known_by_where_it_goes() {
    let scene = Scene::default()
        .take("GET https://a.test/connect", "x-subject: Zk3vK8TfWlR7\n\n{\"result\": {\"value\": \"9f86d081884c7d65\"}, \"other\": \"plain text 1\"}")
        .take("GET https://a.test/x\nx-session: 9f86d081884c7d65\nx-auth-thing: Zk3vK8TfWlR7", "{\"echo\": \"9f86d081884c7d65\"}")
        .take("GET https://a.test/y\nidempotency-key: 0f8fad5b-d9cb-469f-a165-70867728950e", "{\"key\": \"0f8fad5b-d9cb-469f-a165-70867728950e\"}");
    let text = written(&scene.scrubbed());
    assert_eq!(text.matches("{{token:value}}").count(), 3, "{text}");
    assert_eq!(text.matches("{{token:x-subject}}").count(), 2, "{text}");
    assert!(text.contains(r#"["idempotency-key", "{{opaque}}"]"#), "{text}");
}

#[test]
fn a_file_of_json_is_answered_to_the_byte_and_without_its_secrets() {
    let file = "{\"id\": 1.0, \"pin\": \"7e4c\", \"key\": \"s3cr3t\\/value\"}\n";
    let headers = "content-type: binary/octet-stream\ncontent-range: bytes 0-53/54";
    let many = "[\n  {\"pin\": \"7e4c\"}\n]\n";
    let scrubbed = Scene::with(&[("pin", "7e4c"), ("key", "s3cr3t/value")])
        .take("GET https://a.test/one", &format!("{headers}\n\n{file}"))
        .take("GET https://a.test/many", &format!("content-type: text/plain\n\n{many}"))
        .scrubbed();
    let text = written(&scrubbed);
    assert!(!text.contains("7e4c") && !text.contains("s3cr3t"), "{text}");
    let player = player(&scrubbed, &[("pin", "1234"), ("key", "made-up-value")], LATER);
    let body = |url: &str| player.answer(&request(&format!("GET https://a.test/{url}"))).body().clone();
    assert_eq!(body("one"), "{\"id\": 1.0, \"pin\": \"1234\", \"key\": \"made-up-value\"}\n");
    assert_eq!(body("many"), "[\n  {\"pin\": \"1234\"}\n]\n");
}

#[test]
fn text_that_looks_like_an_expression_means_itself() {
    let scene = Scene::default().take(
        "POST https://a.test/x\nx-a: {{secret:key}}\n\n{\"a\": \"{{secret:key}} {{name}}\"}",
        "<p>{{now:date}}</p>",
    );
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(
        text.contains("{{open}}secret:key}} {{name}}") && text.contains("<p>{{open}}now:date}}</p>"),
        "{text}"
    );
    let player = player(&scrubbed, &[], LATER);
    assert_eq!(
        ask(&player, "POST https://a.test/x\nx-a: {{secret:key}}\n\n{\"a\": \"{{secret:key}} {{name}}\"}"),
        Ok(0)
    );
}

#[test]
fn requests_are_what_they_were() {
    let text = "POST https://a.test:8443/a%20b/c%3Ad?x=%7B%22a%22%3A1%7D&y&z=a+b\ncontent-type: text/csv\n\na,b\n1,2\n";
    let scene = Scene::default().take(text, "");
    let scrubbed = scene.scrubbed();
    assert_eq!(scrubbed.interactions[0].interaction.request.url.as_str(), request(text).target.to_string());
    assert_eq!(ask(&player(&scrubbed, &[], LATER), text), Ok(0));
    assert!(scrubbed.notes.is_empty(), "{:?}", scrubbed.notes);
}

#[test]
fn a_secret_of_several_lines_is_in_no_header() {
    let secret = "first line 1\nsecond line 2";
    let spelled = "first%20line%201%0Asecond%20line%202";
    let scene = Scene::with(&[("key", secret)]).take(
        &format!("GET https://a.test/x\nx-key: {spelled}"),
        &format!("x-echo: {spelled}\n\n\"{spelled}\""),
    );
    let scrubbed = scene.scrubbed();
    let text = written(&scrubbed);
    assert!(text.contains(r#"["x-key", "{{opaque}}"]"#) && !text.contains("x-echo"), "{text}");
    assert!(scrubbed.notes.iter().any(|note| note.contains("header x-echo")), "{:?}", scrubbed.notes);
    let player = player(&scrubbed, &[("key", "one\ntwo")], LATER);
    assert_eq!(ask(&player, "GET https://a.test/x\nx-key: one%0Atwo"), Ok(0));
}

#[test]
fn a_nonce_is_passed_over_however_little_it_looks_drawn() {
    for nonce in ["dc883a9c3881585b", "0000000000000a00"] {
        let scene = Scene::default().take(&format!("GET https://a.test/x?nonce={nonce}"), "1");
        let scrubbed = scene.scrubbed();
        assert!(written(&scrubbed).contains("?nonce={{token:nonce}}"), "{}", written(&scrubbed));
        assert_eq!(scrubbed.ignore.len(), 1);
    }
}
