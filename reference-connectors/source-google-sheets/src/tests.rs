#[path = "../examples/sheets/api.rs"]
mod api;

use api::{EMAIL, ID, REFRESH_TOKEN, Sheets};
use connector_sdk::testing::Trial;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use super::*;

const ALL: [&str; 4] = ["Water marks", "Miller's sacks", "A gap", "Header alone"];

async fn answering(google: impl Respond + 'static) -> (MockServer, GoogleSheets) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(google).mount(&server).await;
    let url = format!("{}/v4/spreadsheets", server.uri());
    let token_url = format!("{}/token", server.uri());
    (server, GoogleSheets { url, token_url })
}

fn config(batch_size: u64) -> Value {
    let credentials = json!({
        "auth_type": "Client",
        "client_id": "made-up-client",
        "client_secret": "made-up-secret",
        "refresh_token": REFRESH_TOKEN,
    });
    json!({ "spreadsheet_id": ID, "batch_size": batch_size, "credentials": credentials })
}

#[tokio::test]
async fn killed_at_any_line_and_resumed_no_record_is_lost() {
    let (_server, google) = answering(Sheets::new()).await;
    let kills = Trial::of(&google, config(3)).side_by_side().killed_anywhere(ALL).await.unwrap();
    assert_eq!(kills.records, 20);
    assert!(kills.resumed >= 10, "{kills:?}");
}

#[tokio::test]
async fn however_many_rows_are_asked_for_at_a_time_they_come_once_each() {
    let (_server, google) = answering(Sheets::new()).await;
    let whole = Trial::of(&google, config(1000)).read(ALL).await;
    for batch_size in [1, 2, 3, 7, 39, 40] {
        let read = Trial::of(&google, config(batch_size)).read(ALL).await;
        assert_eq!(
            ALL.map(|sheet| read.records(sheet)),
            ALL.map(|sheet| whole.records(sheet)),
            "{batch_size}"
        );
    }
    assert_eq!(ALL.map(|sheet| whole.records(sheet).len()), [14, 3, 3, 0]);
}

#[tokio::test]
async fn after_an_empty_batch_a_larger_one_is_asked_for() {
    let (server, google) = answering(Sheets::new()).await;
    let read = Trial::of(&google, config(4)).read(["A gap"]).await;
    assert_eq!(read.records("A gap")[1], json!({ "id": "2", "what": "after the gap" }));
    let requests = server.received_requests().await.unwrap();
    let ranges = requests.iter().flat_map(|request| request.url.query_pairs()).map(|(_, value)| value);
    let ranges: Vec<_> =
        ranges.filter(|value| value.starts_with("'A gap'") && !value.ends_with("!1:1")).collect();
    assert_eq!(ranges, ["'A gap'!2:5", "'A gap'!6:9", "'A gap'!10:15"]);
}

#[tokio::test]
async fn a_quota_that_is_used_up_does_not_pass_for_the_end_of_a_sheet() {
    let (_server, google) = answering(Sheets::with_faults()).await;
    let read = Trial::of(&google, config(5)).read(["Water marks"]).await;
    assert_eq!(read.records("Water marks").len(), 14, "{:?}", read.errors());
    assert!(read.logs().iter().any(|line| line.contains("429")), "{:?}", read.logs());
}

#[tokio::test]
async fn sheets_without_a_header_are_told_and_not_offered() {
    let (_server, google) = answering(Sheets::new()).await;
    let found = Trial::of(&google, config(5)).discover().await;
    let names: Vec<Value> = found.catalog().iter().map(|stream| stream["name"].clone()).collect();
    assert_eq!(names, ALL);
    let logs = found.logs().join("\n");
    assert!(logs.contains("the sheet `Not begun` is passed over"), "{logs}");
    assert!(logs.contains("`Miller's sacks` has more than one column with the name weight"), "{logs}");
}

#[tokio::test]
async fn a_service_account_opens_the_spreadsheet_that_is_shared_with_it() {
    let (server, google) = answering(Sheets::new()).await;
    for (email, status) in [(EMAIL, "SUCCEEDED"), ("nobody@mill-0000.iam.gserviceaccount.com", "FAILED")] {
        let recorded = include_str!("../../../fixtures/source-google-sheets/full_refresh/config.json");
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        let mut credentials = recorded["credentials"].clone();
        let key = credentials["service_account_info"].as_str().unwrap();
        let mut key: Value = serde_json::from_str(key).unwrap();
        key["client_email"] = email.into();
        key["token_uri"] = format!("{}/token", server.uri()).into();
        credentials["service_account_info"] = key.to_string().into();
        let config = json!({ "spreadsheet_id": ID, "credentials": credentials });
        let checked = Trial::of(&google, config).check().await.status();
        assert_eq!(checked.0, status, "{}", checked.1);
    }
}

#[tokio::test]
async fn each_refusal_says_what_the_user_can_mend() {
    for (status, word, mend) in [
        (404, "NOT_FOUND", "check the address of the spreadsheet"),
        (403, "PERMISSION_DENIED", "share the spreadsheet with the account"),
        (400, "FAILED_PRECONDITION", "an Excel file is none"),
    ] {
        let body = json!({ "error": { "code": status, "message": "no", "status": word } });
        let (server, google) = answering(Sheets::new()).await;
        server.reset().await;
        let spreadsheet = Mock::given(wiremock::matchers::path_regex("^/v4/spreadsheets/[^/]+$"));
        spreadsheet.respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
        Mock::given(any()).respond_with(Sheets::new()).mount(&server).await;
        let (status, message) = Trial::of(&google, config(5)).check().await.status();
        assert_eq!(status, "FAILED");
        assert!(message.contains(mend), "{message}");
    }
}
