use std::net::TcpListener;

use connector_sdk::testing::{Transcript, Trial};
use serde_json::{Value, json};
use wiremock::MockServer;

use super::*;
use server::Account;

#[path = "../examples/mailchimp/server.rs"]
mod server;

const KEY: &str = "0a1b2c3d4e5f6071-us10";
const GARDENERS: &str = "5a7b1c2d3e";
const STREAMS: [&str; 12] = [
    "automations",
    "lists",
    "campaigns",
    "reports",
    "list_members",
    "segments",
    "segment_members",
    "tags",
    "interest_categories",
    "interests",
    "unsubscribes",
    "email_activity",
];

fn account() -> Account {
    Account::new(KEY).unwrap()
}

/// Mailchimp at an account on this machine.
async fn mailchimp(account: Account) -> (Mailchimp, MockServer) {
    let server = account.serve(TcpListener::bind("127.0.0.1:0").unwrap()).await;
    (Mailchimp { api: format!("{}/3.0", server.uri()), login: server.uri() }, server)
}

fn key(key: &str) -> Value {
    json!({ "credentials": { "auth_type": "apikey", "apikey": key } })
}

fn token(token: &str) -> Value {
    json!({ "credentials": { "auth_type": "oauth2.0", "access_token": token } })
}

/// One field of each record of a stream.
fn values(read: &Transcript, stream: &str, field: &str) -> Vec<Value> {
    read.records(stream).iter().map(|record| record[field].clone()).collect()
}

fn state(stream: &str, state: &Value) -> Value {
    json!([{ "type": "STREAM", "stream": { "stream_descriptor": { "name": stream }, "stream_state": state } }])
}

#[tokio::test]
async fn a_read_that_is_killed_anywhere_and_gone_on_with_loses_no_record() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let kills = Trial::of(&mailchimp, key(KEY)).killed_anywhere(STREAMS).await.unwrap();
    assert_eq!(kills.records, 47);
    assert!(kills.resumed > 12, "{kills:?}");
}

#[tokio::test]
async fn everything_is_read_through_all_pages_and_from_all_parents() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let read = Trial::of(&mailchimp, key(KEY)).read(STREAMS).await;
    let counts = STREAMS.map(|stream| read.records(stream).len());
    assert_eq!(counts, [2, 2, 3, 2, 10, 3, 7, 2, 2, 3, 2, 9]);
    assert_eq!(values(&read, "segment_members", "segment_id")[2..4], [1101, 1102]);
    assert_eq!(values(&read, "tags", "list_id"), [GARDENERS, "9f8e7d6c5b"]);
    assert!(read.records("lists").iter().all(|list| list.get("_links").is_none()));
    // The schemas know every field, and no member of a list is out of order.
    assert!(
        read.logs().iter().all(|log| !log.contains("schema") && !log.contains("order")),
        "{:?}",
        read.logs()
    );
}

#[tokio::test]
async fn a_time_that_never_was_is_null() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let read = Trial::of(&mailchimp, key(KEY)).read(["campaigns", "lists", "reports"]).await;
    let sent = [json!("2024-02-01T08:00:00+00:00"), json!("2024-02-20T08:00:00+00:00"), Value::Null];
    assert_eq!(values(&read, "campaigns", "send_time"), sent);
    assert_eq!(read.records("lists")[1]["stats"]["last_unsub_date"], Value::Null);
    assert_eq!(read.records("reports")[0]["clicks"]["last_click"], Value::Null);
    // Other texts may well be empty.
    assert_eq!(values(&read, "campaigns", "long_archive_url"), ["", "", ""]);
}

#[tokio::test]
async fn each_action_with_an_email_is_a_record_that_names_the_email() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let read = Trial::of(&mailchimp, key(KEY)).read(["email_activity"]).await;
    let click = json!({
        "action": "click",
        "ip": "198.51.100.4",
        "timestamp": "2024-02-12T20:01:00+00:00",
        "url": "https://example.com/seeds",
        "campaign_id": "c4d9b0a1e2",
        "list_id": GARDENERS,
        "list_is_active": true,
        "email_id": "c223f6df7371b5b21b750ff3e7c9e71f",
        "email_address": "ash@example.com",
    });
    assert!(read.records("email_activity").contains(&click));
    let latest = json!({"c4d9b0a1e2": "2024-02-12T20:01:00Z", "d0e5a7c3b1": "2024-02-21T07:10:00Z"});
    assert_eq!(read.states("email_activity").last().unwrap()["partitions"], latest);
}

#[tokio::test]
async fn what_happened_in_the_very_second_of_a_state_is_read_again() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let first = Trial::of(&mailchimp, key(KEY));
    let whole = first.read(["list_members"]).await;
    let names = |read: &Transcript| values(read, "list_members", "full_name");
    let after =
        json!({"partitions": {GARDENERS: "2024-02-02T10:00:00Z", "9f8e7d6c5b": "2024-03-02T09:00:00Z"}});
    let rest =
        Trial::of(&mailchimp, key(KEY)).state(state("list_members", &after)).read(["list_members"]).await;
    assert_eq!(names(&rest), ["Cedar", "Elm", "Fir", "Hazel", "Larch", "Pine"]);
    assert_eq!(names(&whole)[2..7], names(&rest)[..5]);
}

