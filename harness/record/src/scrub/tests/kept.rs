//! Secrets that change while a client is recorded, since it asks to keep others.

use super::scene::{Scene, ask, player, written};

const LATER: &str = "2030-01-02T03:04:05.5Z";

#[test]
fn what_the_client_asked_to_keep_is_a_token_where_an_answer_handed_it_out() {
    let scrubbed = Scene::with(&[("password", "pa55-word!")])
        .gaining(&[("session", "plain-word"), ("cookie", "tiny-1"), ("device", "d3vice-Zk3vK8Tf")])
        .take(
            "GET https://a.test/hello\nx-device: d3vice-Zk3vK8Tf",
            "set-cookie: c=tiny-1\n\n{\"state\": \"plain-word\"}",
        )
        .take("GET https://a.test/items?state=plain-word\nx-device: d3vice-Zk3vK8Tf\ncookie: c=tiny-1", "[]")
        .scrubbed();
    let text = written(&scrubbed);
    for wanted in [
        r#""state": "{{token:state}}""#,
        "items?state={{token:state}}",
        r#"["cookie", "c={{token:c}}"]"#,
        r#"["x-device", "{{secret:device}}"]"#,
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert_eq!((scrubbed.gained, scrubbed.notes), (vec!["device".to_owned()], Vec::new()));
}

#[test]
fn requests_with_any_value_that_a_secret_had_are_answered_with_the_one_of_the_replay() {
    let asked = |token: &str, basic: &str| {
        format!(
            "POST https://id.test/token?old={token}\nauthorization: Basic {basic}\ncontent-type: application/x-www-form-urlencoded\n\nrefresh_token={token}"
        )
    };
    // me:secret-one, me:secret-two, me:made-up
    let scrubbed = Scene::with(&[
        ("refresh", "rt_9Zk3vK8T/f"),
        ("password", "secret-one"),
        ("refresh", "rt_Pm5NcDxZ/7"),
        ("password", "secret-two"),
        ("refresh", "rt_Qq9vK8Tf/3"),
    ])
    .take(&asked("rt_9Zk3vK8T%2Ff", "bWU6c2VjcmV0LW9uZQ=="), r#"{"refresh_token": "rt_Pm5NcDxZ/7"}"#)
    .take(&asked("rt_Pm5NcDxZ%2F7", "bWU6c2VjcmV0LW9uZQ=="), r#"{"refresh_token": "rt_Qq9vK8Tf/3"}"#)
    .take(&asked("rt_Qq9vK8Tf%2F3", "bWU6c2VjcmV0LXR3bw=="), r#"{"refresh_token": "rt_Qq9vK8Tf/3"}"#)
    .scrubbed();
    assert_eq!(scrubbed.notes, [""; 0]);
    let player = player(&scrubbed, &[("refresh", "fake-r"), ("password", "made-up")], LATER);
    for place in 0..3 {
        assert_eq!(ask(&player, &asked("fake-r", "bWU6bWFkZS11cA==")), Ok(place));
    }
}
