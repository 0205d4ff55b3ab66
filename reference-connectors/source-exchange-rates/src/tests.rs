use connector_sdk::testing::Trial;
use serde_json::{Value, json};
use wiremock::matchers::{header, path, path_regex, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;

const NOW: &str = "2024-01-09T12:00:00Z";

fn config() -> Value {
    json!({ "start_date": "2024-01-02", "base": "EUR", "access_key": "k-1" })
}

/// The API: rates on weekdays, refusals with 200 on other days.
async fn api() -> (MockServer, ExchangeRates) {
    let server = MockServer::start().await;
    let rates = |request: &Request| {
        let day: Date = request.url.path().trim_start_matches('/').parse().unwrap();
        let answer = match day.to_string().as_str() {
            "2024-01-06" | "2024-01-07" => {
                json!({ "success": false, "error": { "code": 106, "info": "none" } })
            }
            day => json!({ "success": true, "date": day, "base": "EUR", "rates": { "USD": 1.0950 } }),
        };
        ResponseTemplate::new(200).set_body_json(answer)
    };
    Mock::given(path_regex(r"^/\d{4}-\d\d-\d\d$"))
        .and(header("apikey", "k-1"))
        .and(query_param("base", "EUR"))
        .respond_with(rates)
        .mount(&server)
        .await;
    let connector = ExchangeRates { url: server.uri() };
    (server, connector)
}

#[tokio::test]
async fn every_weekday_has_its_rates_and_the_state_goes_along() {
    let (_server, connector) = api().await;
    let read = Trial::of(&connector, config()).now(NOW).read(["exchange_rates"]).await;
    let days: Vec<Value> = read.records("exchange_rates").iter().map(|rates| rates["date"].clone()).collect();
    assert_eq!(days, ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"]);
    assert_eq!(read.states("exchange_rates").len(), 8);
    assert_eq!(read.states("exchange_rates").last().unwrap(), &json!({ "date": "2024-01-09" }));
}

#[tokio::test]
async fn a_read_that_is_killed_anywhere_loses_nothing() {
    let (_server, connector) = api().await;
    let kills = Trial::of(&connector, config()).now(NOW).killed_anywhere(["exchange_rates"]).await.unwrap();
    assert_eq!(kills.records, 6);
    assert_eq!(kills.resumed, 9, "from every state, and from none");
}

#[tokio::test]
async fn each_refusal_says_what_is_wrong() {
    for (code, want) in [
        (101, "the API does not accept this access key: no more"),
        (104, "the quota of this access key is used up: no more"),
        (201, "the API does not know this base currency: no more"),
        (303, "the API answered with error 303: no more"),
    ] {
        let server = MockServer::start().await;
        let refusal = json!({ "success": false, "error": { "code": code, "info": "no more" } });
        let refusal = ResponseTemplate::new(200).set_body_json(refusal);
        Mock::given(path("/latest")).respond_with(refusal).mount(&server).await;
        let connector = ExchangeRates { url: server.uri() };
        let status = Trial::of(&connector, config()).check().await.status();
        assert_eq!(status, ("FAILED".to_owned(), want.to_owned()));
    }
}
