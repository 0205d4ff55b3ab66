#[path = "../examples/slack/api.rs"]
mod api;

use api::{Slack as Workspace, TOKEN};
use connector_sdk::testing::{Transcript, Trial};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use super::*;

const ALL: [&str; 5] = ["users", "channels", "channel_members", "channel_messages", "threads"];
const NOW: &str = "2024-03-15T12:00:00Z";

async fn answering(slack: impl Respond + 'static) -> (MockServer, Slack) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(slack).mount(&server).await;
    let slack = Slack { url: format!("{}/api", server.uri()) };
    (server, slack)
}

fn config() -> Value {
    json!({ "api_token": TOKEN, "start_date": "2023-11-01" })
}

fn with(mut config: Value, field: &str, value: impl Into<Value>) -> Value {
    config[field] = value.into();
    config
}

/// A field of each record of a stream.
fn each(read: &Transcript, stream: &str, field: &str) -> Vec<Value> {
    read.records(stream).iter().map(|record| record[field].clone()).collect()
}

/// The state of one channel in one stream.
fn state(stream: &str, channel: &str, at: &str) -> Value {
    let state = json!({ "partitions": { channel: at } });
    json!([{ "type": "STREAM", "stream": { "stream_descriptor": { "name": stream }, "stream_state": state } }])
}

#[tokio::test]
async fn killed_at_any_line_and_resumed_no_record_is_lost() {
    let (_server, slack) = answering(Workspace::new()).await;
    let kills = Trial::of(&slack, config()).now(NOW).side_by_side().killed_anywhere(ALL).await.unwrap();
    assert_eq!(kills.records, 61);
    assert!(kills.resumed >= 5, "{kills:?}");
}

#[tokio::test]
async fn killed_at_any_line_of_an_incremental_read_no_record_is_lost() {
    let (_server, slack) = answering(Workspace::new()).await;
    let begin = state("threads", "C04GENERAL1", "1709913600.000000");
    let trial = Trial::of(&slack, config()).now(NOW).state(begin);
    let kills = trial.killed_anywhere(["channel_messages", "threads"]).await.unwrap();
    assert!(kills.records > 20 && kills.resumed > 2, "{kills:?}");
}

#[tokio::test]
async fn what_is_refused_at_first_comes_all_the_same() {
    let (_server, slack) = answering(Workspace::new()).await;
    let smooth = Trial::of(&slack, config()).now(NOW).read(ALL).await;
    let (_server, slack) = answering(Workspace::with_faults()).await;
    let rough = Trial::of(&slack, config()).now(NOW).read(ALL).await;
    assert_eq!(ALL.map(|stream| rough.records(stream)), ALL.map(|stream| smooth.records(stream)));
    let logs = rough.logs().join("\n");
    assert!(logs.contains("500") && logs.contains("429"), "{logs}");
}

#[tokio::test]
async fn threads_come_in_the_order_in_which_they_began() {
    let (_server, slack) = answering(Workspace::new()).await;
    let config = with(config(), "channel_filter", json!(["wheel-engineering"]));
    let read = Trial::of(&slack, config).now(NOW).read(["threads"]).await;
    let begun = each(&read, "threads", "thread_ts");
    assert_eq!((&begun[0], &begun[8]), (&json!("1701352800.000600"), &json!("1704877200.000800")));
    assert_eq!(begun.len(), 11);
}

#[tokio::test]
async fn a_reply_to_an_old_thread_is_found_within_the_lookback_window() {
    let (_server, slack) = answering(Workspace::new()).await;
    // The thread began on the first of March, so it is a week and a half old.
    let begin = || state("threads", "C04GENERAL1", "1710201600.000000");
    for (days, replies) in [(7, 0), (14, 3)] {
        let config = with(config(), "lookback_window", days);
        let config = with(config, "channel_filter", json!(["general"]));
        let read = Trial::of(&slack, config).now(NOW).state(begin()).read(["threads"]).await;
        assert_eq!(read.records("threads").len(), replies, "{days} days");
        assert_eq!(read.states("threads").last().unwrap()["partitions"]["C04GENERAL1"], "1710500400.000000");
    }
}

