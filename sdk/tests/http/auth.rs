use std::time::Duration;

use connector_sdk::{Api, Auth, FailureType, OAuth, Retry, Secret};
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn secret(text: &str) -> Secret {
    serde_json::from_value(json!(text)).unwrap()
}

/// An API that asks again without waiting, so that no test sleeps.
fn api(server: &MockServer, auth: impl Into<Auth>) -> Api {
    let retry =
        Retry { first_wait: Duration::ZERO, longest_quota_wait: Duration::from_secs(5), ..Retry::default() };
    Api::new(server.uri()).retry(retry).auth(auth)
}

/// What a request with this access token is answered.
async fn answers(server: &MockServer, token: &str, answer: ResponseTemplate) {
    let mock = Mock::given(method("GET")).and(header("authorization", format!("Bearer {token}")));
    mock.respond_with(answer).mount(server).await;
}

/// The tokens of the requests for orders that have come.
async fn tokens(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let token = |request: &wiremock::Request| {
        Some(request.headers.get("authorization")?.to_str().unwrap().trim_start_matches("Bearer ").to_owned())
    };
    requests.iter().filter_map(token).collect()
}

#[tokio::test]
async fn a_key_in_the_query_goes_with_every_request() {
    let server = MockServer::start().await;
    let mock = Mock::given(query_param("key", "k-1")).and(query_param("page", "2"));
    mock.respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let api = api(&server, Auth::query("key", &secret("k-1")));
    api.get("orders").query("page", 2).send().await.unwrap();
}

#[tokio::test]
async fn a_rejected_access_token_is_renewed_once_a_request() {
    let server = MockServer::start().await;
    let grant = |token: &str| ResponseTemplate::new(200).set_body_json(json!({"access_token": token}));
    let endpoint = || Mock::given(method("POST")).and(path("/token"));
    endpoint().respond_with(grant("old")).up_to_n_times(1).mount(&server).await;
    endpoint().respond_with(grant("new")).up_to_n_times(1).mount(&server).await;
    endpoint().respond_with(grant("newest")).mount(&server).await;
    answers(&server, "old", ResponseTemplate::new(401)).await;
    answers(&server, "new", ResponseTemplate::new(200)).await;
    let oauth =
        OAuth::refresh(format!("{}/token", server.uri()), "id", &secret("secret"), &secret("refresh"));
    let api = api(&server, oauth);
    api.get("orders").send().await.unwrap();
    api.get("orders").send().await.unwrap();
    assert_eq!(tokens(&server).await, ["old", "new", "new"]);

    answers(&server, "newest", ResponseTemplate::new(401)).await;
    let revoked = Mock::given(method("GET")).and(path("/revoked"));
    revoked.respond_with(ResponseTemplate::new(401)).with_priority(1).mount(&server).await;
    let error = api.get("revoked").send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::ConfigError);
    assert_eq!(tokens(&server).await[3..], ["new", "newest"]);
}

#[tokio::test]
async fn a_token_without_quota_leaves_the_request_to_the_next_at_once() {
    let server = MockServer::start().await;
    answers(&server, "one", ResponseTemplate::new(429).insert_header("retry-after", "4000")).await;
    answers(&server, "two", ResponseTemplate::new(200)).await;
    let api = api(&server, Auth::rotating([&secret("one"), &secret("two")]));
    for _ in 0..3 {
        api.get("orders").send().await.unwrap();
    }
    assert_eq!(tokens(&server).await, ["one", "two", "two", "two"]);
}

#[tokio::test]
async fn when_no_token_has_quota_the_first_to_have_some_is_what_counts() {
    let server = MockServer::start().await;
    answers(&server, "one", ResponseTemplate::new(429).insert_header("retry-after", "100")).await;
    answers(&server, "two", ResponseTemplate::new(429).insert_header("retry-after", "9000")).await;
    let api = api(&server, Auth::rotating([&secret("one"), &secret("two")]));
    let error = api.get("orders").send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    let seconds = |text: &str| text.contains("100 s") || text.contains("99 s");
    assert!(seconds(&error.to_string()) && !error.to_string().contains("9000"), "{error}");
    assert_eq!(tokens(&server).await, ["one", "two"]);
}
