//! Whatever a secret is made of, it does not survive, and its request is answered.

use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::scene::{Scene, ask, player, written};

/// A request that says a secret in one of its parts.
fn asked(part: usize, secret: &str) -> String {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC);
    let json = serde_json::to_string(secret).unwrap();
    match part {
        0 => format!("GET https://a.test/x?a=1&key={encoded}"),
        1 => format!("GET https://a.test/x?a=p-{encoded}-s"),
        2 => format!(
            "POST https://a.test/x\ncontent-type: application/x-www-form-urlencoded\n\na=1&key={encoded}"
        ),
        3 => format!(
            "POST https://a.test/x\ncontent-type: application/json\n\n{{\"a\": [1, {{\"key\": {json}}}]}}"
        ),
        4 => format!("POST https://a.test/x\ncontent-type: text/plain\n\nsee {secret} there"),
        5 => format!("GET https://a.test/v1/{encoded}/x"),
        6 => {
            use base64::Engine as _;
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("me:{secret}"));
            format!("GET https://a.test/x\nauthorization: Basic {basic}")
        }
        _ => format!("GET https://a.test/x\nx-key: {secret}"),
    }
}

const PARTS: usize = 8;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_secret_survives_and_its_request_is_answered(
        secret in "[ -~é€😀]{6,24}",
        fake in "[ -~é€😀]{6,24}",
        part in 0..PARTS,
    ) {
        let [secret, fake] = [secret, fake].map(|text| format!("k{}z", text.trim()));
        // What a header cannot carry, and what is part of every recording.
        prop_assume!(HeaderValue::from_bytes(secret.as_bytes()).is_ok() && fake != secret);
        prop_assume!(!fake.contains("..") && !secret.contains(".."));
        let scene = Scene::with(&[("key", &secret)]).take(&asked(part, &secret), &serde_json::json!({"a": secret}).to_string());
        let scrubbed = scene.scrubbed();
        let text = written(&scrubbed);
        let json = serde_json::to_string(&secret).unwrap();
        prop_assert!(!text.contains(&secret) && !text.contains(&json[1..json.len() - 1]), "{text}");
        let encoded = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
        prop_assert!(!text.contains(&encoded), "{text}");
        prop_assert_eq!(&scrubbed.notes, &Vec::<String>::new());
        let player = player(&scrubbed, &[("key", &fake)], "2030-01-01T00:00:00Z");
        prop_assert_eq!(ask(&player, &asked(part, &fake)), Ok(0), "{}", text);
        prop_assert!(ask(&player, &asked(part, &secret)).is_err());
    }
}