#[tokio::test]
async fn a_long_list_that_is_cut_short_is_gone_on_with_in_its_middle() {
    let (mailchimp, _server) = mailchimp(account().crowded(2500)).await;
    let whole = Trial::of(&mailchimp, key(KEY)).read(["list_members"]).await;
    let ids = values(&whole, "list_members", "id");
    assert_eq!(ids.len(), 2500);
    let states = whole.states("list_members");
    // After the second thousand, whose last two share a second with the first of the third.
    let cut = Trial::of(&mailchimp, key(KEY)).state(state("list_members", &states[1]));
    let rest = values(&cut.read(["list_members"]).await, "list_members", "id");
    assert_eq!(rest, ids[1998..]);
}

#[tokio::test]
async fn what_mailchimp_cannot_filter_is_filtered_here() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let mut config = key(KEY);
    config["start_date"] = json!("2024-02-05");
    let read = Trial::of(&mailchimp, config).read(["segment_members", "unsubscribes", "list_members"]).await;
    assert_eq!(
        values(&read, "segment_members", "email_address"),
        ["hazel@example.com", "maple@example.com", "oak@example.com"]
    );
    assert_eq!(values(&read, "unsubscribes", "reason"), ["Too many letters"]);
    // Both lists are older than the start date.
    assert_eq!(values(&read, "list_members", "full_name"), ["Hazel", "Larch", "Maple", "Oak", "Pine"]);
}

#[tokio::test]
async fn one_campaign_can_be_read_alone() {
    let (mailchimp, _server) = mailchimp(account()).await;
    let mut config = key(KEY);
    config["campaign_id"] = json!("d0e5a7c3b1");
    let trial = Trial::of(&mailchimp, config.clone());
    assert_eq!(trial.check().await.status().0, "SUCCEEDED");
    let read = trial.read(["email_activity", "unsubscribes", "reports"]).await;
    assert_eq!(values(&read, "email_activity", "campaign_id"), ["d0e5a7c3b1", "d0e5a7c3b1"]);
    assert!(read.records("unsubscribes").is_empty());
    assert_eq!(read.records("reports").len(), 2);
    config["campaign_id"] = json!("e7f1b2a9c8");
    let (status, message) = Trial::of(&mailchimp, config).check().await.status();
    assert_eq!(
        (status.as_str(), message.as_str()),
        ("FAILED", "the account has no report on a campaign `e7f1b2a9c8`")
    );
}

#[tokio::test]
async fn a_list_that_is_deleted_while_it_is_read_has_no_records() {
    let account = account().without("lists/5a7b1c2d3e/members").without("lists/5a7b1c2d3e/segments");
    let (mailchimp, _server) = mailchimp(account).await;
    let read = Trial::of(&mailchimp, key(KEY)).read(["list_members", "segment_members"]).await;
    assert_eq!(values(&read, "segment_members", "segment_id"), [2101, 2101]);
    assert_eq!(values(&read, "list_members", "full_name"), ["Maple", "Oak", "Pine"]);
    assert_eq!(read.statuses("list_members").last().unwrap(), "COMPLETE");
}

#[tokio::test]
async fn an_account_that_is_busy_or_broken_for_a_moment_is_asked_again() {
    let (mailchimp, _server) = mailchimp(account().stumbling()).await;
    let read = Trial::of(&mailchimp, key(KEY)).side_by_side().read(["list_members", "reports"]).await;
    assert_eq!(read.errors(), [""; 0]);
    assert_eq!((read.records("list_members").len(), read.records("reports").len()), (10, 2));
}

#[tokio::test]
async fn an_access_token_leads_to_its_data_center() {
    let (mailchimp, _server) = mailchimp(account()).await;
    assert_eq!(Trial::of(&mailchimp, token(KEY)).check().await.status().0, "SUCCEEDED");
    let (status, message) = Trial::of(&mailchimp, token("t-1")).check().await.status();
    assert_eq!(status, "FAILED");
    assert_eq!(message, "Mailchimp does not know this access token: sign in again");
}

#[tokio::test]
async fn a_key_that_opens_nothing_fails_the_check_without_being_shown() {
    let (mailchimp, _server) = mailchimp(account()).await;
    for (wrong, want) in [
        ("0123456789abcdef-us9", "401 Unauthorized"),
        ("0123456789abcdef", "the API key has no data center"),
        ("0123456789abcdef-", "the API key has no data center"),
        ("0123456789abcdef-x.evil.test/", "the API key has no data center"),
    ] {
        let check = Trial::of(&mailchimp, key(wrong)).check().await;
        let (status, message) = check.status();
        assert_eq!(status, "FAILED");
        assert!(message.contains(want), "{message}");
        assert!(check.messages().iter().all(|line| !line.to_string().contains("0123456789")), "{check:?}");
    }
}