#[tokio::test]
async fn a_channel_that_the_app_joins_later_is_read_from_its_first_message() {
    let (server, slack) = answering(Workspace::new()).await;
    let stranger = Trial::of(&slack, config()).now(NOW).read(["channel_messages"]).await;
    assert!(!each(&stranger, "channel_messages", "channel_id").contains(&json!("C04DESIGN55")));
    let logs = stranger.logs().join("\n");
    assert!(logs.contains("the messages of 2 channels are passed over"), "{logs}");
    assert!(logs.contains("design, launch-2023"), "{logs}");
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|request| request.method == "GET"), "nothing was to be changed");

    let joining = with(config(), "join_channels", true);
    let trial = Trial::of(&slack, joining).now(NOW).state(stranger.state());
    let member = trial.read(["channel_messages"]).await;
    assert_eq!(each(&member, "channel_messages", "channel_id"), ["C04DESIGN55"]);
}

#[tokio::test]
async fn private_channels_are_read_if_the_config_says_so() {
    let (_server, slack) = answering(Workspace::new()).await;
    let closed = Trial::of(&slack, config()).now(NOW).read(["channels"]).await;
    assert!(!each(&closed, "channels", "name").contains(&json!("finance")));
    let open = with(config(), "include_private_channels", true);
    let open = Trial::of(&slack, open).now(NOW).read(["channels", "channel_messages"]).await;
    assert!(each(&open, "channels", "name").contains(&json!("finance")));
    assert!(each(&open, "channel_messages", "channel_id").contains(&json!("C04FINANCE6")));
}

#[tokio::test]
async fn each_refusal_says_who_can_mend_it() {
    for (refusal, failure_type, says) in [
        (json!({ "error": "invalid_auth" }), "config_error", "does not accept this API token: invalid_auth"),
        (
            json!({ "error": "token_revoked" }),
            "config_error",
            "does not accept this API token: token_revoked",
        ),
        (
            json!({ "error": "missing_scope", "needed": "users:read" }),
            "config_error",
            "scope users:read: add it",
        ),
        (json!({ "error": "internal_error" }), "transient_error", "internal_error"),
        (json!({ "error": "ratelimited" }), "transient_error", "ratelimited"),
        (json!({ "error": "invalid_cursor" }), "system_error", "invalid_cursor"),
    ] {
        let body = with(refusal.clone(), "ok", false);
        let (_server, slack) = answering(ResponseTemplate::new(200).set_body_json(body)).await;
        let read = Trial::of(&slack, config()).now(NOW).read(["users"]).await;
        let error = read.messages().iter().find(|message| message["trace"]["type"] == "ERROR").unwrap();
        assert_eq!(error["trace"]["error"]["failure_type"], failure_type, "{refusal}");
        assert!(read.errors()[0].contains(says), "{refusal}: {:?}", read.errors());
    }
}

#[tokio::test]
async fn a_channel_that_is_gone_since_it_was_listed_has_no_members() {
    let gone = json!({ "ok": false, "error": "channel_not_found" });
    let (server, slack) = answering(Workspace::new()).await;
    server.reset().await;
    let members = Mock::given(wiremock::matchers::path("/api/conversations.members"));
    members.respond_with(ResponseTemplate::new(200).set_body_json(gone)).mount(&server).await;
    Mock::given(any()).respond_with(Workspace::new()).mount(&server).await;
    let read = Trial::of(&slack, config()).now(NOW).read(["channel_members"]).await;
    assert_eq!(read.statuses("channel_members").last().unwrap(), "COMPLETE", "{:?}", read.errors());
    assert_eq!(read.records("channel_members").len(), 0);
}
